/** `/hub/api/groups`: the list of groups, and several new ones at once. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HttpParts } from '../parts.ts';
import { namesFiltered, requireScope, requireSomeScope } from './access.ts';
import { parseInput } from './body.ts';
import { groupModel, groupSchema } from './group-model.ts';
import { described, json, listed, type Operation } from './operation.ts';
import { pageAnswer, pageQuery, pageRange } from './pagination.ts';

const listQuery = z.object(pageQuery);

const newGroups = z.strictObject({
  groups: z.array(z.string()).min(1, 'Must specify at least one group to create'),
});

const listGroups: Operation = {
  summary: 'The groups that the caller may list',
  access: ['list:groups'],
  query: listQuery,
  answers: { 200: listed(groupSchema, 'The groups.') },
};

const createGroups: Operation = {
  summary: 'Make several groups',
  access: ['admin:groups'],
  body: newGroups,
  answers: { 201: json(z.array(groupSchema), 'The new groups.') },
  errors: [409],
};

export function mountGroups(
  api: FastifyInstance,
  { groups, roles }: Pick<HttpParts, 'groups' | 'roles'>,
): void {
  api.get('/groups', described(listGroups), async (request, reply) => {
    const { scopes } = requireSomeScope(request, 'list:groups');
    const range = pageRange(request, parseInput(listQuery, request.query));
    const names = namesFiltered(scopes, 'list:groups', 'group');
    const page = await groups.list({ ...range, ...(names ? { names } : {}) });
    const items = page.items.flatMap((group) => groupModel(group, { scopes, roles }) ?? []);
    return pageAnswer(request, reply, { page: { items, total: page.total }, range });
  });

  api.post('/groups', described(createGroups), async (request, reply) => {
    const { scopes } = requireScope(request, 'admin:groups');
    const names = [...new Set(parseInput(newGroups, request.body).groups)];
    await groups.create(names);
    const made = await groups.list({ names });
    return reply.status(201).send(made.items.flatMap((group) => groupModel(group, { scopes, roles }) ?? []));
  });
}
