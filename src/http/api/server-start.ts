/**
 * `POST /hub/api/users/:user/server` and `/servers/:server`: 201 where the server is ready at once, 202 where it starts.
 * A start that is asked while the server stops waits its turn and is a 202 too; JupyterHub refuses it.
 *
 * A 202 to a start that waits in the queue has two headers of ours: `Polder-Queue-Position`, from 1, and
 * `Polder-Queue-Estimate`, in how many seconds the server is ready, where starts were measured that say so. Where all
 * places of the course are taken (`activeServerLimit`) it is a 429 with `Retry-After`.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../domain/errors.ts';
import { isActive, isSettled } from '../../domain/server.ts';
import type { QueuePlace } from '../../domain/start-queue.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, requireScope, serverNameOf, userNameOf } from './access.ts';
import { type Answer, described, type Operation } from './operation.ts';
import { serverLabel } from './server-model.ts';
import {
  parseServerRequest,
  SERVER_PATHS,
  SHORT_WAIT_MS,
  serverRequestBody,
  serverSubject,
} from './server-request.ts';

const text = (description: string): Answer => ({ description, content: { 'text/plain': z.string() } });

const startServer: Operation = {
  summary: 'Start a server',
  access: ['start:servers'],
  body: serverRequestBody,
  answers: {
    201: text('It is ready.'),
    202: {
      ...text('It starts, or waits for its turn.'),
      headers: {
        'polder-queue-position': 'Its place in the queue, from 1.',
        'polder-queue-estimate': 'In how many seconds it is ready, where that is known.',
      },
    },
  },
  errors: [409, 429],
};

export function mountServerStart(
  api: FastifyInstance,
  { users, servers, ensureRoute }: Pick<HttpParts, 'users' | 'servers' | 'ensureRoute'>,
): void {
  for (const path of SERVER_PATHS) {
    api.post(path, described(startServer), async (request, reply) => {
      const caller = requireScope(request, 'start:servers', serverSubject(request));
      const user = await findUser(users, userNameOf(request));
      const name = serverNameOf(request);
      const { displayName, userOptions } = parseServerRequest(request.body);
      const existing = await servers.get(user.name, name);
      if (existing?.state === 'ready') {
        throw new HubError('invalid', `${serverLabel(existing)} is already running`);
      }
      if (displayName !== undefined && name !== '') {
        if (!existing) await servers.create(user, name, displayName);
        else if (!isActive(existing)) await servers.edit(existing, { displayName });
      }
      const wanted = await servers.start(user, name, {
        by: caller.name,
        whenFull: 'refuse',
        ...(userOptions ? { userOptions } : {}),
      });
      // Somebody else waits for a start or stop that was under way already.
      const patience = existing && isActive(existing) ? 0 : SHORT_WAIT_MS;
      const server = await servers.waitUntil(wanted.id, (now) => !now || isSettled(now), patience);
      if (server?.state === 'failed') {
        throw new HubError('unavailable', server.failure?.reason ?? 'The server could not be started.');
      }
      const routed = server?.state === 'ready' && (await ensureRoute(server.id).catch(() => false));
      const place = server && (await servers.placeOf(server));
      if (place) reply.headers(queueHeaders(place));
      return reply
        .status(routed ? 201 : 202)
        .type('text/plain')
        .send('');
    });
  }
}

function queueHeaders({ position, estimateSeconds }: QueuePlace): Record<string, string> {
  return {
    'polder-queue-position': String(position),
    ...(estimateSeconds === null ? {} : { 'polder-queue-estimate': String(Math.ceil(estimateSeconds)) }),
  };
}
