/**
 * `GET /hub/api/settings`: the config of the course as it is in effect, each value with where it comes from, and what
 * `polder check` says of it; without secrets. Polder's own.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HttpParts } from '../parts.ts';
import { requireScope } from './access.ts';
import { described, json, type Operation } from './operation.ts';

const settingsSchema = z.object({
  changedFiles: z.array(z.string()).describe('Files that were written after this hub read them.'),
  values: z.array(
    z.object({
      key: z.string(),
      value: z.string().describe('As JSON; `…` where it is a secret.'),
      origin: z.string(),
      said: z.boolean().describe('Whether a file says it, and it is no default.'),
    }),
  ),
  findings: z.array(
    z.object({
      code: z.string(),
      severity: z.enum(['error', 'warning', 'note']),
      where: z.string(),
      message: z.string(),
      help: z.string().nullable(),
    }),
  ),
});

const readSettings: Operation = {
  summary: 'The config as it is in effect, without secrets',
  access: ['read:hub'],
  answers: { 200: json(settingsSchema, 'Every value that counts, and what there is to say of it.') },
};

export function mountSettings(api: FastifyInstance, { settings }: Pick<HttpParts, 'settings'>): void {
  api.get('/settings', described(readSettings), async (request) => {
    requireScope(request, 'read:hub');
    const { values, findings } = settings;
    return { changedFiles: await settings.changedFiles(), values, findings };
  });
}
