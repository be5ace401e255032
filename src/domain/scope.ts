/**
 * What a caller may do, in JupyterHub's scope names: a scope, optionally narrowed by one filter
 * (`read:users!user=anna`, `access:servers!server=anna/lab`), and three metascopes (`self`, `inherit`, `(no_scope)`).
 */

/** Whose scopes are being expanded: fills bare filters (`!user`, `!server`) and the metascopes. */
export interface ScopeOwner {
  /** Left out where the owner is a service. */
  readonly userName?: string;
  /** Set when the token belongs to a server: its name, '' for the default one. */
  readonly serverName?: string;
  readonly serviceName?: string;
  /** Those that the course declares. */
  readonly custom?: CustomScopes;
}

/** What each scope that the course declares (`custom:grade:write`) carries with it, one step. */
export type CustomScopes = ReadonlyMap<string, readonly string[]>;

/** Who is in a group, as of a moment ago. One that is the rest of something cannot be told name by name. */
export interface Membership {
  has(userName: string): boolean;
  /** Where it can be told. */
  readonly names?: Iterable<string>;
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
  /** Who is in the groups of its filters: a scope for a group is one for each of its members. */
  readonly members?: ReadonlyMap<string, Membership>;
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

const NONE: CustomScopes = new Map();

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

/** `impliedBy`, for scopes that the course declares too, which may carry each other. */
function impliedByAny(scope: string, custom: CustomScopes): readonly string[] {
  if (!custom.has(scope)) return impliedBy(scope);
  const seen = new Set<string>();
  const visit = (one: string) => {
    if (seen.has(one)) return;
    seen.add(one);
    for (const carried of custom.get(one) ?? []) {
      if (custom.has(carried)) visit(carried);
      else for (const implied of impliedBy(carried)) seen.add(implied);
    }
  };
  visit(scope);
  return [...seen];
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

/** Whether `raw` is a scope that JupyterHub 6 or the course knows, filtered or not, or a metascope. */
export function isKnownScope(raw: string, custom: CustomScopes = NONE): boolean {
  if (raw === 'self' || raw === 'inherit' || raw === '(no_scope)') return true;
  const parsed = parseScope(raw);
  return parsed !== undefined && (Object.hasOwn(SUBSCOPES, parsed.scope) || custom.has(parsed.scope));
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
      // A service has nothing of that kind.
      if (owner.userName === undefined) continue;
      for (const scope of SELF_SCOPES.flatMap(impliedBy)) add(scope, `user=${owner.userName}`);
      continue;
    }
    const parsed = parseScope(raw);
    if (parsed === undefined) continue;
    const filter = ownFilter(parsed.filter, owner);
    if (filter === undefined) continue;
    for (const scope of impliedByAny(parsed.scope, owner.custom ?? NONE)) add(scope, filter);
  }
  return { granted: result };
}

/** Fills a bare filter; undefined where the owner has no such thing. */
function ownFilter(filter: string | null, owner: ScopeOwner): string | null | undefined {
  const { userName, serverName, serviceName } = owner;
  if (filter === 'user') return userName === undefined ? undefined : `user=${userName}`;
  if (filter === 'server') {
    return serverName === undefined || userName === undefined
      ? undefined
      : `server=${userName}/${serverName}`;
  }
  if (filter === 'service') return serviceName === undefined ? undefined : `service=${serviceName}`;
  return filter === 'group' ? undefined : filter;
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
  return subject.user !== undefined && coversMember(filters, scopes.members, subject.user);
}

function coversMember(filters: ReadonlySet<string>, members: ScopeSet['members'], userName: string): boolean {
  if (members === undefined) return false;
  for (const [group, membership] of members) {
    if (filters.has(`group=${group}`) && membership.has(userName)) return true;
  }
  return false;
}

/** The groups that its filters name: who asks about people has to know who is in them. */
export function groupsNamed(scopes: ScopeSet): ReadonlySet<string> {
  const names = new Set<string>();
  for (const filters of scopes.granted.values()) {
    if (filters === 'all') continue;
    for (const filter of filters) if (filter.startsWith('group=')) names.add(filter.slice('group='.length));
  }
  return names;
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
 * What both allow. A filter of one meets the same filter of the other, `user=U` meets `server=U/S` in the latter, and a
 * group whose members are known meets what is about one of them, and another group in those who are in both.
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
    const both = new Set([
      ...narrow(left, right, b.members),
      ...narrow(right, left, a.members),
      ...inBoth(left, a.members, right, b.members),
    ]);
    if (both.size > 0) result.set(scope, both);
  }
  return withMembers({ granted: result }, mergeMembers(a.members, b.members));
}

/** Those filters of `a` that `b` has too, or covers by its owner or a group that they are in. */
function* narrow(
  a: ReadonlySet<string>,
  b: ReadonlySet<string>,
  members: ScopeSet['members'],
): Iterable<string> {
  for (const filter of a) {
    const server = /^server=([^/]*)\//.exec(filter)?.[1];
    const user = server ?? (filter.startsWith('user=') ? filter.slice('user='.length) : undefined);
    if (b.has(filter) || (server !== undefined && b.has(`user=${server}`))) yield filter;
    else if (user !== undefined && coversMember(b, members, user)) yield filter;
  }
}

/** A filter for each of those who are in a group of the one and in another group of the other. */
function* inBoth(
  left: ReadonlySet<string>,
  leftMembers: ScopeSet['members'],
  right: ReadonlySet<string>,
  rightMembers: ScopeSet['members'],
): Iterable<string> {
  for (const [one, ours] of leftMembers ?? []) {
    if (!left.has(`group=${one}`)) continue;
    for (const [other, theirs] of rightMembers ?? []) {
      if (other === one || !right.has(`group=${other}`)) continue;
      const [told, asked] = ours.names === undefined ? [theirs, ours] : [ours, theirs];
      for (const name of told.names ?? []) if (asked.has(name)) yield `user=${name}`;
    }
  }
}

/** `scopes`, knowing who is in the groups of its filters. */
export function withMembers(scopes: ScopeSet, members: ScopeSet['members']): ScopeSet {
  return members === undefined || members.size === 0 ? scopes : { granted: scopes.granted, members };
}

function mergeMembers(a: ScopeSet['members'], b: ScopeSet['members']): ScopeSet['members'] {
  return a === undefined || b === undefined ? (a ?? b) : new Map([...a, ...b]);
}

/** Both together. */
export function unionScopes(a: ScopeSet, b: ScopeSet): ScopeSet {
  const result = new Map(a.granted);
  for (const [scope, right] of b.granted) {
    const left = result.get(scope);
    if (left === undefined || right === 'all') result.set(scope, right);
    else if (left !== 'all') result.set(scope, new Set([...left, ...right]));
  }
  return withMembers({ granted: result }, mergeMembers(a.members, b.members));
}

/** Whether `a` allows nothing that `b` does not. */
export function isWithin(a: ScopeSet, b: ScopeSet): boolean {
  for (const [scope, left] of a.granted) {
    const right = b.granted.get(scope);
    if (right === 'all') continue;
    if (right === undefined || left === 'all') return false;
    if ([...narrow(left, right, b.members)].length < left.size) return false;
  }
  return true;
}
