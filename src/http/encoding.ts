import type { FastifyRequest } from 'fastify';

/** The content coding (RFC 9110, 12.5.3) that comes out smallest, of those that the browser reads; undefined: none. */
export function acceptedEncoding(request: Pick<FastifyRequest, 'headers'>): 'br' | 'gzip' | undefined {
  const accepted = String(request.headers['accept-encoding'] ?? '');
  return /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
}
