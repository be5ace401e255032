/**
 * What the pages of those who teach ask, in one look each. Polder's own.
 *
 * - `GET /hub/api/people`: a page of people with their servers and why those failed, how many match, and how many servers
 *   are in each state.
 * - `GET /hub/api/people/active`: every server that is not at rest, or has failed, with its place in the queue.
 * - `POST /hub/api/people/start`, `/stop`: of those named, or (`{"all": true}`) of everybody.
 * - `POST /hub/api/people/roster`: what a list of people comes to, and with `"add": true` those of it who are new.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { serverPath } from '../../domain/route.ts';
import { allows } from '../../domain/scope.ts';
import type { Server } from '../../domain/server.ts';
import { normalizeUserName, type User } from '../../domain/user.ts';
import type { HttpParts } from '../parts.ts';
import { requireScope } from './access.ts';
import { parseInput } from './body.ts';
import { pageQuery } from './pagination.ts';

type Parts = Pick<HttpParts, 'users' | 'servers' | 'course' | 'roles' | 'site'>;

const listQuery = z.object({
  ...pageQuery,
  state: z.enum(['active', 'ready', 'inactive']).optional(),
  sort: z.enum(['name', '-name', 'last_activity', '-last_activity']).default('name'),
  search: z.string().optional(),
});

const MOST_NAMES = 10_000;

const whom = z.union([
  z.strictObject({ names: z.array(z.string()).min(1).max(MOST_NAMES) }),
  z.strictObject({ all: z.literal(true) }),
]);

const roster = z.strictObject({ text: z.string(), add: z.boolean().default(false) });

export function mountPeople(api: FastifyInstance, parts: Parts): void {
  const { users, servers, course, roles, site } = parts;

  api.get('/people', async (request) => {
    requireScope(request, 'list:users');
    requireScope(request, 'read:servers');
    const query = parseInput(listQuery, request.query);
    const [page, counts] = await Promise.all([
      users.list({
        sort: query.sort,
        offset: query.offset,
        limit: query.limit ?? 100,
        ...(query.state ? { state: query.state } : {}),
        ...(query.search ? { nameContains: query.search } : {}),
      }),
      servers.counts(),
    ]);
    const serversOf = await servers.ofUsers(page.items);
    return {
      total: page.total,
      counts: Object.fromEntries(counts),
      items: page.items.map((user) => personModel(user, serversOf.get(user.id) ?? [])),
    };
  });

  api.get('/people/active', async (request) => {
    requireScope(request, 'list:users');
    requireScope(request, 'read:servers');
    const [page, active] = await Promise.all([users.list({ limit: 1 }), course.activeServers()]);
    return {
      people: page.total,
      servers: active.map(({ server, place }) => ({
        owner: server.owner,
        ...activeModel(server),
        place: place && { position: place.position, seconds: place.estimateSeconds, full: place.full },
      })),
    };
  });

  api.post('/people/start', async (request, reply) => {
    const caller = requireScope(request, 'start:servers');
    const started = await course.start(chosen(request), { by: caller.user.name });
    return reply.status(202).send({ servers: started });
  });

  api.post('/people/stop', async (request, reply) => {
    const caller = requireScope(request, 'delete:servers');
    const stopped = await course.stop(chosen(request), { by: caller.user.name });
    return reply.status(202).send({ servers: stopped });
  });

  api.post('/people/roster', async (request) => {
    const caller = requireScope(request, 'admin:users');
    const { text, add } = parseInput(roster, request.body);
    const lines = await course.readRoster(text);
    const created = add ? await addNew(lines, caller) : [];
    return { lines, created: created.map(({ name }) => name) };
  });

  async function addNew(lines: Awaited<ReturnType<typeof course.readRoster>>, caller: Caller) {
    const names = lines.filter(({ status }) => status === 'new').map(({ name }) => name);
    return names.length === 0 ? [] : users.create(names, { admin: false, by: caller.user.name });
  }

  function personModel(user: User, own: readonly Server[]) {
    return {
      name: user.name,
      roles: roles.namesOf(user),
      lastActivity: user.lastActivityAt,
      servers: own.map(activeModel),
    };
  }

  function activeModel(server: Server) {
    const { failure } = server;
    return {
      name: server.name,
      displayName: server.displayName,
      state: server.state,
      since: server.readyAt ?? server.startedAt ?? server.queuedAt,
      lastActivity: server.lastActivityAt,
      stopReason: server.stopReason,
      failure: failure && { id: failure.id, at: failure.at, reason: failure.reason, hint: failure.hint },
      url: serverPath(site.baseUrl, server.owner, server.name),
    };
  }
}

/** Names as they are stored; undefined: everybody. */
function chosen(request: FastifyRequest): ReadonlySet<string> | undefined {
  const body = parseInput(whom, request.body);
  return 'all' in body ? undefined : new Set(body.names.map(normalizeUserName));
}

/** What a caller may do on these pages, for their buttons; every request is checked again. */
export function abilitiesOf({ scopes, user }: Caller) {
  return {
    start: allows(scopes, 'start:servers'),
    stop: allows(scopes, 'delete:servers'),
    open: allows(scopes, 'access:servers'),
    add: allows(scopes, 'admin:users'),
    remove: allows(scopes, 'delete:users'),
    giveAdmin: allows(scopes, 'admin:users') && user.admin,
  };
}
