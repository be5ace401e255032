/**
 * What is done for many people at once, in one request: whoever asked need not stay. Polder's own.
 *
 * - `POST /hub/api/people/start`, `/stop`: of those named, of a group, or (`{"all": true}`) of everybody.
 * - `POST /hub/api/people/remove`: those named, with all that is theirs but their files.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { allows } from '../../domain/scope.ts';
import { normalizeUserName } from '../../domain/user.ts';
import type { Whom } from '../../hub/course.ts';
import type { HttpParts } from '../parts.ts';
import { requireScope, requireSomeScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, type Operation } from './operation.ts';
import { serversPermitted } from './people-model.ts';

/** As many as a list of people may have. */
const MOST_NAMES = 20_000;

const named = z.strictObject({ names: z.array(z.string()).min(1).max(MOST_NAMES) });

const whom = z.union([
  named,
  z.strictObject({ group: z.string().describe('Asks for `read:groups` of it.') }),
  z.strictObject({ all: z.literal(true) }),
]);

const asked = z.object({ servers: z.int() });

const startMany: Operation = {
  summary: 'Start the servers of many people',
  description: 'Of those whom the scope is about. Asks for `list:users` of everybody too.',
  access: ['start:servers'],
  body: whom,
  answers: { 202: json(asked, 'Of how many it is wanted; they take turns.') },
  errors: [404],
};

const stopMany: Operation = {
  summary: 'Stop the servers of many people',
  description: 'Of those whom the scope is about. Asks for `list:users` of everybody too.',
  access: ['delete:servers'],
  body: whom,
  answers: { 202: json(asked, 'How many are asked to stop.') },
  errors: [404],
};

const removeMany: Operation = {
  summary: 'Delete many people, with all that is theirs but their files',
  description: 'Those whom the scope is about, and never the caller; answers when their servers have ended.',
  access: ['delete:users'],
  body: named,
  answers: { 200: json(z.object({ people: z.int() }), 'How many are gone.') },
};

export function mountPeopleActs(api: FastifyInstance, { course }: Pick<HttpParts, 'course'>): void {
  api.post('/people/start', described(startMany), async (request, reply) => {
    requireScope(request, 'list:users');
    const caller = requireSomeScope(request, 'start:servers');
    const may = serversPermitted(caller, 'start:servers');
    const started = await course.start(chosen(request), { by: caller.name, may });
    return reply.status(202).send({ servers: started });
  });

  api.post('/people/stop', described(stopMany), async (request, reply) => {
    requireScope(request, 'list:users');
    const caller = requireSomeScope(request, 'delete:servers');
    const may = serversPermitted(caller, 'delete:servers');
    const stopped = await course.stop(chosen(request), { by: caller.name, may });
    return reply.status(202).send({ servers: stopped });
  });

  api.post('/people/remove', described(removeMany), async (request) => {
    const caller = requireSomeScope(request, 'delete:users');
    const names = new Set(parseInput(named, request.body).names.map(normalizeUserName));
    const removed = await course.remove(names, {
      by: caller.name,
      may: ({ name }) => name !== caller.name && allows(caller.scopes, 'delete:users', { user: name }),
    });
    return { people: removed };
  });
}

/** @throws HubError `not_found` for a group of which the caller may not know who is in it */
function chosen(request: FastifyRequest): Whom {
  const body = parseInput(whom, request.body);
  if ('group' in body) requireScope(request, 'read:groups', { group: body.group });
  return 'names' in body ? { names: new Set(body.names.map(normalizeUserName)) } : body;
}
