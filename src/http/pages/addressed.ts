/** Whose server an address means, and whether whoever asks may know. */
import type { FastifyRequest } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { allows } from '../../domain/scope.ts';
import type { Server } from '../../domain/server.ts';
import { normalizeUserName, type User } from '../../domain/user.ts';
import { requireUser } from '../caller.ts';
import type { HttpParts } from '../parts.ts';

/** The same for what is not there, so that nobody learns who is in the course. */
export const NOT_YOURS = 'There is no such page, or it is not yours to see.';

export interface Addressed {
  readonly owner: User;
  /** Of the server; '' is the default one. */
  readonly name: string;
  /** Undefined where it has never been started. */
  readonly server: Server | undefined;
}

/** Of `…/:user/:server`, both left out for one's own default server. */
export interface ServerParams {
  readonly user?: string;
  readonly server?: string;
}

export type ServerScope = 'read:servers' | 'start:servers' | 'delete:servers';

/**
 * @throws HubError `unauthenticated`; `not_found` where there is no such user or the caller may not do this to that
 * user's server, which look the same, so that nobody learns who is in the course.
 */
export async function addressedServer(
  request: FastifyRequest,
  { users, servers }: Pick<HttpParts, 'users' | 'servers'>,
  scope: ServerScope,
): Promise<Addressed> {
  const caller = requireUser(request);
  const { user, server: name = '' } = request.params as ServerParams;
  const ownerName = user === undefined ? caller.user.name : normalizeUserName(user);
  const allowed = allows(caller.scopes, scope, { user: ownerName, server: name });
  const owner =
    ownerName === caller.user.name ? caller.user : allowed ? await users.get(ownerName) : undefined;
  if (!allowed || !owner) throw new HubError('not_found', NOT_YOURS);
  return { owner, name, server: await servers.get(owner.name, name) };
}
