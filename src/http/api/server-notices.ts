/**
 * `GET /hub/api/users/:user/server/notices`: what those who work in a server should know of it. Polder's own; the
 * extension in JupyterLab asks it, with the token that the browser was given for that server.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Server } from '../../domain/server.ts';
import { afterClass, endsOf } from '../../domain/server-end.ts';
import { readerOf } from '../pages/reader.ts';
import type { HttpParts, Site } from '../parts.ts';
import { limitsOf } from '../server-limits.ts';
import { findUser, notFound, requireScope, serverNameOf, userNameOf } from './access.ts';
import { described, json, type Operation, time } from './operation.ts';
import { serverSubject } from './server-request.ts';

const stop = z.object({
  at: time,
  why: z.enum(['idle', 'age']).meta({ description: '`idle`: unless somebody uses it before.' }),
});

const noticesSchema = z
  .object({
    language: z.string(),
    now: time,
    home: z.string(),
    stop: stop.nullable(),
    memory: z.number().nullable(),
    memory_limit: z.number().nullable(),
    messages: z
      .array(z.object({ id: z.string(), text: z.string(), by: z.string() }))
      .describe('What those who teach tell its owner, the latest first.'),
  })
  .meta({ id: 'ServerNotices' });

const readNotices: Operation = {
  summary: 'What those who work in a server should know of it',
  description:
    'When it is stopped and why, the bytes that it uses and may use, the address of the hub’s home page. `now` is the hub’s clock.',
  access: ['access:servers'],
  answers: { 200: json(noticesSchema, 'As it is now.') },
};

/** Not `/servers/notices`, which is a server of that name. */
const PATHS = ['/users/:user/server', '/users/:user/servers/:server'];

type Parts = Pick<HttpParts, 'users' | 'servers' | 'announcements' | 'memoryOf' | 'site' | 'now'>;

export function mountServerNotices(api: FastifyInstance, parts: Parts): void {
  const { users, servers, announcements, memoryOf, site, now } = parts;
  for (const path of PATHS) {
    api.get(`${path}/notices`, described(readNotices), async (request) => {
      requireScope(request, 'access:servers', serverSubject(request));
      const user = await findUser(users, userNameOf(request));
      const server = (await servers.get(user.name, serverNameOf(request))) ?? notFound();
      const isReady = server.state === 'ready';
      return {
        language: readerOf(request, site).texts.language,
        now: now(),
        home: `${site.domains?.hub ?? ''}${site.baseUrl}hub/home`,
        stop: isReady && (!user.admin || site.cull?.adminUsers) ? nextStop(server, site) : null,
        memory: isReady ? await memoryOf(server.id) : null,
        memory_limit: limitsOf(site, server).memoryLimit,
        messages: (await announcements.listFor(user)).map(({ id, text, by }) => ({ id, text, by })),
      };
    });
  }
}

function nextStop(
  server: Server,
  { cull, course }: Pick<Site, 'cull' | 'course'>,
): z.output<typeof stop> | null {
  if (cull === null) return null;
  const { idle, age } = endsOf(server, cull);
  const why = idle !== null && (age === null || idle < age) ? 'idle' : 'age';
  const at = why === 'idle' ? idle : age;
  return at && { at: afterClass(course.classTimes, at), why };
}
