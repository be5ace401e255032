/** People and their servers as the pages of those who teach show them. */
import { z } from 'zod';
import { serverPath } from '../../domain/route.ts';
import type { Server } from '../../domain/server.ts';
import type { QueuePlace } from '../../domain/start-queue.ts';
import type { Site } from '../parts.ts';
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
  url: z.string(),
});

export const peopleSchema = z.object({
  total: z.int(),
  counts: z.record(z.string(), z.int()).describe('How many servers are in each state.'),
  items: z.array(
    z.object({
      name: z.string(),
      roles: z.array(z.string()),
      lastActivity: time.nullable(),
      servers: z.array(courseServer),
    }),
  ),
});

export const activeSchema = z.object({
  people: z.int().describe('How many there are in all.'),
  servers: z.array(
    courseServer.extend({
      owner: z.string(),
      place: z.object({ position: z.int(), seconds: z.number().nullable(), full: z.boolean() }).nullable(),
    }),
  ),
});

export const rosterSchema = z.object({
  lines: z.array(
    z.object({
      line: z.int(),
      name: z.string(),
      problem: z.string().nullable(),
      status: z.enum(['new', 'exists', 'repeated', 'invalid']),
    }),
  ),
  created: z.array(z.string()),
});

export function courseServerModel(
  server: Server,
  { baseUrl }: Pick<Site, 'baseUrl'>,
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
    url: serverPath(baseUrl, server.owner, server.name),
  };
}

export function placeModel(place: QueuePlace | null) {
  return place && { position: place.position, seconds: place.estimateSeconds, full: place.full };
}
