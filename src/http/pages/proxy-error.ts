/**
 * `/hub/error/CODE?url=…`: what the proxy asks for when it cannot reach a server, and passes on as its own answer with
 * its own status. Programs that asked for the API are told in its own way.
 */
import type { FastifyInstance } from 'fastify';
import { safeNext } from '../next.ts';
import type { HttpParts } from '../parts.ts';
import { renderErrorPage } from './error.ts';
import { field, sendPage, visitorContext } from './page-context.ts';
import { english } from './texts/english.ts';
import type { Texts } from './texts/texts.ts';

export function mountProxyError(app: FastifyInstance, { site }: Pick<HttpParts, 'site'>): void {
  app.get('/error/:code', async (request, reply) => {
    const { code } = request.params as { readonly code: string };
    const status = /^[45]\d\d$/.test(code) ? Number(code) : 404;
    request.log.info({ status, user: request.caller?.name }, 'the proxy could not answer');
    if (field(request.query, 'url')?.startsWith(`${site.baseUrl}hub/api/`)) {
      const message = wordsOf(english, status);
      return reply.status(status).type('application/json').send({ status, message });
    }
    const address = safeNext(field(request.query, 'url'), site);
    const where = address === undefined ? {} : { address, again: address };
    const context = visitorContext(request, site);
    const message = wordsOf(context.texts, status);
    const page = renderErrorPage(context, { status, message, id: request.id, ...where });
    return sendPage(reply, page, status);
  });
}

function wordsOf({ error }: Texts, status: number): string {
  return error.proxy[status] ?? error.proxyOther;
}
