/** A share as JupyterHub's API describes it. */
import { z } from 'zod';
import { type CoursePlace, serverUrl } from '../../domain/route.ts';
import { type Share, scopeOfServer } from '../../domain/share.ts';
import { time } from './operation.ts';

const named = z.object({ name: z.string() });

export const sharedServerSchema = z
  .object({
    user: named.describe('whose it is'),
    name: z.string().describe('empty: the default server'),
    url: z.string().describe('its path, or where users have domains its whole address'),
    full_url: z.string().nullable(),
    ready: z.boolean().describe('whether it can be visited'),
  })
  .meta({ id: 'SharedServer', description: 'As much of a server as those with whom it is shared may know.' });

export const shareSchema = z
  .object({
    server: sharedServerSchema,
    scopes: z.array(z.string()),
    user: named.nullable().describe('who has it; null: a group'),
    group: named.nullable(),
    kind: z.enum(['user', 'group']),
    created_at: time,
  })
  .meta({ id: 'Share', description: 'What a user or a group may do with a server of somebody else.' });

export function shareModel(
  { server, scopes, holder, createdAt }: Share,
  site: CoursePlace,
): z.output<typeof shareSchema> {
  const { kind, name } = holder;
  return {
    server: sharedServerModel(server, site),
    scopes: scopes.map((scope) => scopeOfServer(scope, server)),
    user: kind === 'user' ? { name } : null,
    group: kind === 'group' ? { name } : null,
    kind,
    created_at: createdAt,
  };
}

export function sharedServerModel(
  { owner, name, state }: Share['server'],
  site: CoursePlace,
): z.output<typeof sharedServerSchema> {
  return {
    user: { name: owner },
    name,
    url: serverUrl(site, owner, name),
    full_url: site.domains && serverUrl(site, owner, name),
    ready: state === 'ready',
  };
}
