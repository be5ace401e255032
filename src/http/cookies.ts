/** Cookies that are for the hub alone: who is logged in, logins under way, the XSRF value. */
import type { CookieSerializeOptions } from '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Site } from './parts.ts';
import { comesByTls } from './scheme.ts';

export type CookieSite = Pick<Site, 'baseUrl' | 'domains'>;

export const XSRF_COOKIE = '_xsrf';

/**
 * What the browser knows it by. Where users have domains, the server of each may set cookies for all domains of the
 * course, in front of ours or in their place; of the prefix `__Host-` browsers take a cookie from the very host that it is
 * for and from no other (RFC 6265bis section 4.1.3.2).
 */
export function hubCookieName(name: string, { domains }: CookieSite): string {
  return domains?.isSecure ? `__Host-${name}` : name;
}

export function hubCookie(request: FastifyRequest, name: string, site: CookieSite): string | undefined {
  return request.cookies[hubCookieName(name, site)];
}

export function setHubCookie(
  reply: FastifyReply,
  name: string,
  {
    value,
    site,
    ...lifetime
  }: { readonly value: string; readonly site: CookieSite } & Pick<
    CookieSerializeOptions,
    'expires' | 'maxAge'
  >,
): void {
  reply.setCookie(hubCookieName(name, site), value, { ...optionsOf(reply.request, site), ...lifetime });
}

export function clearHubCookie(reply: FastifyReply, name: string, site: CookieSite): void {
  reply.clearCookie(hubCookieName(name, site), optionsOf(reply.request, site));
}

function optionsOf(request: FastifyRequest, { baseUrl, domains }: CookieSite) {
  const isSecure = domains?.isSecure ?? false;
  return {
    // The prefix asks for the whole host, where nobody's server is then.
    path: isSecure ? '/' : `${baseUrl}hub/`,
    httpOnly: true,
    // Not strict: people come by links, and back from other places where they log in.
    sameSite: 'lax',
    secure: isSecure || comesByTls(request),
  } as const;
}
