/**
 * `DELETE /hub/api/users/:user/server` and `/servers/:server`: 204 where nothing runs (any more), 202 where it stops. With
 * `{"remove": true}` a named server is removed as well, once it has stopped.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../domain/errors.ts';
import { isActive } from '../../domain/server.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, requireScope, serverNameOf, userNameOf } from './access.ts';
import { parseInput } from './body.ts';
import { described, empty, type Operation } from './operation.ts';
import { SERVER_PATHS, SHORT_WAIT_MS, serverSubject } from './server-request.ts';

const stopBody = z.object({ remove: z.boolean().default(false) }).prefault({});

const stopServer: Operation = {
  summary: 'Stop a server, and with `remove` forget a named one',
  access: ['delete:servers'],
  body: stopBody,
  answers: {
    202: { description: 'It stops.', content: { 'text/plain': z.string() } },
    204: empty('Nothing runs.'),
  },
  errors: [409],
};

export function mountServerStop(
  api: FastifyInstance,
  { users, servers, site }: Pick<HttpParts, 'users' | 'servers' | 'site'>,
): void {
  for (const path of SERVER_PATHS) {
    api.delete(path, described(stopServer), async (request, reply) => {
      const caller = requireScope(request, 'delete:servers', serverSubject(request));
      const user = await findUser(users, userNameOf(request));
      const name = serverNameOf(request);
      const { remove } = parseInput(stopBody, request.body ?? undefined);
      const server = await servers.get(user.name, name);
      if (name === '' && remove) throw new HubError('invalid', 'Cannot delete the default server');
      if (name !== '' && !site.allowNamedServers)
        throw new HubError('invalid', 'Named servers are not enabled.');
      if (name !== '' && !server)
        throw new HubError('not_found', `${user.name} has no server named '${name}'`);
      if (!server) return reply.status(204).send();

      const reason = caller.user?.id === user.id ? 'user' : 'admin';
      await servers.stop(server, { by: caller.name, reason, remove });
      // Somebody else waits for a stop that was under way already.
      const patience = server.state === 'stopping' ? 0 : SHORT_WAIT_MS;
      const stopped = await servers.waitUntil(server.id, (now) => !now || !isActive(now), patience);
      const gone = !stopped || !isActive(stopped);
      if (remove && gone) await servers.remove(server);
      if (gone) return reply.status(204).send();
      return reply.status(202).type('text/plain').send('');
    });
  }
}
