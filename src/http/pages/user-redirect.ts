/**
 * `/hub/user-redirect/lab/tree/x.ipynb?y`: one link for a whole course, which leads each to the place in their own
 * server. It survives logging in and starting.
 */
import type { FastifyInstance } from 'fastify';
import { requireUser } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { hubPath, openUrl } from './links.ts';

type Parts = Pick<HttpParts, 'servers' | 'site'>;

export function mountUserRedirect(app: FastifyInstance, parts: Parts): void {
  const { site } = parts;
  for (const path of ['/user-redirect', '/user-redirect/*']) {
    app.get(path, async (request, reply) => {
      const { user } = requireUser(request);
      // As it was written: what is escaped in it stays so.
      const rest = request.url.slice(hubPath(site, 'user-redirect').length).replace(/^\/+/, '');
      const target = `${openUrl(site, { owner: user.name, name: '' })}${rest}`;
      const server = await parts.servers.get(user.name, '');
      return reply.redirect(server?.state === 'ready' ? target : hubPath(site, 'spawn', { next: target }));
    });
  }
}
