/** What the buttons of home, waiting and people pages do, besides starting. Each leads back to a page that shows it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { hasChoice } from '../../domain/server-choices.ts';
import { requireUser } from '../caller.ts';
import { safeNext } from '../next.ts';
import type { HttpParts } from '../parts.ts';
import { addressedServer, NOT_YOURS } from './addressed.ts';
import { hubPath, hubServerPath } from './links.ts';
import { field } from './page-context.ts';

type Parts = Pick<HttpParts, 'users' | 'servers' | 'rerunHook' | 'site'>;

export function mountServerActions(app: FastifyInstance, parts: Parts): void {
  const { site, servers } = parts;
  const goBack = (request: FastifyRequest, reply: FastifyReply) =>
    reply.redirect(safeNext(field(request.body, 'back'), site) ?? hubPath(site, 'home'), 303);

  for (const path of ['/stop/:user', '/stop/:user/:server']) {
    app.post(path, async (request, reply) => {
      const { owner, server } = await addressedServer(request, parts, 'delete:servers');
      const caller = requireUser(request).user;
      const reason = caller.id === owner.id ? 'user' : 'admin';
      if (server) await servers.stop(server, { by: caller.name, reason });
      return goBack(request, reply);
    });
  }

  for (const path of ['/run-hook/:user', '/run-hook/:user/:server']) {
    app.post(path, async (request, reply) => {
      const { server } = await addressedServer(request, parts, 'start:servers');
      if (!server) throw new HubError('not_found', NOT_YOURS);
      await parts.rerunHook(server.id);
      return goBack(request, reply);
    });
  }

  app.post('/remove/:user/:server', async (request, reply) => {
    const { server } = await addressedServer(request, parts, 'delete:servers');
    if (server) await servers.remove(server);
    return goBack(request, reply);
  });

  /** A new named server of one's own, which starts at once, or as soon as it is chosen which one. */
  app.post('/servers', async (request, reply) => {
    const { user } = requireUser(request);
    const name = field(request.body, 'name')?.trim();
    if (!name) throw new HubError('invalid', 'Give the new server a name.');
    if (hasChoice(site.choices)) {
      const server = (await servers.get(user.name, name)) ?? (await servers.create(user, name));
      return reply.redirect(hubServerPath(site, 'spawn', server), 303);
    }
    const server = await servers.start(user, name, { by: user.name });
    return reply.redirect(hubServerPath(site, 'spawn-pending', server), 303);
  });
}
