/** `/hub/services/NAME/…`: where the address of a service on the hub's own host leads, where services have domains. */
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { requireUser } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { NOT_YOURS } from './addressed.ts';
import { hubPath } from './links.ts';

export function mountServiceAddress(
  app: FastifyInstance,
  { services, site }: Pick<HttpParts, 'services' | 'site'>,
): void {
  const { baseUrl, domains } = site;
  if (domains === null) return;
  for (const path of ['/services/:service', '/services/:service/*']) {
    app.get(path, async (request, reply) => {
      requireUser(request);
      const { service: name } = request.params as { readonly service: string };
      if (!services.get(name)?.url) throw new HubError('not_found', NOT_YOURS);
      const below = request.url.slice(hubPath(site, '').length);
      return reply.redirect(`${domains.originOfService(name)}${baseUrl}${below}`);
    });
  }
}
