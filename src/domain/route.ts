/** Where the proxy sends requests whose path begins with `prefix`. */
export interface Route {
  /** Begins with '/', has no trailing slash save for '/' itself, percent-encoded as in a URL. */
  readonly prefix: string;
  /** `http://host:port`, with no path. */
  readonly target: string;
  readonly data: { readonly [key: string]: string | boolean };
}

/** The path part of a user name: JupyterHub leaves `@` and `~` readable and escapes the rest. */
export function escapePathSegment(segment: string): string {
  return encodeURIComponent(segment)
    .replace(/%40/g, '@')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The path of a server below the hub's base URL (which begins and ends with '/'), with a trailing slash:
 * `/user/anna@example.org/` or `/user/anna/second/`.
 */
export function serverPath(baseUrl: string, owner: string, name: string): string {
  const user = `${baseUrl}user/${escapePathSegment(owner)}/`;
  return name === '' ? user : `${user}${escapePathSegment(name)}/`;
}

/** The prefix of a server's route: its path without the trailing slash. */
export function serverRoutePrefix(baseUrl: string, owner: string, name: string): string {
  return serverPath(baseUrl, owner, name).slice(0, -1);
}
