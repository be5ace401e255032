/**
 * Long lists in pages, for clients that ask for them by JupyterHub's media type; for others, the first 200. Either is told
 * where the rest is (`Link`, RFC 8288).
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

const MEDIA_TYPE = 'application/jupyterhub-pagination+json';
const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 200;

const wholeNumber = z.string().regex(/^-?\d{1,9}$/, 'must be a whole number');

/** The query parameters of every list. Negative numbers count as positive ones, as JupyterHub has it. */
export const pageQuery = {
  offset: wholeNumber.transform((text) => Math.abs(Number(text))).default(0),
  limit: wholeNumber
    .transform((text) => Math.min(LARGEST_LIMIT, Math.max(1, Math.abs(Number(text)))))
    .optional(),
};

/** Items are a list; of a few endpoints, a dictionary by name. */
export interface Page {
  readonly items: object;
  /** In all, whatever the page. */
  readonly total: number;
}

export interface PageRange {
  readonly offset: number;
  readonly limit: number;
}

export function pageRange(
  request: FastifyRequest,
  query: { readonly offset: number; readonly limit?: number | undefined },
): PageRange {
  return {
    offset: query.offset,
    limit: query.limit ?? (wantsPages(request) ? DEFAULT_LIMIT : LARGEST_LIMIT),
  };
}

/** The bare list, or `{items, _pagination}`. */
export function pageAnswer(
  request: FastifyRequest,
  reply: FastifyReply,
  { page, range: { offset, limit } }: { readonly page: Page; readonly range: PageRange },
): unknown {
  const nextOffset = offset + limit;
  const next =
    nextOffset < page.total
      ? { offset: nextOffset, limit, url: urlOfPage(request, nextOffset, limit) }
      : null;
  if (next) reply.header('link', `<${next.url}>; rel="next"`);
  if (!wantsPages(request)) return page.items;
  return { items: page.items, _pagination: { offset, limit, total: page.total, next } };
}

function wantsPages(request: FastifyRequest): boolean {
  const accepted = (request.headers.accept ?? '').split(',');
  return accepted.some((type) => type.split(';', 1)[0]?.trim().toLowerCase() === MEDIA_TYPE);
}

function urlOfPage(request: FastifyRequest, offset: number, limit: number): string {
  const url = new URL(request.url, `${request.protocol}://${request.host}`);
  url.searchParams.set('offset', String(offset));
  url.searchParams.set('limit', String(limit));
  return url.href;
}
