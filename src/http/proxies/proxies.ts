/** What proxies ask of the hub. They show the token that hub and proxies share; nobody else has business here. */
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { secretsEqual } from '../../lib/secret.ts';
import { answerWithJson } from '../errors.ts';
import type { HttpParts } from '../parts.ts';
import { mountProxyActivity } from './activity.ts';
import { mountFeed } from './feed.ts';

type Parts = Pick<HttpParts, 'proxyToken' | 'routeFeed' | 'proxyActivity'>;

export function mountProxies(app: FastifyInstance, parts: Parts): void {
  app.setErrorHandler(answerWithJson);
  app.addHook('onRequest', async (request) => {
    const match = /^(?:token|bearer) +(\S+)$/i.exec(request.headers.authorization ?? '');
    if (match === null || !secretsEqual(match[1]!, parts.proxyToken))
      throw new HubError('forbidden', 'This is for proxies, with the token that they share with the hub.');
  });
  mountFeed(app, parts);
  mountProxyActivity(app, parts);
}
