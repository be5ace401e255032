/** How somebody wants the pages: their language, and light or dark. Two cookies of their own browser, and no more. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { languageNamed, preferredLanguage } from '../../domain/language.ts';
import { safeNext } from '../next.ts';
import type { Site } from '../parts.ts';
import { comesByTls } from '../scheme.ts';
import { hubPath } from './links.ts';
import { languages, type Texts } from './texts/texts.ts';

/** `auto` follows the device. */
export const LOOKS = ['auto', 'light', 'dark'] as const;

export type Look = (typeof LOOKS)[number];

export interface Reader {
  readonly texts: Texts;
  readonly look: Look;
}

/** Scripts of the pages may read them, and no secret is in them. */
const LANGUAGE_COOKIE = 'polder-language';
const LOOK_COOKIE = 'polder-look';
const COOKIE_SECONDS = 365 * 86_400;

type ReaderSite = Pick<Site, 'baseUrl' | 'course'>;

/** The language as chosen, or else as the browser asks for it, or else the course's. */
export function readerOf(request: FastifyRequest, { course }: ReaderSite): Reader {
  const cookies: Readonly<Record<string, string | undefined>> = request.cookies ?? {};
  const language =
    languageNamed(cookies[LANGUAGE_COOKIE] ?? '') ??
    preferredLanguage(request.headers['accept-language'] ?? '') ??
    course.language;
  return { texts: languages[language], look: lookNamed(cookies[LOOK_COOKIE]) ?? 'auto' };
}

/**
 * `GET …/reader?language=nl&look=dark`, either left out: remembers it and goes back to where the form was. Nothing of the
 * hub changes, so this needs no proof that a page of ours asked, which pages of the proxy's errors would not have.
 */
export function mountReader(app: FastifyInstance, { site }: { readonly site: ReaderSite }): void {
  app.get('/reader', { config: { anonymous: true } }, async (request, reply) => {
    const { language, look } = request.query as Readonly<Record<string, unknown>>;
    const chosen = typeof language === 'string' ? languageNamed(language) : undefined;
    if (chosen !== undefined) setReaderCookie(reply, LANGUAGE_COOKIE, { value: chosen, site });
    const named = lookNamed(look);
    if (named !== undefined) setReaderCookie(reply, LOOK_COOKIE, { value: named, site });
    return reply.redirect(cameFrom(request, site) ?? hubPath(site, 'home'), 303);
  });
}

function lookNamed(value: unknown): Look | undefined {
  return LOOKS.find((look) => look === value);
}

function setReaderCookie(
  reply: FastifyReply,
  name: string,
  { value, site }: { readonly value: string; readonly site: ReaderSite },
): void {
  reply.setCookie(name, value, {
    // Of the base URL and not of the hub's paths: errors of the proxy are shown at the addresses of servers.
    path: site.baseUrl,
    maxAge: COOKIE_SECONDS,
    sameSite: 'lax',
    secure: comesByTls(reply.request),
  });
}

/** The page that the form stood on; browsers say it to our own origin only. */
function cameFrom(request: FastifyRequest, site: ReaderSite): string | undefined {
  const { referer } = request.headers;
  if (referer === undefined || !URL.canParse(referer)) return undefined;
  const { pathname, search, host } = new URL(referer);
  return host === request.host ? safeNext(`${pathname}${search}`, site) : undefined;
}
