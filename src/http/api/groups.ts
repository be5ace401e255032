/** `GET /hub/api/groups`: there are none, and programs that look get an empty answer. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { notFound, pathParameter, requireScope, requireSomeScope } from './access.ts';
import { parseInput } from './body.ts';
import { pageAnswer, pageQuery, pageRange } from './pagination.ts';

const listQuery = z.object(pageQuery);

export function mountGroups(api: FastifyInstance): void {
  api.get('/groups', async (request) => {
    requireSomeScope(request, 'list:groups');
    const range = pageRange(request, parseInput(listQuery, request.query));
    return pageAnswer(request, { items: [], total: 0 }, range);
  });

  api.get('/groups/:group', async (request) => {
    requireScope(request, ['read:groups', 'read:groups:name'], { group: pathParameter(request, 'group') });
    return notFound();
  });
}
