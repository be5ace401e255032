/** People and their servers as the pages of those who teach show them. */
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { PHASES } from '../../domain/progress.ts';
import { type CoursePlace, serverUrl } from '../../domain/route.ts';
import { allows } from '../../domain/scope.ts';
import type { Server } from '../../domain/server.ts';
import type { SeenServer } from '../../hub/course.ts';
import { time } from './operation.ts';

const states = ['stopped', 'queued', 'starting', 'ready', 'stopping', 'failed'] as const;

const courseServer = z.object({
  name: z.string(),
  displayName: z.string(),
  state: z.enum(states),
  since: time.nullable(),
  lastActivity: time.nullable(),
  stopReason: z.string().nullable(),
  failure: z
    .object({ id: z.string(), at: time, reason: z.string(), hint: z.string().nullable() })
    .nullable()
    .describe('Why it failed; the log has the same id.'),
  memory: z.number().nullable().describe('Bytes; null where it does not run, or nobody can tell.'),
  place: z
    .object({ position: z.int(), seconds: z.number().nullable(), full: z.boolean() })
    .nullable()
    .describe('Among those that wait.'),
  step: z
    .object({ phase: z.enum(PHASES), message: z.string(), since: time })
    .nullable()
    .describe('What happens, while it starts.'),
  url: z.string(),
});

export const peopleSchema = z.object({
  total: z.int(),
  counts: z.record(z.string(), z.int()).describe('How many servers are in each state.'),
  items: z.array(
    z.object({
      name: z.string(),
      roles: z.array(z.string()),
      groups: z.array(z.string()),
      lastActivity: time.nullable(),
      servers: z.array(courseServer),
    }),
  ),
});

export const activeSchema = z.object({
  people: z.int().describe('How many there are in all.'),
  absent: z.array(z.string()).nullable().describe('Of a group, those who have no such server.'),
  servers: z.array(courseServer.extend({ owner: z.string() })),
});

export function courseServerModel(
  { server, place, step, memory }: SeenServer,
  site: CoursePlace,
): z.output<typeof courseServer> {
  const { failure } = server;
  return {
    name: server.name,
    displayName: server.displayName,
    state: server.state,
    since: server.readyAt ?? server.startedAt ?? server.queuedAt,
    lastActivity: server.lastActivityAt,
    stopReason: server.stopReason,
    failure: failure && { id: failure.id, at: failure.at, reason: failure.reason, hint: failure.hint },
    memory,
    place: place && { position: place.position, seconds: place.estimateSeconds, full: place.full },
    step: step && { phase: step.phase, message: step.message, since: step.at },
    url: serverUrl(site, server.owner, server.name),
  };
}

/** Of which servers a caller has the scope. */
export function serversPermitted(
  { scopes }: Caller,
  scope: string,
): (server: Pick<Server, 'owner' | 'name'>) => boolean {
  return ({ owner, name }) => allows(scopes, scope, { user: owner, server: name });
}
