/** Where a browser wants to go after the login, if that is ours. */
import type { Site } from './parts.ts';

/** Stands for our own origin while an address is taken apart. */
const OURS = 'http://polder.invalid';

/**
 * The path, query and fragment of `next`, normalised, where it lies on our own origin and below the base URL; undefined
 * otherwise. What it returns begins with exactly one slash, so that a browser can only read it as a path of ours.
 *
 * Of an address on the domain of a user or service the path is left: the hub leads from there to whose it is.
 *
 * @param options.origin our origin as the browser sees it, `https://hub.example`: an absolute address there is ours too
 */
export function safeNext(
  next: string | undefined,
  site: Pick<Site, 'baseUrl'> & Partial<Pick<Site, 'domains'>>,
  options: { readonly origin?: string } = {},
): string | undefined {
  // Browsers drop control characters and read a backslash as a slash: `/\evil.example` is another host.
  if (!next || /[\\\p{Cc}]/u.test(next) || next.trim() !== next) return undefined;
  const path = withoutOrigin(next, (origin) => origin === options.origin || !!site.domains?.has(origin));
  if (!path.startsWith('/') || path.startsWith('//') || !URL.canParse(path, OURS)) return undefined;
  const { pathname, search, hash } = new URL(path, OURS);
  // `/.//evil.example` becomes `//evil.example` once its dots are resolved.
  if (pathname.startsWith('//') || !pathname.startsWith(site.baseUrl)) return undefined;
  return `${pathname}${search}${hash}`;
}

function withoutOrigin(address: string, isOurs: (origin: string) => boolean): string {
  const origin = /^https?:\/\/[^/]+(?=\/)/.exec(address)?.[0];
  return origin !== undefined && isOurs(origin) ? address.slice(origin.length) : address;
}
