/** `GET /hub/api/`: which JupyterHub this speaks like. Anyone may ask; single-user servers do when they start. */
import type { FastifyInstance } from 'fastify';
import { JUPYTERHUB_VERSION } from '../../lib/version.ts';

export function mountRoot(api: FastifyInstance): void {
  api.get('/', { config: { anonymous: true } }, async (_request, reply) => {
    reply.header('access-control-allow-origin', '*');
    return { version: JUPYTERHUB_VERSION };
  });
}
