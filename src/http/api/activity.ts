/** `POST /hub/api/users/:user/activity`: when a user and their servers were last active, as the servers tell it. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HttpParts } from '../parts.ts';
import { findUser, requireScope, userNameOf } from './access.ts';
import { parseInput } from './body.ts';
import { described, empty, type Operation } from './operation.ts';

/** ISO 8601; without a zone it is UTC, which is what Python's clocks write. */
const timestamp = z.string().transform((text, context) => {
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(text) || !text.includes('T') ? text : `${text}Z`;
  const time = new Date(zoned);
  if (!Number.isNaN(time.getTime())) return time;
  context.addIssue({ code: 'custom', message: 'must be a time in ISO 8601' });
  return z.NEVER;
});

const report = z
  .object({
    last_activity: timestamp.nullish(),
    servers: z.record(z.string(), z.object({ last_activity: timestamp })).nullish(),
  })
  .refine(
    ({ last_activity, servers }) => last_activity || (servers && Object.keys(servers).length > 0),
    'body must contain at least one of `last_activity` or `servers`',
  );

const reportActivity: Operation = {
  summary: 'Say when a user and their servers were last active',
  access: ['users:activity'],
  body: report,
  answers: { 200: empty('It is noted.') },
};

export function mountActivity(
  api: FastifyInstance,
  { users, activity }: Pick<HttpParts, 'users' | 'activity'>,
): void {
  api.post('/users/:user/activity', described(reportActivity), async (request, reply) => {
    requireScope(request, 'users:activity', { user: userNameOf(request) });
    const { last_activity, servers } = parseInput(report, request.body);
    const user = await findUser(users, userNameOf(request));
    await activity.record(user, {
      lastActivityAt: last_activity ?? null,
      servers: new Map(Object.entries(servers ?? {}).map(([name, server]) => [name, server.last_activity])),
    });
    return reply.type('application/json').send('');
  });
}
