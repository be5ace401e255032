import type { Target } from './target.ts';

/** The redirects whose Location configurable-http-proxy rewrites. */
export function isRedirect(status: number): boolean {
  return status === 201 || status === 301 || status === 302 || status === 307 || status === 308;
}

/**
 * A Location that leads to the target itself, turned into one that leads to the proxy.
 *
 * @returns undefined when it leads elsewhere, is relative, or need not change.
 */
export function rewriteLocation(
  location: string,
  target: Target,
  options: { readonly host: string | undefined; readonly protocol: string | undefined },
): string | undefined {
  if (!URL.canParse(location)) return undefined;
  const url = new URL(location);
  if (url.host !== target.hostHeader) return undefined;
  const { host, protocol } = options;
  if (host !== undefined && host !== '') {
    url.host = host;
    // A host without a port means the protocol's own, which setting `host` would not do.
    if (!/:\d+$/.test(host)) url.port = '';
  }
  if (protocol !== undefined) url.protocol = protocol;
  return url.href === location ? undefined : url.href;
}
