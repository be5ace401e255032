/** `GET /hub/api/`: which JupyterHub this speaks like. Anyone may ask; single-user servers do when they start. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { JUPYTERHUB_VERSION } from '../../lib/version.ts';
import { described, json, type Operation } from './operation.ts';

const tellVersion: Operation = {
  summary: 'Which JupyterHub this speaks like',
  access: 'anyone',
  answers: { 200: json(z.object({ version: z.string() }), 'The version.') },
};

export function mountRoot(api: FastifyInstance): void {
  api.get('/', described(tellVersion), async (_request, reply) => {
    reply.header('access-control-allow-origin', '*');
    return { version: JUPYTERHUB_VERSION };
  });
}
