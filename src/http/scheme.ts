import type { FastifyRequest } from 'fastify';

/**
 * Whether the browser came by HTTPS, as what stands in front says (`X-Forwarded-Proto`; the browser's own side is named
 * first). Somebody who claims it falsely only makes their own cookies stricter.
 */
export function comesByTls(request: FastifyRequest): boolean {
  const forwarded = request.headers['x-forwarded-proto'];
  const first = (Array.isArray(forwarded) ? forwarded[0] : forwarded)?.split(',', 1)[0];
  return (first?.trim() ?? request.protocol) === 'https';
}

/** Our origin as the browser knows it; the proxy hands its host on. */
export function originOf(request: FastifyRequest): string {
  return `${comesByTls(request) ? 'https' : 'http'}://${request.host}`;
}
