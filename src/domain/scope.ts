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

/** What each scope carries with it (JupyterHub 6's table), one step; closure is taken in `impliedBy`. */
const SUBSCOPES: Readonly<Record<string, readonly string[]>> = {
  'admin-ui': [],
  'admin:users': ['admin:auth_state', 'users', 'read:roles:users', 'delete:users'],
  'admin:auth_state': [],
  users: ['read:users', 'list:users', 'users:activity'],
  'delete:users': [],
  'list:users': ['read:users:name'],
  'read:users': ['read:users:name', 'read:users:groups', 'read:users:activity'],
  'read:users:name': [],
  'read:users:groups': [],
  'read:users:activity': [],
  'read:roles': ['read:roles:users', 'read:roles:services', 'read:roles:groups'],
  'read:roles:users': [],
  'read:roles:services': [],
  'read:roles:groups': [],
  'users:activity': ['read:users:activity'],
  'admin:servers': ['admin:server_state', 'servers'],
  'admin:server_state': [],
  servers: ['read:servers', 'start:servers', 'delete:servers'],
  'read:servers': ['read:users:name'],
  'start:servers': [],
  'delete:servers': [],
  tokens: ['read:tokens'],
  'read:tokens': [],
  'admin:groups': ['groups', 'read:roles:groups', 'delete:groups'],
  groups: ['read:groups', 'list:groups'],
  'list:groups': ['read:groups:name'],
  'read:groups': ['read:groups:name'],
  'read:groups:name': [],
  'delete:groups': [],
  'admin:services': ['list:services', 'read:services', 'read:roles:services'],
  'list:services': ['read:services:name'],
  'read:services': ['read:services:name'],
  'read:services:name': [],
  'read:hub': [],
  'access:servers': [],
  'access:services': [],
  'users:shares': ['read:users:shares'],
  'read:users:shares': [],
  'groups:shares': ['read:groups:shares'],
  'read:groups:shares': [],
  'read:shares': [],
  shares: ['access:servers', 'read:shares', 'users:shares', 'groups:shares'],
  proxy: [],
  shutdown: [],
  'read:metrics': [],
};

const SELF_SCOPES = [
  'read:users',
  'users:shares',
  'read:shares',
  'users:activity',
  'servers',
  'tokens',
  'access:servers',
];

/** The scopes that built-in roles grant: JupyterHub's, and one of ours. */
export const ROLE_SCOPES = {
  user: ['self'],
  admin: [
    'admin-ui',
    'admin:users',
    'admin:servers',
    'admin:services',
    'tokens',
    'admin:groups',
    'list:services',
    'read:services',
    'read:hub',
    'proxy',
    'shutdown',
    'access:services',
    'access:servers',
    'read:roles',
    'read:metrics',
    'shares',
  ],
  /** See and help: not make people, give rights or take anything away for good. Polder's own. */
  instructor: [
    'admin-ui',
    'list:users',
    'read:users',
    'servers',
    'access:servers',
    'list:groups',
    'read:groups',
  ],
  /** What a server's own token may do. */
  server: ['users:activity!user', 'access:servers!server'],
} as const;

const impliedCache = new Map<string, readonly string[]>();

/** `scope` (without a filter) and all it carries with it; empty where there is no such scope. */
function impliedBy(scope: string): readonly string[] {
  const known = impliedCache.get(scope);
  if (known) return known;
  const direct = Object.hasOwn(SUBSCOPES, scope) ? SUBSCOPES[scope] : undefined;
  const all = direct === undefined ? [] : [...new Set([scope, ...direct.flatMap(impliedBy)])];
  if (direct !== undefined) impliedCache.set(scope, all);
  return all;
}

const FILTER_KINDS = new Set(['user', 'server', 'group', 'service']);

/** Splits `scope!filter`; undefined where either half is not of the grammar. */
function parseScope(raw: string): { readonly scope: string; readonly filter: string | null } | undefined {
  const mark = raw.indexOf('!');
  if (mark < 0) return { scope: raw, filter: null };
  const filter = raw.slice(mark + 1);
  const kind = filter.split('=', 1)[0] ?? '';
  if (!FILTER_KINDS.has(kind) || filter === `${kind}=`) return undefined;
  return { scope: raw.slice(0, mark), filter };
}

/** Whether `raw` is a scope that JupyterHub 6 knows, filtered or not, or a metascope. */
export function isKnownScope(raw: string): boolean {
  if (raw === 'self' || raw === 'inherit' || raw === '(no_scope)') return true;
  const parsed = parseScope(raw);
  return parsed !== undefined && Object.hasOwn(SUBSCOPES, parsed.scope);
}

/**
 * Everything that `granted` comes down to for `owner`. Bare filters become the owner's, `self` the owner's own things,
 * `inherit` and `(no_scope)` nothing by themselves (whoever resolves a token puts its owner's scopes for `inherit`).
 * Unknown scopes grant nothing.
 */
export function expandScopes(granted: Iterable<string>, owner: ScopeOwner): ScopeSet {
  const result = new Map<string, 'all' | Set<string>>();
  const add = (scope: string, filter: string | null) => {
    const known = result.get(scope);
    if (filter === null) result.set(scope, 'all');
    else if (known === undefined) result.set(scope, new Set([filter]));
    else if (known !== 'all') known.add(filter);
  };
  for (const raw of granted) {
    if (raw === 'self') {
      for (const scope of SELF_SCOPES.flatMap(impliedBy)) add(scope, `user=${owner.userName}`);
      continue;
    }
    const parsed = parseScope(raw);
    if (parsed === undefined) continue;
    const filter = ownFilter(parsed.filter, owner);
    if (filter === undefined) continue;
    for (const scope of impliedBy(parsed.scope)) add(scope, filter);
  }
  return { granted: result };
}

/** Fills a bare filter; undefined where the owner has no such thing. */
function ownFilter(filter: string | null, owner: ScopeOwner): string | null | undefined {
  if (filter === 'user') return `user=${owner.userName}`;
  if (filter === 'server') {
    return owner.serverName === undefined ? undefined : `server=${owner.userName}/${owner.serverName}`;
  }
  if (filter === 'group' || filter === 'service') return undefined;
  return filter;
}

/** Whether `scopes` allow `scope` for `subject`; without a subject, whether they allow it for everything. */
export function allows(scopes: ScopeSet, scope: string, subject?: ScopeSubject): boolean {
  const filters = scopes.granted.get(scope);
  if (filters === undefined) return false;
  if (filters === 'all') return true;
  if (subject === undefined) return false;
  for (const filter of subjectFilters(subject)) {
    if (filters.has(filter)) return true;
  }
  return false;
}

/** Whether `scopes` allow `scope` for anything at all: an endpoint may be asked, its answer is filtered. */
export function allowsSome(scopes: ScopeSet, scope: string): boolean {
  return scopes.granted.has(scope);
}

function* subjectFilters(subject: ScopeSubject): Iterable<string> {
  if (subject.user !== undefined) {
    yield `user=${subject.user}`;
    if (subject.server !== undefined) yield `server=${subject.user}/${subject.server}`;
  }
  if (subject.group !== undefined) yield `group=${subject.group}`;
  if (subject.service !== undefined) yield `service=${subject.service}`;
}

const listed = new WeakMap<ScopeSet, readonly string[]>();

/** Every scope with its filters, sorted, as API models list them. */
export function listScopes(scopes: ScopeSet): readonly string[] {
  const known = listed.get(scopes);
  if (known) return known;
  const list: string[] = [];
  for (const [scope, filters] of scopes.granted) {
    if (filters === 'all') list.push(scope);
    else for (const filter of filters) list.push(`${scope}!${filter}`);
  }
  listed.set(scopes, list.sort());
  return list;
}

/**
 * What both allow. A filter of one meets the same filter of the other, and `user=U` meets `server=U/S` in the latter;
 * group filters meet only themselves, since membership is not known here.
 */
export function intersectScopes(a: ScopeSet, b: ScopeSet): ScopeSet {
  const result = new Map<string, 'all' | Set<string>>();
  for (const [scope, left] of a.granted) {
    const right = b.granted.get(scope);
    if (right === undefined) continue;
    if (left === 'all' || right === 'all') {
      const narrower = left === 'all' ? right : left;
      result.set(scope, narrower === 'all' ? 'all' : new Set(narrower));
      continue;
    }
    const both = new Set([...narrow(left, right), ...narrow(right, left)]);
    if (both.size > 0) result.set(scope, both);
  }
  return { granted: result };
}

/** Those filters of `a` that `b` has too, or covers by its owner. */
function* narrow(a: ReadonlySet<string>, b: ReadonlySet<string>): Iterable<string> {
  for (const filter of a) {
    const user = /^server=([^/]*)\//.exec(filter)?.[1];
    if (b.has(filter) || (user !== undefined && b.has(`user=${user}`))) yield filter;
  }
}

/** Both together. */
export function unionScopes(a: ScopeSet, b: ScopeSet): ScopeSet {
  const result = new Map(a.granted);
  for (const [scope, right] of b.granted) {
    const left = result.get(scope);
    if (left === undefined || right === 'all') result.set(scope, right);
    else if (left !== 'all') result.set(scope, new Set([...left, ...right]));
  }
  return { granted: result };
}

/** Whether `a` allows nothing that `b` does not. */
export function isWithin(a: ScopeSet, b: ScopeSet): boolean {
  for (const [scope, left] of a.granted) {
    const right = b.granted.get(scope);
    if (right === 'all') continue;
    if (right === undefined || left === 'all') return false;
    if ([...narrow(left, right)].length < left.size) return false;
  }
  return true;
}
