/** What every answer of the hub carries, and what each kind of answer may load. */
import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { CoursePlace } from '../domain/route.ts';
import { JUPYTERHUB_VERSION, POLDER_VERSION } from '../lib/version.ts';

/** For pages: our own scripts and styles as files, nothing inline, nothing from elsewhere, in nobody's frame. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** For pictures: an SVG may hold scripts, which a browser would run where somebody opens it as a page of its own. */
export const PICTURE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'";

/** For programs: an answer that a browser shows by mistake may do nothing at all. */
export const API_POLICY = "frame-ancestors 'none'; default-src 'none'";

export const COMMON_HEADERS = {
  // Single-user servers compare it with their own version; programs written for JupyterHub read it too.
  'x-jupyterhub-version': JUPYTERHUB_VERSION,
  'x-polder-version': POLDER_VERSION,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'access-control-allow-headers': 'accept, content-type, authorization',
  // What a caller may see depends on who asks; files that never change say so themselves.
  'cache-control': 'no-store',
  'content-security-policy': API_POLICY,
};

export async function setCommonHeaders(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(COMMON_HEADERS);
}

/** A hook for the part of the hub that answers with pages. */
export function setPagePolicy({ domains }: CoursePlace): onRequestAsyncHookHandler {
  // A form may end, by redirects, at the server of whoever sent it, on a domain of its own.
  const policy =
    domains === null
      ? PAGE_POLICY
      : PAGE_POLICY.replace("form-action 'self'", `form-action 'self' ${domains.below}`);
  return async (_request, reply) => {
    reply.header('content-security-policy', policy);
    // Whoever opened the page in a window has no hold of it.
    if (domains !== null) reply.header('cross-origin-opener-policy', 'same-origin');
  };
}
