/**
 * Where users have domains, the hub's pages and cookies are of its own host alone: the host of somebody's server reaches
 * the hub too, since the proxy sends there what has no route, and nothing may be had there that needs a login.
 */
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { HubError } from '../domain/errors.ts';
import type { CoursePlace } from '../domain/route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers on every host, and sees itself to what is only for the hub's own. */
    anyHost?: boolean;
  }
}

/** A hook for pages: other hosts are sent to the hub's, and forms of other origins are refused. */
export function keepToOwnHost({ domains }: CoursePlace): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const { anonymous, anyHost } = request.routeOptions.config;
    if (domains === null || anonymous || anyHost) return;
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (!domains.isHub(request.host)) {
      if (!reads) throw new HubError('forbidden', `This page is at ${domains.hub}.`);
      return reply.redirect(`${domains.hub}${request.url}`);
    }
    if (!reads && !isFromHub(request, { domains }))
      throw new HubError('forbidden', 'This form was sent by a page that is not of the hub.');
  };
}

/**
 * Whether the cookie of this request may say who asks. Not on another host, and not where a script or picture of another
 * origin asks: browsers show the cookie there too, because all domains of a course are one site to them.
 */
export function takesCookie(request: FastifyRequest, { domains }: Pick<CoursePlace, 'domains'>): boolean {
  if (domains === null) return true;
  return domains.isHub(request.host) && isFromHub(request, { domains });
}

/** By what browsers say of the page behind a request; programs say nothing. */
function isFromHub({ headers }: FastifyRequest, { domains }: Pick<CoursePlace, 'domains'>): boolean {
  const { origin, 'sec-fetch-site': from, 'sec-fetch-mode': mode } = headers;
  if (origin !== undefined && origin !== domains?.hub) return false;
  return mode === 'navigate' || (from !== 'same-site' && from !== 'cross-site');
}
