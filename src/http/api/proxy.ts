/**
 * `/hub/api/proxy`: the routes that proxies have from this hub. They follow it by themselves (`domain/route-feed.ts`), so
 * nobody has to tell the hub where a proxy is.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../domain/errors.ts';
import type { CoursePlace, Route } from '../../domain/route.ts';
import { secretsEqual } from '../../lib/secret.ts';
import type { HttpParts } from '../parts.ts';
import { requireScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, empty, json, type Operation, pageOf } from './operation.ts';
import { pageAnswer, pageQuery, pageRange } from './pagination.ts';

const listQuery = z.object(pageQuery);

const routeSchema = z
  .object({
    routespec: z.string(),
    target: z.string(),
    data: z.looseObject({ jupyterhub: z.literal(true) }),
  })
  .meta({ id: 'Route' });
const routesSchema = z.record(z.string(), routeSchema);

const proxyPatch = z.looseObject({ auth_token: z.string().optional() }, 'Request body must be JSON dict');

const listRoutes: Operation = {
  summary: 'The routes of this hub',
  access: ['proxy'],
  query: listQuery,
  answers: {
    200: json(
      z.union([routesSchema, pageOf(routeSchema).extend({ items: routesSchema })]),
      'By their paths, which end with a slash; in pages too.',
    ),
  },
};

const checkRoutes: Operation = {
  summary: 'Compare the routes with the servers now, and mend what differs',
  access: ['proxy'],
  answers: { 200: empty('They agree.') },
};

const tellProxy: Operation = {
  summary: 'Tell of another proxy',
  description:
    'Proxies follow the hub by themselves, so there is nothing to be told; the routes are compared with the servers, as ' +
    'JupyterHub does then. An `auth_token` other than the one that proxies show is refused.',
  access: ['proxy'],
  body: proxyPatch,
  answers: { 200: empty('The routes agree with the servers.') },
};

export function mountProxy(
  api: FastifyInstance,
  {
    routeFeed,
    checkRoutes: check,
    proxyToken,
    site,
  }: Pick<HttpParts, 'routeFeed' | 'checkRoutes' | 'proxyToken' | 'site'>,
): void {
  api.get('/proxy', described(listRoutes), async (request, reply) => {
    requireScope(request, 'proxy');
    const range = pageRange(request, parseInput(listQuery, request.query));
    const routes = (await routeFeed.routes()).map((route) => routeModel(route, site)).sort(byRoutespec);
    const items = routes.slice(range.offset, range.offset + range.limit);
    const byPath = Object.fromEntries(items.map((route) => [route.routespec, route]));
    return pageAnswer(request, reply, { page: { items: byPath, total: routes.length }, range });
  });

  api.post('/proxy', described(checkRoutes), async (request, reply) => {
    requireScope(request, 'proxy');
    await check();
    return reply.send();
  });

  api.patch('/proxy', described(tellProxy), async (request, reply) => {
    requireScope(request, 'proxy');
    const { auth_token: token } = parseInput(proxyPatch, request.body);
    if (token !== undefined && !secretsEqual(token, proxyToken)) {
      throw new HubError(
        'invalid',
        'Proxies show the token of the course’s file (`proxy.secretToken`): change it there, and start hub and proxies again.',
      );
    }
    await check();
    return reply.send();
  });
}

function routeModel({ prefix, target, data }: Route, { domains }: CoursePlace): z.output<typeof routeSchema> {
  // Where the first part is a host, no slash stands before it, as with JupyterHub.
  const spec = domains === null || prefix === '/' ? prefix : prefix.slice(1);
  return { routespec: spec === '/' ? '/' : `${spec}/`, target, data: { ...data, jupyterhub: true } };
}

function byRoutespec(a: { readonly routespec: string }, b: { readonly routespec: string }): number {
  return a.routespec < b.routespec ? -1 : 1;
}
