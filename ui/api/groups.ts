/** Groups of people: `src/http/api/people-groups.ts`, `groups.ts` and `group.ts`. */
import { queryOptions } from '@tanstack/react-query';
import { request } from './request.ts';

export interface CourseGroup {
  readonly name: string;
  /** How many are in it. */
  readonly people: number;
  /** Who says who is in it: `file`: the config and the people of the course; `login`: logins alone. */
  readonly source: 'course' | 'file' | 'login';
  /** Whom the file puts into it. */
  readonly fixed: readonly string[];
}

/** All groups, by name. */
export const groupsQuery = queryOptions({
  queryKey: ['live', 'groups'],
  queryFn: ({ signal }) => request<readonly CourseGroup[]>('/people/groups', { signal }),
});

export interface GroupMembers {
  readonly users: readonly string[];
  /** What programs keep with it. */
  readonly properties: Readonly<Record<string, unknown>>;
}

export function membersQuery(group: string) {
  return queryOptions({
    queryKey: ['live', 'groups', group],
    queryFn: ({ signal }) => request<GroupMembers>(pathOf(group), { signal }),
  });
}

export function createGroup(group: string, users: readonly string[]): Promise<void> {
  return request(pathOf(group), { method: 'POST', body: { users } });
}

export function deleteGroup(group: string): Promise<void> {
  return request(pathOf(group), { method: 'DELETE' });
}

export function addToGroup(group: string, users: readonly string[]): Promise<void> {
  return request(`${pathOf(group)}/users`, { method: 'POST', body: { users } });
}

export function removeFromGroup(group: string, users: readonly string[]): Promise<void> {
  return request(`${pathOf(group)}/users`, { method: 'DELETE', body: { users } });
}

function pathOf(group: string): string {
  return `/groups/${encodeURIComponent(group)}`;
}
