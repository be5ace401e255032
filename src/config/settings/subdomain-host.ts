import type { Values } from '../schema/values.ts';

/**
 * The origin of the hub, where users have domains below it; null where they have none, or where it cannot be one, which
 * `checkIsolation` reports. Without a scheme it is https, as with JupyterHub.
 */
export function readSubdomainHost(values: Values): string | null {
  const said = values.hub?.config?.JupyterHub?.subdomain_host || null;
  if (said === null) return null;
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(said) ? said : `https://${said}`;
  return URL.canParse(url) && subdomainHostProblem(new URL(url)) === undefined ? new URL(url).origin : null;
}

/** What is wrong with it, in words that go on after “`subdomain_host`”; undefined: nothing. */
export function subdomainHostProblem({
  protocol,
  hostname,
  pathname,
  search,
  username,
}: URL): string | undefined {
  if (protocol !== 'https:' && protocol !== 'http:') return 'begins with https://';
  if (/^\[|^[\d.]+$/.test(hostname)) return 'is a name: an IP address has no domains below it';
  if (pathname !== '/' || search !== '' || username !== '')
    return 'has no path and no login: the path is `hub.baseUrl`';
  // A label of 63 letters and a dot go before it.
  if (hostname.length > 189) return 'is too long to have domains below it';
  return undefined;
}
