/** What the hub says of the ways to servers; proxies follow it. */
import type { Domains } from './domains.ts';
import type { Server, ServerId } from './server.ts';

/** Where the proxy sends requests whose path begins with `prefix`. */
export interface Route {
  /**
   * Begins with '/', has no trailing slash save for '/' itself, percent-encoded as in a URL. Where users have domains,
   * its first segment is a host.
   */
  readonly prefix: string;
  /** `http://host:port`, with no path. */
  readonly target: string;
  readonly data: { readonly [key: string]: string | boolean };
}

/** What last became of a prefix. */
export interface RouteChange {
  readonly prefix: string;
  /** Its place among all changes; each has its own, and who has seen one has seen all before it. */
  readonly number: number;
  /** Null: removed. */
  readonly route: Route | null;
  /** The server behind the route; null where that is something else, or the route was removed. */
  readonly serverId: ServerId | null;
}

/** The path part of a user name: JupyterHub leaves `@` and `~` readable and escapes the rest. */
export function escapePathSegment(segment: string): string {
  return encodeURIComponent(segment)
    .replace(/%40/g, '@')
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * The path of a server below the hub's base URL (which begins and ends with '/'), with a trailing slash:
 * `/user/anna@example.org/` or `/user/anna/second/`.
 */
export function serverPath(baseUrl: string, owner: string, name: string): string {
  const user = `${baseUrl}user/${escapePathSegment(owner)}/`;
  return name === '' ? user : `${user}${escapePathSegment(name)}/`;
}

/** Where the course is, for browsers. */
export interface CoursePlace {
  /** Begins and ends with '/'. */
  readonly baseUrl: string;
  /** Null: hub, servers and services are all on the one origin, under whatever address the browser came by. */
  readonly domains: Domains | null;
}

/** Where a browser finds a server: its path, and before it the origin of its owner, where users have domains. */
export function serverUrl({ baseUrl, domains }: CoursePlace, owner: string, name: string): string {
  return `${domains?.originOfUser(owner) ?? ''}${serverPath(baseUrl, owner, name)}`;
}

/** The prefix of the route to a path, which ends with a slash, on this host; null: on whatever host. */
export function routePrefix(host: string | null, path: string): string {
  return `${host === null ? '' : `/${host}`}${path.slice(0, -1)}`;
}

/** The route that a server has: while it is ready, one to where it answers. */
export type RouteOf = (server: Server) => Route | null;

export function serverRoutes({ baseUrl, domains }: CoursePlace): RouteOf {
  return ({ state, owner, name, target }) => {
    if (state !== 'ready' || target === null) return null;
    const data = { user: owner, server_name: name };
    const prefix = routePrefix(domains?.hostOfUser(owner) ?? null, serverPath(baseUrl, owner, name));
    return { prefix, target, data };
  };
}

export function isSameRoute(one: Route | null, other: Route | null): boolean {
  return one === other || (one !== null && other !== null && textOf(one) === textOf(other));
}

function textOf({ prefix, target, data }: Route): string {
  return JSON.stringify([prefix, target, data]);
}
