/**
 * Proof that a request which a browser's cookie authenticates was made by a page of ours. JupyterHub's names: the cookie
 * `_xsrf`, and the same value in the form field `_xsrf`, in the query, or in the header `X-XSRFToken`.
 *
 * For a browser that is logged in the value derives from its session, so it changes at every login and another's is
 * worth nothing. For one that is not, it is a random value that we have signed, kept in the cookie. It never depends on
 * the address or the browser's name, which change behind proxies.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '../domain/errors.ts';
import { deriveSecret, secretsEqual } from '../lib/secret.ts';
import { hubCookieName, setHubCookie, XSRF_COOKIE } from './cookies.ts';
import type { Site } from './parts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    readonly xsrfSite: XsrfSite;
  }
}

type XsrfSite = Pick<Site, 'baseUrl' | 'domains' | 'cookieKey'>;

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Tells the functions below of the site; once an app. */
export function decorateXsrf(app: FastifyInstance, site: XsrfSite): void {
  app.decorateRequest('xsrfSite', { getter: () => site });
}

/** The value for the forms and scripts of a page that is answered now; sets the cookie where it has to. */
export function xsrfToken(request: FastifyRequest, reply: FastifyReply): string {
  const { caller, xsrfSite: site } = request;
  const cookies = xsrfCookies(request);
  const value = caller?.session
    ? sessionValue(site, caller.session.id)
    : (cookies.find((cookie) => isSigned(site, cookie)) ?? newSignedValue(site));
  if (cookies[0] !== value) {
    setHubCookie(reply, XSRF_COOKIE, { value, site });
  }
  return value;
}

/** For pages: whatever changes something must show the value, whoever is logged in. @throws HubError `forbidden` */
export async function checkPageXsrf(request: FastifyRequest): Promise<void> {
  if (!SAFE_METHODS.has(request.method)) checkXsrf(request);
}

/**
 * For the API: requests that the cookie authenticates. Reading counts too, because the pages of every user's server
 * share our origin and could read the answer; not where a browser merely shows it (a link, an image).
 * @throws HubError `forbidden`
 */
export async function checkApiXsrf(request: FastifyRequest): Promise<void> {
  if (!request.caller?.session) return;
  if (SAFE_METHODS.has(request.method) && isOnlyShown(request)) return;
  checkXsrf(request);
}

/** @throws HubError `forbidden` where the request does not show the value that belongs to it. */
export function checkXsrf(request: FastifyRequest): void {
  const shown = shownValue(request);
  if (shown === undefined) {
    throw new HubError('forbidden', `'_xsrf' argument missing from ${request.method}`);
  }
  const { caller, xsrfSite: site } = request;
  const matches = caller?.session
    ? secretsEqual(shown, sessionValue(site, caller.session.id))
    : isSigned(site, shown) && xsrfCookies(request).some((cookie) => secretsEqual(cookie, shown));
  if (!matches)
    throw new HubError('forbidden', 'This form has expired. Go back, reload the page and try again.');
}

/** By the browser's own word, which no page can forge; browsers say nothing where the hub is reached without TLS. */
function isOnlyShown(request: FastifyRequest): boolean {
  const mode = request.headers['sec-fetch-mode'];
  if (mode === undefined || mode === 'navigate') return true;
  return mode === 'no-cors' && request.headers['sec-fetch-site'] === 'same-origin';
}

function shownValue(request: FastifyRequest): string | undefined {
  const candidates = [
    fieldOf(request.body),
    fieldOf(request.query),
    request.headers['x-xsrftoken'],
    request.headers['x-csrftoken'],
  ];
  return candidates.find((value): value is string => typeof value === 'string' && value !== '');
}

function fieldOf(fields: unknown): unknown {
  return typeof fields === 'object' && fields !== null ? Reflect.get(fields, XSRF_COOKIE) : undefined;
}

/** All of them: a single-user server of old may have set one of its own for `/`, and their order says nothing. */
function xsrfCookies(request: FastifyRequest): readonly string[] {
  const wanted = hubCookieName(XSRF_COOKIE, request.xsrfSite);
  return (request.headers.cookie ?? '').split(';').flatMap((pair) => {
    const [name, value] = pair.split('=', 2);
    return name?.trim() === wanted && value ? [value.trim()] : [];
  });
}

function sessionValue(site: XsrfSite, sessionId: string): string {
  return deriveSecret(site.cookieKey, 'xsrf-session', sessionId);
}

function newSignedValue(site: XsrfSite): string {
  const random = randomBytes(16).toString('base64url');
  return `${random}.${signatureOf(site, random)}`;
}

function isSigned(site: XsrfSite, value: string): boolean {
  const [random, signature, ...more] = value.split('.');
  return more.length === 0 && !!random && !!signature && secretsEqual(signature, signatureOf(site, random));
}

function signatureOf(site: XsrfSite, random: string): string {
  return deriveSecret(site.cookieKey, 'xsrf-anonymous', random);
}
