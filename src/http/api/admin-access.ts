/** `POST /hub/api/users/:user/admin-access`: what JupyterHub had before OAuth. It does nothing; who may open what is said by scopes. */
import type { FastifyInstance } from 'fastify';
import type { HttpParts } from '../parts.ts';
import { findUser, requireScope, userNameOf } from './access.ts';
import { described, empty, type Operation } from './operation.ts';

const askForAccess: Operation = {
  summary: 'Does nothing',
  description: 'For programs from before JupyterHub 0.8. The scope `access:servers` opens servers.',
  access: ['servers'],
  answers: { 200: empty('There is such a user.') },
};

export function mountAdminAccess(api: FastifyInstance, { users }: Pick<HttpParts, 'users'>): void {
  api.post('/users/:user/admin-access', described(askForAccess), async (request, reply) => {
    requireScope(request, 'servers', { user: userNameOf(request) });
    await findUser(users, userNameOf(request));
    return reply.send();
  });
}
