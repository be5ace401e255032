/**
 * `/hub/error/CODE?url=…`: what the proxy asks for when it cannot reach a server, and passes on as its own answer with
 * its own status. Programs that asked for the API are told in its own way.
 */
import type { FastifyInstance } from 'fastify';
import { safeNext } from '../next.ts';
import type { HttpParts } from '../parts.ts';
import { renderErrorPage } from './error.ts';
import { field, sendPage } from './page-context.ts';
import { english } from './texts.ts';

export function mountProxyError(app: FastifyInstance, { site }: Pick<HttpParts, 'site'>): void {
  app.get('/error/:code', async (request, reply) => {
    const { code } = request.params as { readonly code: string };
    const status = /^[45]\d\d$/.test(code) ? Number(code) : 404;
    const message = english.error.proxy[status] ?? english.error.proxyOther;
    request.log.info({ status, user: request.caller?.user.name }, 'the proxy could not answer');
    if (field(request.query, 'url')?.startsWith(`${site.baseUrl}hub/api/`)) {
      return reply.status(status).type('application/json').send({ status, message });
    }
    const address = safeNext(field(request.query, 'url'), site);
    const where = address === undefined ? {} : { address, again: address };
    const page = renderErrorPage({ status, message, id: request.id, site, caller: request.caller, ...where });
    return sendPage(reply, page, status);
  });
}
