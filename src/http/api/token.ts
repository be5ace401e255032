/** `/hub/api/users/:user/tokens/:token`: one token, by its id. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { type Token, tokenIdOf } from '../../domain/token.ts';
import type { User } from '../../domain/user.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, pathParameter, requireScope, userNameOf } from './access.ts';
import { described, empty, json, type Operation } from './operation.ts';
import { tokenModel, tokenSchema } from './token-model.ts';

const readToken: Operation = {
  summary: 'A token, by its id',
  access: ['read:tokens'],
  answers: { 200: json(tokenSchema, 'The token.') },
};

const revokeToken: Operation = {
  summary: 'Revoke a token',
  access: ['tokens'],
  answers: { 204: empty('It is good for nothing any more.') },
};

export function mountToken(
  api: FastifyInstance,
  parts: Pick<HttpParts, 'users' | 'tokens' | 'callers'>,
): void {
  const { users, tokens, callers } = parts;

  api.get('/users/:user/tokens/:token', described(readToken), async (request) => {
    requireScope(request, 'read:tokens', { user: userNameOf(request) });
    const owner = await findUser(users, userNameOf(request));
    return await tokenModel(await findToken(request, owner), owner, { callers });
  });

  api.delete('/users/:user/tokens/:token', described(revokeToken), async (request, reply) => {
    requireScope(request, 'tokens', { user: userNameOf(request) });
    const owner = await findUser(users, userNameOf(request));
    await tokens.revoke(await findToken(request, owner));
    return reply.status(204).send();
  });

  /** @throws HubError `not_found` for whatever is not the id of a token of this owner */
  async function findToken(request: FastifyRequest, owner: User): Promise<Token> {
    const apiId = pathParameter(request, 'token');
    const id = tokenIdOf(apiId);
    const token = id === undefined ? undefined : await tokens.get(owner, id);
    if (token) return token;
    throw new HubError('not_found', `No such token ${apiId} for user ${owner.name}`);
  }
}
