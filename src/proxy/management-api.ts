import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { HubError } from '../domain/errors.ts';
import { secretsEqual } from '../lib/secret.ts';
import type { Feed } from './feed/feed.ts';
import type { ProxyRoute, RouteTable } from './route-table.ts';
import { parseTarget } from './target.ts';

export interface ApiCounters {
  routeGet: number;
  routeAdd: number;
  routeDelete: number;
  readonly statuses: Float64Array;
}

export interface ManagementApiOptions {
  readonly routes: RouteTable;
  readonly hostRouting: boolean;
  /** Undefined lets everybody in who can reach the address. */
  readonly authToken: string | undefined;
  readonly logger: Logger;
  readonly counters: ApiCounters;
  /** Undefined: all routes come through this API. */
  readonly feed: Feed | undefined;
}

/**
 * The management API of configurable-http-proxy, by which a hub keeps the routes:
 * `GET|POST|DELETE /api/routes[/<path>]`, with `Authorization: token …`. The token is looked at before anything else but
 * `GET /api/ready`, which is for probes: whether the proxy has its routes, 200 or 503; and whether there is a hub that
 * tells it of changes, without which it serves what it has. Routes that come from a hub's feed
 * are listed with the others, and changed by the hub alone.
 */
export function managementApi(options: ManagementApiOptions): RequestListener {
  return (request, response) => {
    answer(request, options)
      .catch((error: unknown): Answer => {
        if (error instanceof HubError) return { status: 400, text: error.message };
        options.logger.error({ err: error }, 'the management API failed');
        return { status: 500 };
      })
      .then((given) => {
        options.counters.statuses[given.status]! += 1;
        // A hub asks for the table every second: that is no news.
        const level = given.status >= 400 ? 'warn' : request.method === 'GET' ? 'debug' : 'info';
        options.logger[level]({ status: given.status, method: request.method, url: pathOf(request) }, 'api');
        send(request, response, given);
      });
  };
}

interface Answer {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly allow?: string;
}

async function answer(request: IncomingMessage, options: ManagementApiOptions): Promise<Answer> {
  if (pathOf(request) === '/api/ready' && request.method === 'GET') return readiness(options);
  if (!isAllowed(request, options.authToken)) return { status: 403 };
  const match = /^\/api\/routes(\/.*)?$/.exec(pathOf(request));
  if (match === null) return { status: 404, text: 'Not Found' };
  const path = decodePath(match[1] ?? '/');
  if (request.method !== 'GET' && options.feed?.keeps(path))
    return { status: 409, text: 'The hub keeps this route: it can be changed there only.' };
  switch (request.method) {
    case 'GET':
      return path === '/' ? listRoutes(request, options) : getRoute(path, options);
    case 'POST':
      return addRoute(path, await readJson(request), options);
    case 'DELETE':
      options.counters.routeDelete += 1;
      return { status: options.routes.remove(path) ? 204 : 404 };
    default:
      return { status: 405, text: 'Method not supported', allow: 'GET, POST, DELETE' };
  }
}

function readiness({ feed }: ManagementApiOptions): Answer {
  const following = feed === undefined ? {} : { following: feed.isFollowing };
  return feed === undefined || feed.isReady
    ? { status: 200, json: { status: 'OK', ...following } }
    : { status: 503, json: { status: 'waiting for the routes of the hub', ...following } };
}

function isAllowed(request: IncomingMessage, authToken: string | undefined): boolean {
  if (authToken === undefined || authToken === '') return true;
  const match = /^token\s+(\S+)$/i.exec(request.headers.authorization ?? '');
  return match !== null && secretsEqual(match[1]!, authToken);
}

/** The default target is a route like every other: `/`. */
function listRoutes(request: IncomingMessage, { routes, counters }: ManagementApiOptions): Answer {
  const query = new URL(request.url ?? '', 'http://api').searchParams;
  const since = query.get('inactiveSince') || query.get('inactive_since');
  const limit = since ? Date.parse(since) : Number.POSITIVE_INFINITY;
  if (Number.isNaN(limit)) return { status: 400, text: `Invalid datestamp '${since}' must be ISO8601.` };
  counters.routeGet += 1;
  const listed = new Map<string, unknown>();
  for (const route of routes.all()) if (route.lastActivity < limit) listed.set(route.prefix, describe(route));
  // Prefixes begin with a slash, so none of them is a property that objects have.
  return { status: 200, json: Object.fromEntries(listed) };
}

function getRoute(path: string, { routes }: ManagementApiOptions): Answer {
  const route = routes.get(path);
  return route === undefined ? { status: 404 } : { status: 200, json: describe(route) };
}

function addRoute(path: string, body: unknown, options: ManagementApiOptions): Answer {
  const { routes, hostRouting, counters, logger } = options;
  const given =
    typeof body === 'object' && body !== null ? (body as { readonly [key: string]: unknown }) : {};
  const { target, last_activity: _, ...data } = given;
  if (typeof target !== 'string') return { status: 400, text: "Must specify 'target' as string" };
  const host = hostRouting && path !== '/' ? { host: path.split('/')[1] } : {};
  const route = routes.add(path, parseTarget(target), { ...data, ...host });
  counters.routeAdd += 1;
  logger.info({ route: route.prefix, target }, 'route added');
  return { status: 201 };
}

function describe(route: ProxyRoute): unknown {
  return {
    target: route.target.url,
    ...route.data,
    last_activity: new Date(route.lastActivity).toISOString(),
  };
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '').split('?', 1)[0]!;
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new HubError('invalid', 'The path has a % that does not begin an encoded character.');
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > MAX_BODY) throw new HubError('invalid', `The body is larger than ${MAX_BODY} bytes.`);
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch (error) {
    throw new HubError('invalid', `Body not valid JSON: ${error}`);
  }
}

function send(request: IncomingMessage, response: ServerResponse, given: Answer): void {
  // With a body that nobody read, the next request could not be found.
  if (!request.complete) response.setHeader('Connection', 'close');
  if (given.allow !== undefined) response.setHeader('Allow', given.allow);
  if (given.json !== undefined) {
    response.writeHead(given.status, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(given.json));
  } else if (given.text !== undefined) {
    response.writeHead(given.status, { 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(given.text);
  } else {
    response.writeHead(given.status);
    response.end();
  }
}

const MAX_BODY = 1024 * 1024;
