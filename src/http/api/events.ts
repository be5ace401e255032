/**
 * `GET /hub/api/events`: a stream of events (`text/event-stream`) for pages that show many people. Each event `changed`
 * says of what kind things have changed (`{"changed": ["servers"]}`), no more than that and never more than about one a
 * second; whoever listens asks again for what it shows. Polder's own.
 */
import { PassThrough } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { HttpParts } from '../parts.ts';
import { requireSomeScope } from './access.ts';
import { described, events, type Operation } from './operation.ts';

/** Proxies on the way close a connection on which nothing is said. */
const KEEP_ALIVE_MS = 8_000;

const followChanges: Operation = {
  summary: 'That something has changed, when it has',
  description:
    'Events `changed`, each a line `data: {"changed": ["users", "servers"]}`; ask again for what you show.',
  access: ['list:users'],
  answers: {
    200: events('They do not end.'),
  },
};

export function mountEvents(api: FastifyInstance, { changes }: Pick<HttpParts, 'changes'>): void {
  const open = new Set<PassThrough>();
  api.addHook('preClose', async () => {
    for (const stream of open) stream.end();
  });

  // A HEAD request would wait for the end of the stream.
  api.get('/events', { ...described(followChanges), exposeHeadRoute: false }, async (request, reply) => {
    requireSomeScope(request, 'list:users');
    const stream = new PassThrough();
    open.add(stream);
    // Told at once, so that whoever was away meanwhile looks again.
    stream.write('event: changed\ndata: {"changed":["users","servers"]}\n\n');
    const stop = changes.subscribe((changed) =>
      stream.write(`event: changed\ndata: ${JSON.stringify({ changed })}\n\n`),
    );
    const keepAlive = setInterval(() => stream.write(': still here\n\n'), KEEP_ALIVE_MS);
    stream.once('close', () => {
      stop();
      clearInterval(keepAlive);
      open.delete(stream);
    });
    reply.headers({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' });
    return reply.type('text/event-stream').send(stream);
  });
}
