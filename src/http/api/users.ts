/** `/hub/api/users`: the list of users, and several new ones at once. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../domain/errors.ts';
import type { HttpParts } from '../parts.ts';
import { namesFiltered, requireScope, requireSomeScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, listed, type Operation } from './operation.ts';
import { pageAnswer, pageQuery, pageRange } from './pagination.ts';
import { flag, refuseAdminFromOthers } from './user.ts';
import { userModel, userSchema } from './user-model.ts';

const listQuery = z.object({
  ...pageQuery,
  state: z.enum(['active', 'ready', 'inactive']).optional(),
  sort: z.enum(['id', '-id', 'name', '-name', 'last_activity', '-last_activity']).default('id'),
  name_filter: z.string().optional().describe('only those whose name holds this'),
  include_stopped_servers: flag,
});

const atLeastOne = 'Must specify at least one user to create';

const newUsers = z.strictObject({
  usernames: z.array(z.string(), atLeastOne).min(1, atLeastOne),
  admin: z.boolean().default(false),
});

const listUsers: Operation = {
  summary: 'The users whom the caller may list',
  access: ['list:users'],
  query: listQuery,
  answers: { 200: listed(userSchema, 'Of each what the caller may see.') },
};

const createUsers: Operation = {
  summary: 'Make several users',
  access: ['admin:users'],
  body: newUsers,
  answers: {
    201: json(z.array(userSchema), 'Those who were made; who was there already is not among them.'),
  },
  errors: [409],
};

export function mountUsers(
  api: FastifyInstance,
  parts: Pick<HttpParts, 'users' | 'servers' | 'roles' | 'site'>,
): void {
  const { users, servers, roles, site } = parts;

  api.get('/users', described(listUsers), async (request, reply) => {
    const { scopes } = requireSomeScope(request, 'list:users');
    const query = parseInput(listQuery, request.query);
    const range = pageRange(request, query);
    const names = namesFiltered(scopes, 'list:users', 'user');
    const page = await users.list({
      ...range,
      sort: query.sort,
      ...(query.state ? { state: query.state } : {}),
      ...(query.name_filter ? { nameContains: query.name_filter } : {}),
      ...(names ? { names } : {}),
    });
    const serversOf = await servers.ofUsers(page.items);
    const options = { scopes, roles, site, includeStoppedServers: query.include_stopped_servers };
    const items = page.items.flatMap((user) => userModel(user, serversOf.get(user.id) ?? [], options) ?? []);
    return pageAnswer(request, reply, { page: { items, total: page.total }, range });
  });

  api.post('/users', described(createUsers), async (request, reply) => {
    const caller = requireScope(request, 'admin:users');
    const { usernames, admin } = parseInput(newUsers, request.body);
    if (admin) refuseAdminFromOthers(caller);
    const created = await users.create(usernames, { admin, by: caller.name });
    if (created.length === 0) throw new HubError('conflict', `All ${usernames.length} users already exist`);
    const options = { scopes: caller.scopes, roles, site, includeStoppedServers: false };
    return reply.status(201).send(created.map((user) => userModel(user, [], options)));
  });
}
