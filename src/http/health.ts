/** `/hub/health`: whether the hub can do its work. Anyone may ask; probes do, every few seconds. */
import type { FastifyInstance } from 'fastify';
import type { HttpParts } from './parts.ts';

export function mountHealth(app: FastifyInstance, { checkHealth }: Pick<HttpParts, 'checkHealth'>): void {
  for (const path of ['/health', '/api/health']) {
    app.get(path, { config: { anonymous: true } }, async () => {
      await checkHealth();
      return { status: 200 };
    });
  }
}
