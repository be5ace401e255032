/** `/hub/metrics`: what Prometheus collects. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HubError } from '../domain/errors.ts';
import { allowsSome } from '../domain/scope.ts';
import { described, type Operation } from './api/operation.ts';
import { identifyCaller } from './caller.ts';
import type { HttpParts } from './parts.ts';
import { checkApiXsrf } from './xsrf.ts';

const tellMetrics: Operation = {
  summary: 'What Prometheus collects',
  access: ['read:metrics'],
  answers: { 200: { description: 'In its text format.', content: { 'text/plain': z.string() } } },
};

export async function mountMetrics(
  app: FastifyInstance,
  { callers, metrics, site }: Pick<HttpParts, 'callers' | 'metrics' | 'site'>,
): Promise<void> {
  app.addHook('onRequest', identifyCaller({ callers, site }, { tokens: true }));
  app.addHook('preValidation', checkApiXsrf);
  for (const path of ['/metrics', '/api/metrics']) {
    app.get(path, described(tellMetrics), async (request, reply) => {
      if (!request.caller || !allowsSome(request.caller.scopes, 'read:metrics')) {
        throw new HubError('forbidden', "Access to metrics requires scope 'read:metrics'");
      }
      return reply.type(metrics.contentType).send(await metrics.metrics());
    });
  }
}
