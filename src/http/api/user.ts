/** `/hub/api/users/:user`: one user. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { HubError } from '../../domain/errors.ts';
import { allows } from '../../domain/scope.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, requireScope, userNameOf } from './access.ts';
import { parseInput } from './body.ts';
import { described, empty, json, type Operation } from './operation.ts';
import { userModel, userSchema } from './user-model.ts';

/** Anything but `0`, `false` and nothing at all is true, as JupyterHub has it. */
export const flag = z
  .string()
  .default('0')
  .transform((text) => !['0', 'false'].includes(text.toLowerCase()));

export const userQuery = z.object({ include_stopped_servers: flag });

const newUser = z.strictObject({ admin: z.boolean().default(false) }).prefault({});
const userPatch = z.strictObject({
  name: z.string().optional(),
  admin: z.boolean().optional(),
  auth_state: z
    .record(z.string(), z.unknown())
    .nullable()
    .optional()
    .describe('kept for programs, encrypted; null: nothing is'),
});

/** Any of these lets a caller see something of a user; which fields is another matter. */
const READ_SCOPES = [
  'read:users',
  'read:users:name',
  'read:servers',
  'read:users:groups',
  'read:users:activity',
  'read:roles:users',
];

const readUser: Operation = {
  summary: 'A user',
  access: READ_SCOPES,
  query: userQuery,
  answers: { 200: json(userSchema, 'What the caller may see of them.') },
};

const createUser: Operation = {
  summary: 'Make a user',
  access: ['admin:users'],
  body: newUser,
  answers: { 201: json(userSchema, 'The user.') },
  errors: [409],
};

const changeUser: Operation = {
  summary: 'Rename a user, give or take the rights of administrators, or change what their login left behind',
  access: ['admin:users'],
  body: userPatch,
  answers: { 200: json(userSchema, 'The user as they are now.') },
};

const deleteUser: Operation = {
  summary: 'Stop the servers of a user and forget them; their files stay',
  access: ['delete:users'],
  answers: { 204: empty('They are gone.') },
  errors: [409],
};

export function mountUser(
  api: FastifyInstance,
  parts: Pick<HttpParts, 'users' | 'authStates' | 'servers' | 'roles' | 'site'>,
): void {
  const { users, authStates, servers, roles, site } = parts;

  api.get('/users/:user', described(readUser), async (request) => {
    const { scopes } = requireScope(request, READ_SCOPES, { user: userNameOf(request) });
    const { include_stopped_servers: includeStoppedServers } = parseInput(userQuery, request.query);
    const user = await findUser(users, userNameOf(request));
    const own = (await servers.ofUsers([user])).get(user.id) ?? [];
    const mayKnow = allows(scopes, 'admin:auth_state', { user: user.name });
    const authState = mayKnow ? ((await authStates.read(user))?.state ?? null) : null;
    return userModel(user, own, { scopes, roles, site, includeStoppedServers, authState });
  });

  api.post('/users/:user', described(createUser), async (request, reply) => {
    const name = userNameOf(request);
    const caller = requireScope(request, 'admin:users', { user: name });
    const { admin } = parseInput(newUser, request.body ?? undefined);
    if (admin) refuseAdminFromOthers(caller);
    const [created] = await users.create([name], { admin, by: caller.name });
    if (!created) throw new HubError('conflict', `User ${name} already exists`);
    const options = { scopes: caller.scopes, roles, site, includeStoppedServers: false };
    return reply.status(201).send(userModel(created, [], options));
  });

  api.patch('/users/:user', described(changeUser), async (request) => {
    const caller = requireScope(request, 'admin:users', { user: userNameOf(request) });
    const patch = parseInput(userPatch, request.body);
    const user = await findUser(users, userNameOf(request));
    if (!caller.admin && user.admin) throw new HubError('forbidden', 'Only admins can modify other admins');
    if (patch.admin) refuseAdminFromOthers(caller);
    const updated = await users
      .update(user, {
        ...(patch.name === undefined ? {} : { name: patch.name }),
        ...(patch.admin === undefined ? {} : { admin: patch.admin }),
      })
      .catch(refuseAsInvalid);
    if (patch.auth_state !== undefined) await authStates.change(updated, patch.auth_state);
    const own = (await servers.ofUsers([updated])).get(updated.id) ?? [];
    const options = { scopes: caller.scopes, roles, site, includeStoppedServers: false };
    return {
      ...userModel(updated, own, options),
      auth_state: (await authStates.read(updated))?.state ?? null,
    };
  });

  api.delete('/users/:user', described(deleteUser), async (request, reply) => {
    const caller = requireScope(request, 'delete:users', { user: userNameOf(request) });
    const user = await findUser(users, userNameOf(request));
    if (user.id === caller.user?.id) throw new HubError('invalid', 'Cannot delete yourself!');
    await users.delete(user, { by: caller.name });
    return reply.status(204).send();
  });
}

/** @throws HubError `forbidden` where somebody without the admin role would give it */
export function refuseAdminFromOthers(caller: Caller): void {
  if (!caller.admin) throw new HubError('forbidden', 'Only admins can grant admin permissions');
}

/** JupyterHub answers 400 where a name is taken. */
function refuseAsInvalid(error: unknown): never {
  if (error instanceof HubError && error.code === 'conflict') throw new HubError('invalid', error.message);
  throw error;
}
