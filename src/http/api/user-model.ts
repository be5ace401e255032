/** A user as JupyterHub's API describes them: as much of it as the caller's scopes let them see. */
import { z } from 'zod';
import type { AuthState } from '../../domain/auth-state.ts';
import { serverUrl } from '../../domain/route.ts';
import { allows, type ScopeSet } from '../../domain/scope.ts';
import { isActive, pendingOperation, type Server } from '../../domain/server.ts';
import type { User } from '../../domain/user.ts';
import type { Roles } from '../../hub/roles.ts';
import type { Site } from '../parts.ts';
import { time } from './operation.ts';
import { serverModel, serverSchema } from './server-model.ts';

/** All but the name may be missing: each field is there for those who may see it. */
export const userSchema = z
  .object({
    kind: z.literal('user'),
    name: z.string(),
    admin: z.boolean().optional().describe('whether they may do all that admins may'),
    roles: z.array(z.string()).optional().describe('the roles they have, by name'),
    groups: z.array(z.string()).optional().describe('the groups they are in, by name'),
    server: z.string().nullable().optional().describe('the path of their default server, when it is ready'),
    pending: z
      .enum(['spawn', 'stop'])
      .nullable()
      .optional()
      .describe('what their default server is busy with'),
    created: time.optional(),
    last_activity: time.nullable().optional().describe('when they were last seen'),
    servers: z
      .record(z.string(), serverSchema)
      .optional()
      .describe('the servers that run; the default one has an empty name'),
    auth_state: z
      .record(z.string(), z.unknown())
      .nullable()
      .optional()
      .describe('what their login left behind'),
    user_info: z.record(z.string(), z.unknown()).nullable().optional(),
  })
  .meta({ id: 'User' });

/** Which fields each scope opens. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'read:users': [
    'kind',
    'name',
    'user_info',
    'admin',
    'roles',
    'groups',
    'server',
    'pending',
    'created',
    'last_activity',
  ],
  'read:users:name': ['kind', 'name', 'user_info', 'admin'],
  'read:users:groups': ['kind', 'name', 'groups'],
  'read:users:activity': ['kind', 'name', 'last_activity'],
  'read:servers': ['kind', 'name', 'servers'],
  'read:roles:users': ['kind', 'name', 'roles', 'admin'],
  'admin:auth_state': ['kind', 'name', 'auth_state'],
};

const SCOPES_AND_FIELDS = Object.entries(FIELDS);

export interface UserModelOptions {
  readonly scopes: ScopeSet;
  readonly roles: Roles;
  readonly site: Site;
  readonly includeStoppedServers: boolean;
  /** What their login left behind; where it is not said, it is not shown to anybody. */
  readonly authState?: AuthState | null;
}

/** @returns undefined where the caller may see nothing of them */
export function userModel(
  user: User,
  servers: readonly Server[],
  { scopes, roles, site, includeStoppedServers, authState = null }: UserModelOptions,
): Record<string, unknown> | undefined {
  const visible = visibleFields(user, scopes);
  if (visible.size === 0) return undefined;
  const model: Record<string, unknown> = {};
  const everything = everythingOf(user, servers, { roles, site, authState });
  // Lists are long, and this is done for each who is in one.
  for (const field in everything) if (visible.has(field)) model[field] = everything[field];
  const shown = servers.filter(
    (server) =>
      (includeStoppedServers || isActive(server)) &&
      allows(scopes, 'read:servers', { user: user.name, server: server.name }),
  );
  if (visible.has('servers') || shown.length > 0) {
    model.servers = Object.fromEntries(
      shown.map((server) => [server.name, serverModel(server, { scopes, site })]),
    );
  }
  return model;
}

function visibleFields({ name }: User, scopes: ScopeSet): ReadonlySet<string> {
  const visible = new Set<string>();
  for (const [scope, fields] of SCOPES_AND_FIELDS) {
    if (allows(scopes, scope, { user: name })) for (const field of fields) visible.add(field);
  }
  return visible;
}

function everythingOf(
  user: User,
  servers: readonly Server[],
  { roles, site, authState }: Pick<UserModelOptions, 'roles' | 'site' | 'authState'>,
): Record<string, unknown> {
  const own = servers.find((server) => server.name === '');
  return {
    kind: 'user',
    name: user.name,
    admin: user.admin,
    roles: roles.namesOf(user),
    groups: user.groups,
    server: own?.state === 'ready' ? serverUrl(site, user.name, '') : null,
    pending: own ? pendingOperation(own) : null,
    created: user.createdAt,
    last_activity: user.lastActivityAt,
    user_info: null,
    auth_state: authState,
  };
}

/** What every caller may know of themselves on the paths that exist for it, beside what their scopes say. */
export function identifyScopes(user: User): readonly string[] {
  return [`read:users:name!user=${user.name}`, `read:users:groups!user=${user.name}`];
}
