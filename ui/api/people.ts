/** What the hub says of people and their servers, and what can be done for them: `src/http/api/people.ts`. */
import { request } from './request.ts';

export type ServerState = 'stopped' | 'queued' | 'starting' | 'ready' | 'stopping' | 'failed';

export interface Server {
  /** '' is the default server. */
  readonly name: string;
  readonly displayName: string;
  readonly state: ServerState;
  readonly since: string | null;
  readonly lastActivity: string | null;
  readonly stopReason: string | null;
  readonly failure: Failure | null;
  /** Bytes; null where it does not run, or nobody can tell. */
  readonly memory: number | null;
  /** Of one that waits; `position` from 1. */
  readonly place: {
    readonly position: number;
    readonly seconds: number | null;
    readonly full: boolean;
  } | null;
  /** Of one that starts. */
  readonly step: { readonly phase: Phase; readonly message: string; readonly since: string } | null;
  readonly url: string;
}

export type Phase = 'waiting' | 'launching' | 'notebooks' | 'starting' | 'ready' | 'failed' | 'stopping';

export interface Failure {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly hint: string | null;
}

export interface Person {
  readonly name: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  readonly lastActivity: string | null;
  readonly servers: readonly Server[];
}

export interface PeopleQuery {
  readonly search: string;
  readonly state: 'all' | 'active' | 'ready' | 'inactive';
  /** Undefined: whatever group they are in. */
  readonly group: string | undefined;
  readonly sort: 'name' | '-name' | 'last_activity' | '-last_activity';
}

export interface PeoplePart {
  readonly total: number;
  readonly counts: Readonly<Partial<Record<ServerState, number>>>;
  readonly items: readonly Person[];
}

export const PART_SIZE = 100;

/** The people from number `part * PART_SIZE`. */
export function readPeople(query: PeopleQuery, part: number, signal: AbortSignal): Promise<PeoplePart> {
  const page = { sort: query.sort, offset: String(part * PART_SIZE), limit: String(PART_SIZE) };
  return request(`/people?${fieldsOf(query, page)}`, { signal });
}

/** The names of all whom a query finds. */
export function readNames(query: Omit<PeopleQuery, 'sort'>): Promise<readonly string[]> {
  return request(`/people/names?${fieldsOf(query)}`);
}

function fieldsOf(
  { search, state, group }: Omit<PeopleQuery, 'sort'>,
  more: Readonly<Record<string, string>> = {},
): URLSearchParams {
  return new URLSearchParams({
    ...more,
    ...(search === '' ? {} : { search }),
    ...(state === 'all' ? {} : { state }),
    ...(group === undefined ? {} : { group }),
  });
}

export interface ActiveServer extends Server {
  readonly owner: string;
}

export interface Class {
  readonly people: number;
  /** Of a group, those without a server. */
  readonly absent: readonly string[] | null;
  readonly servers: readonly ActiveServer[];
}

export function readClass(group: string | undefined, signal: AbortSignal): Promise<Class> {
  const fields = new URLSearchParams(group === undefined ? {} : { group });
  return request(`/people/active?${fields}`, { signal });
}

export type Whom =
  | { readonly names: readonly string[] }
  | { readonly group: string }
  | { readonly all: true };

export function startServers(whom: Whom): Promise<{ readonly servers: number }> {
  return request('/people/start', { method: 'POST', body: whom });
}

export function stopServers(whom: Whom): Promise<{ readonly servers: number }> {
  return request('/people/stop', { method: 'POST', body: whom });
}

export function removePeople(names: readonly string[]): Promise<{ readonly people: number }> {
  return request('/people/remove', { method: 'POST', body: { names } });
}

export function setAdmin(name: string, admin: boolean): Promise<void> {
  return request(`/users/${encodeURIComponent(name)}`, { method: 'PATCH', body: { admin } });
}

export interface RosterLine {
  readonly line: number;
  readonly name: string;
  readonly groups: readonly string[];
  readonly problem: string | null;
  readonly status: 'new' | 'exists' | 'repeated' | 'invalid';
}

export interface RosterGroup {
  readonly name: string;
  /** `closed`: it stays as it is. */
  readonly status: 'new' | 'exists' | 'closed';
  /** How many of the list are no members yet. */
  readonly joining: number;
}

export interface Roster {
  readonly lines: readonly RosterLine[];
  readonly groups: readonly RosterGroup[];
  readonly created: readonly string[];
}

/** What a list of people comes to; with `add`, those who are new are made, and all put into their groups. */
export function sendRoster(text: string, { add }: { readonly add: boolean }): Promise<Roster> {
  return request('/people/roster', { method: 'POST', body: { text, add } });
}
