/** `GET /hub/api/info`: what this hub is made of. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { JUPYTERHUB_VERSION, POLDER_VERSION } from '../../lib/version.ts';
import type { HttpParts } from '../parts.ts';
import { requireScope } from './access.ts';
import { described, json, type Operation } from './operation.ts';

const part = z.object({ class: z.string(), version: z.string() });
const hubInfo = z.object({
  version: z.string(),
  python: z.string(),
  sys_executable: z.string(),
  spawner: part,
  authenticator: part,
  polder: z.object({ version: z.string() }),
});

const tellInfo: Operation = {
  summary: 'What this hub is made of',
  access: ['read:hub'],
  answers: { 200: json(hubInfo, 'Versions and classes.') },
};

export function mountInfo(api: FastifyInstance, { site }: Pick<HttpParts, 'site'>): void {
  api.get('/info', described(tellInfo), async (request) => {
    requireScope(request, 'read:hub');
    return {
      version: JUPYTERHUB_VERSION,
      // There is no Python here; programs print these two and do no more with them.
      python: `none (Node.js ${process.versions.node})`,
      sys_executable: process.execPath,
      spawner: { class: site.spawnerClass, version: POLDER_VERSION },
      authenticator: { class: site.authenticatorClass, version: POLDER_VERSION },
      polder: { version: POLDER_VERSION },
    };
  });
}
