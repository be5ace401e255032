/**
 * `/hub/api/users/:user/sessions`: the browsers in which a user is logged in. Polder's own; who may see and revoke a
 * user's tokens may see and end these.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Session } from '../../domain/session.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, notFound, pathParameter, requireScope, userNameOf } from './access.ts';
import { described, empty, json, type Operation, time } from './operation.ts';

const sessionSchema = z
  .object({
    id: z.string(),
    created: time,
    expires_at: time,
    last_activity: time,
    address: z.string(),
    user_agent: z.string(),
  })
  .meta({ id: 'Session' });

const listSessions: Operation = {
  summary: 'The browsers in which a user is logged in',
  access: ['read:tokens'],
  answers: { 200: json(z.object({ sessions: z.array(sessionSchema) }), 'Their sessions.') },
};

const endSessions: Operation = {
  summary: 'Log a user out everywhere',
  access: ['tokens'],
  answers: { 204: empty('No browser is logged in.') },
};

const endSession: Operation = {
  summary: 'Log a user out in one browser',
  access: ['tokens'],
  answers: { 204: empty('That browser is logged out.') },
};

export function mountSessions(api: FastifyInstance, parts: Pick<HttpParts, 'users' | 'sessions'>): void {
  const { users, sessions } = parts;

  api.get('/users/:user/sessions', described(listSessions), async (request) => {
    requireScope(request, 'read:tokens', { user: userNameOf(request) });
    const owner = await findUser(users, userNameOf(request));
    return { sessions: (await sessions.list(owner)).map(sessionModel) };
  });

  api.delete('/users/:user/sessions', described(endSessions), async (request, reply) => {
    requireScope(request, 'tokens', { user: userNameOf(request) });
    await sessions.closeAll(await findUser(users, userNameOf(request)));
    return reply.status(204).send();
  });

  api.delete('/users/:user/sessions/:session', described(endSession), async (request, reply) => {
    requireScope(request, 'tokens', { user: userNameOf(request) });
    const owner = await findUser(users, userNameOf(request));
    await sessions.close((await sessions.get(owner, pathParameter(request, 'session'))) ?? notFound());
    return reply.status(204).send();
  });
}

function sessionModel({
  id,
  createdAt,
  expiresAt,
  lastSeenAt,
  address,
  userAgent,
}: Session): z.output<typeof sessionSchema> {
  return {
    id,
    created: createdAt,
    expires_at: expiresAt,
    last_activity: lastSeenAt,
    address,
    user_agent: userAgent,
  };
}
