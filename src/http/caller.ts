/** Who asks: from a token in the `Authorization` header, or from the login cookie of a browser. */
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { Caller, UserCaller } from '../domain/caller.ts';
import { HubError } from '../domain/errors.ts';
import type { Session } from '../domain/session.ts';
import { clearHubCookie, hubCookie, setHubCookie, XSRF_COOKIE } from './cookies.ts';
import { takesCookie } from './own-host.ts';
import type { HttpParts, Site } from './parts.ts';
import { comesByTls } from './scheme.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `identifyCaller`; undefined where nobody is known. */
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    /** Nobody's question: who asks makes no difference and is not looked up (files, health). */
    anonymous?: boolean;
  }
}

/** The secret of the session; only the hub's own paths get to see it. */
export const LOGIN_COOKIE = 'jupyterhub-hub-login';
/** Not secret: single-user servers read it to notice that the browser has logged out. */
export const SESSION_COOKIE = 'jupyterhub-session-id';

/**
 * A hook that sets `request.caller`. A token that is shown and not valid makes the request nobody's, even where the
 * browser has a cookie: whoever shows a token means to be judged by it.
 */
export function identifyCaller(
  { callers, site }: Pick<HttpParts, 'callers' | 'site'>,
  { tokens }: { /** Whether a token counts; pages are for browsers. */ readonly tokens: boolean },
): onRequestAsyncHookHandler {
  return async (request) => {
    if (request.routeOptions.config.anonymous) return;
    const token = tokens ? bearerToken(request) : undefined;
    if (token !== undefined) {
      request.caller = await callers.byToken(token);
      return;
    }
    const secret = takesCookie(request, site) ? hubCookie(request, LOGIN_COOKIE, site) : undefined;
    if (secret) request.caller = await callers.bySession(secret);
  };
}

/** The secret after `token` or `Bearer`, in any case; undefined where there is no such header. */
export function bearerToken(request: FastifyRequest): string | undefined {
  return /^(?:token|bearer)\s+(\S+)\s*$/i.exec(request.headers.authorization ?? '')?.[1];
}

/** @throws HubError `unauthenticated` where nobody is known. */
export function requireCaller(request: FastifyRequest): Caller {
  if (!request.caller) throw new HubError('unauthenticated', 'Missing or invalid credentials.');
  return request.caller;
}

/**
 * For what only people do: pages, logins.
 * @throws HubError `unauthenticated` where nobody is known, `forbidden` where a service asks
 */
export function requireUser(request: FastifyRequest): UserCaller {
  const caller = requireCaller(request);
  if (caller.kind === 'user') return caller;
  throw new HubError('forbidden', 'This is for people, not for services.');
}

/** The person who asks; undefined where nobody is known, or a service asks. */
export function userCaller(request: FastifyRequest): UserCaller | undefined {
  return request.caller?.kind === 'user' ? request.caller : undefined;
}

/** Logs the browser in. */
export function setSessionCookies(
  reply: FastifyReply,
  { session, secret, site }: { readonly session: Session; readonly secret: string; readonly site: Site },
): void {
  const { expiresAt: expires } = session;
  setHubCookie(reply, LOGIN_COOKIE, { value: secret, site, expires });
  reply.setCookie(SESSION_COOKIE, session.id, { ...sessionOptions(reply, site), expires });
}

/** Logs the browser out. */
export function clearSessionCookies(reply: FastifyReply, { site }: { readonly site: Site }): void {
  for (const name of [LOGIN_COOKIE, XSRF_COOKIE]) clearHubCookie(reply, name, site);
  reply.clearCookie(SESSION_COOKIE, sessionOptions(reply, site));
}

/** For servers to read: where they have domains, on all of them. */
function sessionOptions({ request }: FastifyReply, { baseUrl, domains }: Site) {
  return {
    httpOnly: true,
    sameSite: 'lax',
    secure: comesByTls(request),
    path: baseUrl,
    ...(domains === null ? {} : { domain: domains.hubHost }),
  } as const;
}
