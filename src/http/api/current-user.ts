/** `GET /hub/api/user`: who the caller is and what they may do. Single-user servers decide by it whom they let in. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { expandScopes, listScopes, unionScopes } from '../../domain/scope.ts';
import { tokenApiId } from '../../domain/token.ts';
import { requireCaller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { parseInput } from './body.ts';
import { described, json, type Operation } from './operation.ts';
import { serviceIdentity, serviceIdentitySchema } from './service-identity.ts';
import { userQuery } from './user.ts';
import { identifyScopes, userModel, userSchema } from './user-model.ts';

const currentUser = userSchema.extend({
  token_id: z.string().nullable(),
  session_id: z.string().nullable(),
  scopes: z.array(z.string()),
});

const tellCaller: Operation = {
  summary: 'Who asks, and what they may do',
  access: 'caller',
  query: userQuery,
  answers: { 200: json(z.union([currentUser, serviceIdentitySchema]), 'The caller.') },
};

export function mountCurrentUser(
  api: FastifyInstance,
  { servers, roles, site }: Pick<HttpParts, 'servers' | 'roles' | 'site'>,
): void {
  api.get('/user', described(tellCaller), async (request) => {
    const caller = requireCaller(request);
    if (caller.kind === 'service') return serviceIdentity(caller);
    const { user, token, scopes } = caller;
    const { include_stopped_servers: includeStoppedServers } = parseInput(userQuery, request.query);
    const own = (await servers.ofUsers([user])).get(user.id) ?? [];
    const visible = unionScopes(scopes, expandScopes(identifyScopes(user), { userName: user.name }));
    return {
      ...userModel(user, own, { scopes: visible, roles, site, includeStoppedServers }),
      token_id: token ? tokenApiId(token) : null,
      session_id: token?.sessionId ?? null,
      scopes: listScopes(scopes),
    };
  });
}
