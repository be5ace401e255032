/**
 * `/hub/api/announcements`: what those who teach tell everybody, or a group. Polder's own. Whoever sees the pages of those
 * who teach writes and ends them: to a group, where they may see who is in it; to everybody, where they may list everybody.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { LONGEST_ANNOUNCEMENT } from '../../domain/announcement.ts';
import type { Caller } from '../../domain/caller.ts';
import { requireCaller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { notFound, pathParameter, requireScope } from './access.ts';
import { parseInput } from './body.ts';
import { described, empty, json, type Operation, time } from './operation.ts';

const LONGEST_MINUTES = 31 * 24 * 60;

const announcementSchema = z
  .object({
    id: z.string(),
    text: z.string(),
    group: z.string().nullable().describe('Whom it is for; null: everybody.'),
    by: z.string(),
    at: time,
    endsAt: time,
  })
  .meta({ id: 'Announcement' });

const listQuery = z.object({
  all: z.stringbool().default(false).describe('Those to groups of others too, for whoever has `admin-ui`.'),
});

const newAnnouncement = z.strictObject({
  text: z.string().trim().min(1, 'Write what to tell them.').max(LONGEST_ANNOUNCEMENT),
  group: z.string().nullable().default(null),
  minutes: z.int().positive().max(LONGEST_MINUTES).default(60),
});

const listAnnouncements: Operation = {
  summary: 'What there is to tell the caller, the latest first',
  access: 'caller',
  query: listQuery,
  answers: { 200: json(z.array(announcementSchema), 'Those that have not ended.') },
};

const createAnnouncement: Operation = {
  summary: 'Tell everybody, or a group, something',
  description: 'Asks for `list:users` too, of everybody; for a group, `read:groups` of it is enough.',
  access: ['admin-ui'],
  body: newAnnouncement,
  answers: { 201: json(announcementSchema, 'The announcement.') },
  errors: [404],
};

const endAnnouncement: Operation = {
  summary: 'End an announcement before its time',
  description: 'Asks for what it takes to make it.',
  access: ['admin-ui'],
  answers: { 204: empty('It is shown no more.') },
  errors: [404],
};

export function mountAnnouncements(
  api: FastifyInstance,
  { announcements }: Pick<HttpParts, 'announcements'>,
): void {
  api.get('/announcements', described(listAnnouncements), async (request) => {
    const caller = requireCaller(request);
    const { all } = parseInput(listQuery, request.query);
    if (!all) return announcements.listFor(caller.user ?? undefined);
    requireScope(request, 'admin-ui');
    return announcements.list();
  });

  api.post('/announcements', described(createAnnouncement), async (request, reply) => {
    requireScope(request, 'admin-ui');
    const wanted = parseInput(newAnnouncement, request.body);
    const caller = requireReach(request, wanted.group);
    return reply.status(201).send(await announcements.create(wanted, { by: caller.name }));
  });

  api.delete('/announcements/:id', described(endAnnouncement), async (request, reply) => {
    requireScope(request, 'admin-ui');
    const id = pathParameter(request, 'id');
    const meant = (await announcements.list()).find((announcement) => announcement.id === id) ?? notFound();
    requireReach(request, meant.group);
    await announcements.end(id);
    return reply.status(204).send();
  });
}

/** @throws as `requireScope`, for whoever may not speak to these people */
function requireReach(request: FastifyRequest, group: string | null): Caller {
  return group === null
    ? requireScope(request, 'list:users')
    : requireScope(request, 'read:groups', { group });
}
