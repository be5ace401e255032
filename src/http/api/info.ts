/** `GET /hub/api/info`: what this hub is made of. */
import type { FastifyInstance } from 'fastify';
import { JUPYTERHUB_VERSION, POLDER_VERSION } from '../../lib/version.ts';
import type { HttpParts } from '../parts.ts';
import { requireScope } from './access.ts';

export function mountInfo(api: FastifyInstance, { site }: Pick<HttpParts, 'site'>): void {
  api.get('/info', async (request) => {
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
