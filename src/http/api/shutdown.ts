/** `POST /hub/api/shutdown`: ends the hub. Its servers run on unless `servers` is true. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HttpParts } from '../parts.ts';
import { requireScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, type Operation } from './operation.ts';

const shutdownBody = z
  .object({
    servers: z.boolean('servers must be true or false').default(false),
    proxy: z.boolean('proxy must be true or false').default(true),
  })
  .prefault({});

const shutDown: Operation = {
  summary: 'End the hub',
  description:
    'Servers run on unless `servers` is true, which JupyterHub takes for granted. With `polder up` the proxy ends too ' +
    'unless `proxy` is false; proxies elsewhere go on and wait for the next hub.',
  access: ['shutdown'],
  body: shutdownBody,
  answers: { 202: json(z.object({ message: z.string() }), 'It ends once this is answered.') },
};

export function mountShutdown(api: FastifyInstance, { shutdown }: Pick<HttpParts, 'shutdown'>): void {
  api.post('/shutdown', described(shutDown), async (request, reply) => {
    const caller = requireScope(request, 'shutdown');
    const { servers, proxy } = parseInput(shutdownBody, request.body ?? undefined);
    await shutdown.ask({ servers, proxy, by: caller.name });
    return reply.status(202).send({ message: 'Shutting down Hub' });
  });
}
