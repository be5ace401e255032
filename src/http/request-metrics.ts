import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/**
 * Counts and times every answer by the route that gave it: JupyterHub's metric. Streams count at their end.
 * In a debug log each has a line.
 */
export function measureRequests(app: FastifyInstance, metrics: Registry): void {
  const seconds = new Histogram({
    name: 'jupyterhub_request_duration_seconds',
    help: 'Request duration by route',
    labelNames: ['method', 'handler', 'code'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [metrics],
  });
  app.addHook('onResponse', async (request, reply) => {
    const labels = {
      method: request.method,
      handler: request.routeOptions.url ?? 'none',
      code: String(reply.statusCode),
    };
    seconds.observe(labels, reply.elapsedTime / 1000);
    request.log.debug({ ...labels, ms: reply.elapsedTime, user: request.caller?.name }, 'answered');
  });
}
