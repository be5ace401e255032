/** `/hub/api/oauth2`: the two endpoints of the OAuth provider; one is for browsers, the other for servers. */
import type { FastifyInstance } from 'fastify';
import { acceptBrowsers } from '../browser.ts';
import type { HttpParts } from '../parts.ts';
import { mountAuthorize } from './authorize.ts';
import { mountTokenEndpoint } from './token.ts';

export async function mountOAuth(
  app: FastifyInstance,
  parts: Pick<HttpParts, 'callers' | 'oauth' | 'site' | 'now'>,
): Promise<void> {
  await app.register(async (browsers) => {
    await acceptBrowsers(browsers, parts);
    mountAuthorize(browsers, parts);
  });
  await app.register((servers) => mountTokenEndpoint(servers, parts));
}
