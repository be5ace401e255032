/** What holds for everything that browsers ask for: cookies say who asks, forms carry the XSRF value, errors are pages. */
import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import { HubError } from '../domain/errors.ts';
import { identifyCaller } from './caller.ts';
import { answerWithPage } from './errors.ts';
import { setPagePolicy } from './headers.ts';
import { keepToOwnHost } from './own-host.ts';
import type { HttpParts } from './parts.ts';
import { checkPageXsrf } from './xsrf.ts';

/** Prepares `app` (a scope of its own) for routes that answer with pages. */
export async function acceptBrowsers(
  app: FastifyInstance,
  parts: Pick<HttpParts, 'callers' | 'site'>,
): Promise<void> {
  await app.register(formbody);
  app.addHook('onRequest', keepToOwnHost(parts.site));
  app.addHook('onRequest', identifyCaller(parts, { tokens: false }));
  app.addHook('onRequest', setPagePolicy(parts.site));
  app.addHook('preValidation', checkPageXsrf);
  const answerError = answerWithPage(parts.site);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler((request, reply) =>
    answerError(new HubError('not_found', 'There is no such page.'), request, reply),
  );
}
