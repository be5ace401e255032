/**
 * What a caller may do, in JupyterHub's scope names: a scope, optionally narrowed by one filter
 * (`read:users!user=anna`, `access:servers!server=anna/lab`), and three metascopes (`self`, `inherit`, `(no_scope)`).
 */

/** Whose scopes are being expanded: fills bare filters (`!user`, `!server`) and the metascopes. */
export interface ScopeOwner {
  readonly userName: string;
  /** Set when the token belongs to a server: its name, '' for the default one. */
  readonly serverName?: string;
}

/** What an operation is about. Leave a field out where the operation is not about such a thing. */
export interface ScopeSubject {
  readonly user?: string;
  /** With `user`: the name of one of that user's servers ('' is the default one). */
  readonly server?: string;
  readonly group?: string;
  readonly service?: string;
}

/** Fully expanded: no metascope, no bare filter, every implied scope present. */
export interface ScopeSet {
  /** Unfiltered scopes, and for each filtered scope its filters, each `user=NAME`, `server=USER/NAME`, ... */
  readonly granted: ReadonlyMap<string, 'all' | ReadonlySet<string>>;
}
