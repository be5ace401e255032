/**
 * The hub as a web server. Everything it answers lies below `${baseUrl}hub/`; any other path came here because the proxy
 * has no route for it, and is sent to the page that can say why.
 */
import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { mountApi } from './api/api.ts';
import { collectEndpoints } from './api/openapi.ts';
import { acceptBrowsers } from './browser.ts';
import { closePromptly } from './closing.ts';
import { answerWithJson, answerWithPage } from './errors.ts';
import { COMMON_HEADERS, setCommonHeaders } from './headers.ts';
import { mountHealth } from './health.ts';
import { mountMetrics } from './metrics.ts';
import { mountOAuth } from './oauth/oauth.ts';
import { mountApiDocs } from './pages/api-docs.ts';
import { mountPages } from './pages/pages.ts';
import type { HttpParts } from './parts.ts';
import { mountProxies } from './proxies/proxies.ts';
import { measureRequests } from './request-metrics.ts';
import { forgetUnproven, trustRule } from './trusted-proxies.ts';
import { decorateXsrf } from './xsrf.ts';

/** The longest path segment that is looked at: a user name of 255 characters, each escaped in full. */
const LONGEST_SEGMENT = 4_096;

export async function createHubApp(parts: HttpParts): Promise<FastifyInstance> {
  const { site, log } = parts;
  const app: FastifyInstance = fastify({
    loggerInstance: log as FastifyBaseLogger,
    // Lines of ours say which route was asked; addresses may hold secrets and are never logged.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request' }),
    // Random numbers by the hundred, of which this takes a few: one call into the kernel each would be felt.
    genReqId: () => randomUUID().slice(-10),
    requestIdHeader: false,
    // An address that cannot be decoded meets no route, and no hook.
    frameworkErrors: (error, request, reply) => {
      const answer = request.url.startsWith(`${site.baseUrl}hub/api/`)
        ? answerWithJson
        : answerWithPage(site);
      void answer(error, request, reply.headers(COMMON_HEADERS));
    },
    trustProxy: trustRule(site.trustedProxies),
    bodyLimit: parts.requestBytes,
    routerOptions: { maxParamLength: LONGEST_SEGMENT },
    // Input is checked by zod: without these two, fastify loads its libraries for JSON schemas.
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
  });
  app.addHook('onRequest', forgetUnproven(parts.proxyToken));
  app.decorateRequest('caller', undefined);
  decorateXsrf(app, site);
  await app.register(cookie);
  app.addHook('onRequest', setCommonHeaders);
  measureRequests(app, parts.metrics);
  app.setErrorHandler(answerWithJson);
  // A body that is too large is read to its end and thrown away: who still sends it when the connection is closed
  // never gets to read why.
  app.addHook('onSend', async (_request, reply) => {
    if (reply.statusCode === 413) reply.removeHeader('connection');
  });
  closePromptly(app);

  await app.register(
    async (hub) => {
      const endpoints = collectEndpoints(hub);
      mountHealth(hub, parts);
      await hub.register((metrics) => mountMetrics(metrics, parts));
      await hub.register((api) => mountApi(api, parts, endpoints), { prefix: '/api' });
      await hub.register((oauth) => mountOAuth(oauth, parts), { prefix: '/api/oauth2' });
      await hub.register(async (proxies) => mountProxies(proxies, parts), { prefix: '/api/proxies' });
      await hub.register(async (pages) => {
        await acceptBrowsers(pages, parts);
        await mountPages(pages, parts);
        mountApiDocs(pages, parts, endpoints);
      });
    },
    { prefix: `${site.baseUrl}hub` },
  );
  app.setNotFoundHandler((request, reply) => redirectIntoHub(request, reply, site.baseUrl));
  return app;
}

function refuseSchemas(): never {
  throw new Error('A route here declares no JSON schema: it checks its input with parseInput.');
}

/**
 * `/user/anna/lab` becomes `/hub/user/anna/lab`. A request that does something keeps its method, so that a program
 * hears that the server is not running instead of a page.
 */
function redirectIntoHub(request: FastifyRequest, reply: FastifyReply, baseUrl: string): FastifyReply {
  // More slashes than one at the front would make the target another host's address.
  const path = `/${request.url.replace(/^[/\\]+/, '')}`;
  const rest = path.startsWith(baseUrl)
    ? path.slice(baseUrl.length)
    : path === baseUrl.slice(0, -1)
      ? ''
      : path.slice(1);
  const reads = request.method === 'GET' || request.method === 'HEAD';
  return reply.redirect(`${baseUrl}hub/${rest}`, reads ? 302 : 307);
}
