/**
 * `/hub/api/users/:user/sessions`: the browsers in which a user is logged in. Polder's own; who may see and revoke a
 * user's tokens may see and end these.
 */
import type { FastifyInstance } from 'fastify';
import type { Session } from '../../domain/session.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, notFound, pathParameter, requireScope, userNameOf } from './access.ts';

export function mountSessions(api: FastifyInstance, parts: Pick<HttpParts, 'users' | 'sessions'>): void {
  const { users, sessions } = parts;

  api.get('/users/:user/sessions', async (request) => {
    requireScope(request, 'read:tokens', { user: userNameOf(request) });
    const owner = await findUser(users, userNameOf(request));
    return { sessions: (await sessions.list(owner)).map(sessionModel) };
  });

  api.delete('/users/:user/sessions', async (request, reply) => {
    requireScope(request, 'tokens', { user: userNameOf(request) });
    await sessions.closeAll(await findUser(users, userNameOf(request)));
    return reply.status(204).send();
  });

  api.delete('/users/:user/sessions/:session', async (request, reply) => {
    requireScope(request, 'tokens', { user: userNameOf(request) });
    const owner = await findUser(users, userNameOf(request));
    await sessions.close((await sessions.get(owner, pathParameter(request, 'session'))) ?? notFound());
    return reply.status(204).send();
  });
}

function sessionModel({ id, createdAt, expiresAt, lastSeenAt, address, userAgent }: Session) {
  return {
    id,
    created: createdAt.toISOString(),
    expires_at: expiresAt.toISOString(),
    last_activity: lastSeenAt.toISOString(),
    address,
    user_agent: userAgent,
  };
}
