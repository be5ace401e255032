/**
 * `GET /hub/api/people/groups`: the groups of the course, how many are in each, and who says so. Polder's own: who is in
 * one is asked of `/hub/api/groups/:group`.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { allows } from '../../domain/scope.ts';
import type { HttpParts } from '../parts.ts';
import { namesFiltered, requireSomeScope } from './access.ts';
import { described, json, type Operation } from './operation.ts';

const groupsSchema = z.array(
  z.object({
    name: z.string(),
    people: z.int().describe('How many are in it.'),
    source: z
      .enum(['course', 'file', 'login'])
      .describe('Who says who is in it: people of the course, the config file with them, or logins alone.'),
    fixed: z
      .array(z.string())
      .describe('Members by the file: they come back with the next start of the hub.'),
  }),
);

const listGroups: Operation = {
  summary: 'The groups that the caller may read, and how many are in each',
  description: 'Asks for `read:groups` too.',
  access: ['list:groups'],
  answers: { 200: json(groupsSchema, 'All of them, by name.') },
};

export function mountPeopleGroups(api: FastifyInstance, { groups }: Pick<HttpParts, 'groups'>): void {
  api.get('/people/groups', described(listGroups), async (request) => {
    const { scopes } = requireSomeScope(request, 'list:groups');
    const names = namesFiltered(scopes, 'list:groups', 'group');
    const { items } = await groups.list(names ? { names } : {});
    return items
      .filter(({ name }) => allows(scopes, 'read:groups', { group: name }))
      .map(({ name, users }) => ({ name, people: users.length, ...groups.sourceOf(name) }));
  });
}
