/** Addresses of the hub's own pages. */
import { type CoursePlace, escapePathSegment, serverUrl } from '../../domain/route.ts';
import type { Server } from '../../domain/server.ts';
import type { Site } from '../parts.ts';

type Base = Pick<Site, 'baseUrl'>;
type ServerName = Pick<Server, 'owner' | 'name'>;

/** `hubPath(site, 'home')` → `/hub/home`. `query` fields that are undefined are left out. */
export function hubPath(
  { baseUrl }: Base,
  page: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  return `${baseUrl}hub/${page}${queryOf(query)}`;
}

/** `hubServerPath(site, 'spawn-pending', server)` → `/hub/spawn-pending/anna/second`. */
export function hubServerPath(
  site: Base,
  page: 'spawn' | 'spawn-pending' | 'stop' | 'remove' | 'run-hook',
  { owner, name }: ServerName,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const segments = [page, escapePathSegment(owner), ...(name === '' ? [] : [escapePathSegment(name)])];
  return hubPath(site, segments.join('/'), query);
}

/** Where the server itself answers: `/user/anna/second/`, on the domain of its owner where they have one. */
export function openUrl(place: CoursePlace, { owner, name }: ServerName): string {
  return serverUrl(place, owner, name);
}

/** Where the API tells of a start, as an event stream, which says places in the queue in the language of the page. */
export function progressPath(
  { baseUrl }: Base,
  { owner, name }: ServerName,
  page: { readonly xsrf: string; readonly language: string },
): string {
  const server = name === '' ? 'server' : `servers/${escapePathSegment(name)}`;
  const user = escapePathSegment(owner);
  // An event source cannot set headers, so the proof that the page is ours stands in the query, as with JupyterHub.
  return `${baseUrl}hub/api/users/${user}/${server}/progress${queryOf({ _xsrf: page.xsrf, language: page.language === 'en' ? undefined : page.language })}`;
}

function queryOf(query: Readonly<Record<string, string | undefined>>): string {
  const fields = Object.entries(query).filter((field): field is [string, string] => field[1] !== undefined);
  return fields.length === 0 ? '' : `?${new URLSearchParams(fields)}`;
}
