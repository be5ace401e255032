/** Where a browser wants to go after the login, if that is ours. */
import type { Site } from './parts.ts';

/** Stands for our own origin while an address is taken apart. */
const OURS = 'http://polder.invalid';

/**
 * The path, query and fragment of `next`, normalised, where it lies on our own origin and below the base URL; undefined
 * otherwise. What it returns begins with exactly one slash, so that a browser can only read it as a path of ours.
 *
 * @param options.origin our origin as the browser sees it, `https://hub.example`: an absolute address there is ours too
 */
export function safeNext(
  next: string | undefined,
  site: Pick<Site, 'baseUrl'>,
  options: { readonly origin?: string } = {},
): string | undefined {
  // Browsers drop control characters and read a backslash as a slash: `/\evil.example` is another host.
  if (!next || /[\\\p{Cc}]/u.test(next) || next.trim() !== next) return undefined;
  const { origin } = options;
  const path = origin && next.startsWith(`${origin}/`) ? next.slice(origin.length) : next;
  if (!path.startsWith('/') || path.startsWith('//') || !URL.canParse(path, OURS)) return undefined;
  const { pathname, search, hash } = new URL(path, OURS);
  // `/.//evil.example` becomes `//evil.example` once its dots are resolved.
  if (pathname.startsWith('//') || !pathname.startsWith(site.baseUrl)) return undefined;
  return `${pathname}${search}${hash}`;
}
