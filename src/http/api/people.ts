/**
 * What the pages of those who teach ask, in one look each. Polder's own.
 *
 * - `GET /hub/api/people`: a page of people with their servers and why those failed, how many match, and how many servers
 *   are in each state.
 * - `GET /hub/api/people/names`: the names of all who match.
 * - `GET /hub/api/people/active`: every server that is not at rest, or has failed, with its place in the queue.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HttpParts } from '../parts.ts';
import { requireScope, requireSomeScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, type Operation } from './operation.ts';
import { pageQuery } from './pagination.ts';
import { activeSchema, courseServerModel, peopleSchema, serversPermitted } from './people-model.ts';

type Parts = Pick<HttpParts, 'users' | 'servers' | 'course' | 'roles' | 'site'>;

const group = z.string().optional().describe('Only its members; asks for `read:groups` of it.');

const namesQuery = z.object({
  state: z.enum(['active', 'ready', 'inactive']).optional(),
  search: z.string().optional(),
  group,
});

const listQuery = namesQuery.extend({
  ...pageQuery,
  sort: z.enum(['name', '-name', 'last_activity', '-last_activity']).default('name'),
});

const activeQuery = z.object({ group });

const listPeople: Operation = {
  summary: 'A page of people with their servers, and why those failed',
  description: 'Asks for `list:users` of everybody, and shows the servers that `read:servers` is about.',
  access: ['list:users'],
  query: listQuery,
  answers: { 200: json(peopleSchema, 'Those people, and how many match in all.') },
  errors: [404],
};

const listNames: Operation = {
  summary: 'The names of all people who match',
  description: 'Asks for `list:users` of everybody.',
  access: ['list:users'],
  query: namesQuery,
  answers: { 200: json(z.array(z.string()), 'The names, in order.') },
  errors: [404],
};

const listActive: Operation = {
  summary: 'Every server that is not at rest, or has failed',
  description: 'Asks for `list:users` of everybody, and shows the servers that `read:servers` is about.',
  access: ['list:users'],
  query: activeQuery,
  answers: { 200: json(activeSchema, 'Those that wait in order of their turn, with their place.') },
  errors: [404],
};

export function mountPeople(api: FastifyInstance, { users, servers, course, roles, site }: Parts): void {
  api.get('/people', described(listPeople), async (request) => {
    requireScope(request, 'list:users');
    const mayRead = serversPermitted(requireSomeScope(request, 'read:servers'), 'read:servers');
    const query = parseInput(listQuery, request.query);
    const [page, counts] = await Promise.all([
      users.list({
        ...filtersOf(request, query),
        sort: query.sort,
        offset: query.offset,
        limit: query.limit ?? 100,
      }),
      servers.counts(),
    ]);
    const serversOf = await servers.ofUsers(page.items);
    const items = page.items.map(async (user) => ({
      name: user.name,
      roles: roles.namesOf(user),
      groups: [...user.groups],
      lastActivity: user.lastActivityAt,
      servers: (await course.look((serversOf.get(user.id) ?? []).filter(mayRead))).map((seen) =>
        courseServerModel(seen, site),
      ),
    }));
    return { total: page.total, counts: Object.fromEntries(counts), items: await Promise.all(items) };
  });

  api.get('/people/names', described(listNames), async (request) => {
    requireScope(request, 'list:users');
    const found = await users.list({
      ...filtersOf(request, parseInput(namesQuery, request.query)),
      sort: 'name',
    });
    return found.items.map(({ name }) => name);
  });

  api.get('/people/active', described(listActive), async (request) => {
    requireScope(request, 'list:users');
    const mayRead = serversPermitted(requireSomeScope(request, 'read:servers'), 'read:servers');
    const { group } = filtersOf(request, parseInput(activeQuery, request.query));
    const room = await course.room(group === undefined ? { all: true } : { group }, mayRead);
    return {
      people: room.people,
      absent: room.absent,
      servers: room.servers.map((seen) => ({
        owner: seen.server.owner,
        ...courseServerModel(seen, site),
      })),
    };
  });
}

/** @throws HubError `not_found` for a group of which the caller may not know who is in it */
function filtersOf(
  request: FastifyRequest,
  { state, search, group }: z.output<typeof namesQuery>,
): Pick<Parameters<Parts['users']['list']>[0], 'state' | 'nameContains' | 'group'> {
  if (group !== undefined) requireScope(request, 'read:groups', { group });
  return {
    ...(state ? { state } : {}),
    ...(search ? { nameContains: search } : {}),
    ...(group === undefined ? {} : { group }),
  };
}
