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
import { allows } from '../../domain/scope.ts';
import type { Server } from '../../domain/server.ts';
import { normalizeUserName } from '../../domain/user.ts';
import type { HttpParts } from '../parts.ts';
import { requireScope, requireSomeScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, type Operation } from './operation.ts';
import { pageQuery } from './pagination.ts';
import { activeSchema, courseServerModel, peopleSchema, placeModel, rosterSchema } from './people-model.ts';

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

const listPeople: Operation = {
  summary: 'A page of people with their servers, and why those failed',
  description: 'Asks for `list:users` of everybody, and shows the servers that `read:servers` is about.',
  access: ['list:users'],
  query: listQuery,
  answers: { 200: json(peopleSchema, 'Those people, and how many match in all.') },
};

const listActive: Operation = {
  summary: 'Every server that is not at rest, or has failed',
  description: 'Asks for `list:users` of everybody, and shows the servers that `read:servers` is about.',
  access: ['list:users'],
  answers: { 200: json(activeSchema, 'Those that wait in order of their turn, with their place.') },
};

const asked = z.object({ servers: z.int() });

const startMany: Operation = {
  summary: 'Start the servers of many people',
  description: 'Of those whom the scope is about. Asks for `list:users` of everybody too.',
  access: ['start:servers'],
  body: whom,
  answers: { 202: json(asked, 'Of how many it is wanted; they take turns.') },
};

const stopMany: Operation = {
  summary: 'Stop the servers of many people',
  description: 'Of those whom the scope is about. Asks for `list:users` of everybody too.',
  access: ['delete:servers'],
  body: whom,
  answers: { 202: json(asked, 'How many are asked to stop.') },
};

const sendRoster: Operation = {
  summary: 'Look at a list of people, and add those who are new',
  description: 'The text is a name a line, or a CSV with a column `name` or `email`.',
  access: ['admin:users'],
  body: roster,
  answers: { 200: json(rosterSchema, 'What each line comes to, and who was added.') },
};

export function mountPeople(api: FastifyInstance, parts: Parts): void {
  const { users, servers, course, roles, site } = parts;

  api.get('/people', described(listPeople), async (request) => {
    requireScope(request, 'list:users');
    const mayRead = permitted(requireSomeScope(request, 'read:servers'), 'read:servers');
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
      items: page.items.map((user) => ({
        name: user.name,
        roles: roles.namesOf(user),
        lastActivity: user.lastActivityAt,
        servers: (serversOf.get(user.id) ?? [])
          .filter(mayRead)
          .map((server) => courseServerModel(server, site)),
      })),
    };
  });

  api.get('/people/active', described(listActive), async (request) => {
    requireScope(request, 'list:users');
    const mayRead = permitted(requireSomeScope(request, 'read:servers'), 'read:servers');
    const [page, active] = await Promise.all([users.list({ limit: 1 }), course.activeServers(mayRead)]);
    return {
      people: page.total,
      servers: active.map(({ server, place }) => ({
        owner: server.owner,
        ...courseServerModel(server, site),
        place: placeModel(place),
      })),
    };
  });

  api.post('/people/start', described(startMany), async (request, reply) => {
    requireScope(request, 'list:users');
    const caller = requireSomeScope(request, 'start:servers');
    const may = permitted(caller, 'start:servers');
    const started = await course.start(chosen(request), { by: caller.name, may });
    return reply.status(202).send({ servers: started });
  });

  api.post('/people/stop', described(stopMany), async (request, reply) => {
    requireScope(request, 'list:users');
    const caller = requireSomeScope(request, 'delete:servers');
    const may = permitted(caller, 'delete:servers');
    const stopped = await course.stop(chosen(request), { by: caller.name, may });
    return reply.status(202).send({ servers: stopped });
  });

  api.post('/people/roster', described(sendRoster), async (request) => {
    const caller = requireScope(request, 'admin:users');
    const { text, add } = parseInput(roster, request.body);
    const lines = await course.readRoster(text);
    const created = add ? await addNew(lines, caller) : [];
    return { lines, created: created.map(({ name }) => name) };
  });

  async function addNew(lines: Awaited<ReturnType<typeof course.readRoster>>, caller: Caller) {
    const names = lines.filter(({ status }) => status === 'new').map(({ name }) => name);
    return names.length === 0 ? [] : users.create(names, { admin: false, by: caller.name });
  }
}

/** Names as they are stored; undefined: everybody. */
function chosen(request: FastifyRequest): ReadonlySet<string> | undefined {
  const body = parseInput(whom, request.body);
  return 'all' in body ? undefined : new Set(body.names.map(normalizeUserName));
}

/** Of which servers a caller has the scope. */
function permitted({ scopes }: Caller, scope: string): (server: Pick<Server, 'owner' | 'name'>) => boolean {
  return ({ owner, name }) => allows(scopes, scope, { user: owner, server: name });
}
