/** `GET /hub/api/groups`: there are none, and programs that look get an empty answer. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { notFound, pathParameter, requireScope, requireSomeScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, listed, type Operation } from './operation.ts';
import { pageAnswer, pageQuery, pageRange } from './pagination.ts';

const listQuery = z.object(pageQuery);

const groupSchema = z.object({ kind: z.literal('group'), name: z.string() }).meta({ id: 'Group' });

const listGroups: Operation = {
  summary: 'The groups that the caller may list',
  access: ['list:groups'],
  query: listQuery,
  answers: { 200: listed(groupSchema, 'The groups.') },
};

const readGroup: Operation = {
  summary: 'A group',
  access: ['read:groups', 'read:groups:name'],
  answers: { 200: json(groupSchema, 'The group.') },
};

export function mountGroups(api: FastifyInstance): void {
  api.get('/groups', described(listGroups), async (request, reply) => {
    requireSomeScope(request, 'list:groups');
    const range = pageRange(request, parseInput(listQuery, request.query));
    return pageAnswer(request, reply, { page: { items: [], total: 0 }, range });
  });

  api.get('/groups/:group', described(readGroup), async (request) => {
    requireScope(request, ['read:groups', 'read:groups:name'], { group: pathParameter(request, 'group') });
    return notFound();
  });
}
