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
  readonly url: string;
}

export interface Failure {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly hint: string | null;
}

export interface Person {
  readonly name: string;
  readonly roles: readonly string[];
  readonly lastActivity: string | null;
  readonly servers: readonly Server[];
}

export interface PeopleQuery {
  readonly search: string;
  readonly state: 'all' | 'active' | 'ready' | 'inactive';
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
  const fields = new URLSearchParams({
    sort: query.sort,
    offset: String(part * PART_SIZE),
    limit: String(PART_SIZE),
    ...(query.search === '' ? {} : { search: query.search }),
    ...(query.state === 'all' ? {} : { state: query.state }),
  });
  return request(`/people?${fields}`, { signal });
}

export interface ActiveServer extends Server {
  readonly owner: string;
  /** `position` from 1. */
  readonly place: {
    readonly position: number;
    readonly seconds: number | null;
    readonly full: boolean;
  } | null;
}

export interface Class {
  readonly people: number;
  readonly servers: readonly ActiveServer[];
}

export function readClass(signal: AbortSignal): Promise<Class> {
  return request('/people/active', { signal });
}

export type Whom = { readonly names: readonly string[] } | { readonly all: true };

export function startServers(whom: Whom): Promise<{ readonly servers: number }> {
  return request('/people/start', { method: 'POST', body: whom });
}

export function stopServers(whom: Whom): Promise<{ readonly servers: number }> {
  return request('/people/stop', { method: 'POST', body: whom });
}

export async function removePeople(names: readonly string[]): Promise<void> {
  for (const name of names) await request(`/users/${encodeURIComponent(name)}`, { method: 'DELETE' });
}

export function setAdmin(name: string, admin: boolean): Promise<void> {
  return request(`/users/${encodeURIComponent(name)}`, { method: 'PATCH', body: { admin } });
}

export interface RosterLine {
  readonly line: number;
  readonly name: string;
  readonly problem: string | null;
  readonly status: 'new' | 'exists' | 'repeated' | 'invalid';
}

/** What a list of people comes to; with `add`, those who are new are made. */
export function sendRoster(
  text: string,
  { add }: { readonly add: boolean },
): Promise<{ readonly lines: readonly RosterLine[]; readonly created: readonly string[] }> {
  return request('/people/roster', { method: 'POST', body: { text, add } });
}
