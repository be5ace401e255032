import type { FastifyReply, FastifyRequest } from 'fastify';
import { userCaller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { xsrfToken } from '../xsrf.ts';
import type { PageContext } from './layout.ts';
import { readerOf } from './reader.ts';

/** What the views of this request's answer know. Makes the XSRF value, and sets its cookie where needed. */
export function pageContext(
  request: FastifyRequest,
  reply: FastifyReply,
  { site, now }: Pick<HttpParts, 'site' | 'now'>,
): PageContext {
  return { ...visitorContext(request, site), now: now(), xsrf: xsrfToken(request, reply) };
}

/** Of a page without forms, which may be shown when nothing else works. */
export function visitorContext(
  request: FastifyRequest,
  site: HttpParts['site'],
): Omit<PageContext, 'now' | 'xsrf'> {
  return { site, caller: userCaller(request), ...readerOf(request, site) };
}

export function sendPage(reply: FastifyReply, page: string | Buffer, status = 200): FastifyReply {
  return reply.status(status).type('text/html; charset=utf-8').send(page);
}

/** A field of a form or a query: the last one of its name, as text; undefined where there is none or it is empty. */
export function field(fields: unknown, name: string): string | undefined {
  const value: unknown =
    typeof fields === 'object' && fields !== null ? Reflect.get(fields, name) : undefined;
  const last: unknown = Array.isArray(value) ? value.at(-1) : value;
  return typeof last === 'string' && last !== '' ? last : undefined;
}
