/** Logging out: the session ends, and with it every token that was made for it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isActive } from '../../domain/server.ts';
import { clearSessionCookies } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { hubPath } from './links.ts';

type Parts = Pick<HttpParts, 'sessions' | 'servers' | 'site'>;

export function mountLogout(app: FastifyInstance, parts: Parts): void {
  // JupyterLab's “Log Out” leads here by a link, so a GET logs out, as with JupyterHub. All that somebody else's page
  // could do with it is to make a person log in again.
  app.get('/logout', async (request, reply) => {
    if (isPrefetch(request)) return reply.status(503).send();
    return logOut(request, reply, parts);
  });
  app.post('/logout', (request, reply) => logOut(request, reply, parts));
}

/** A browser that loads a page before anybody has asked for it. */
function isPrefetch(request: FastifyRequest): boolean {
  return /prefetch|prerender/.test(String(request.headers['sec-purpose'] ?? request.headers.purpose ?? ''));
}

async function logOut(request: FastifyRequest, reply: FastifyReply, parts: Parts): Promise<FastifyReply> {
  const { caller } = request;
  if (caller?.session) {
    await parts.sessions.close(caller.session);
    if (parts.site.shutdownOnLogout) {
      const servers = (await parts.servers.ofUsers([caller.user])).get(caller.user.id) ?? [];
      for (const server of servers.filter(isActive)) {
        await parts.servers.stop(server, { by: caller.user.name, reason: 'user' });
      }
    }
  }
  clearSessionCookies(reply, parts);
  const { logoutUrl } = parts.site;
  return reply.redirect(logoutUrl ?? hubPath(parts.site, 'login', { 'logged-out': '1' }), 303);
}
