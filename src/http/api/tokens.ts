/** `/hub/api/users/:user/tokens`: a user's tokens, and new ones. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../domain/errors.ts';
import { allows } from '../../domain/scope.ts';
import type { Token } from '../../domain/token.ts';
import { requireCaller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { findUser, requireScope, userNameOf } from './access.ts';
import { parseInput } from './body.ts';
import { described, json, type Operation } from './operation.ts';
import { tokenModel, tokenSchema } from './token-model.ts';

const newToken = z
  .object({
    note: z.string().nullish(),
    scopes: z.array(z.string(), 'token scopes must be null or a list of strings').nullish(),
    roles: z.array(z.string(), 'token roles must be null or a list of strings').nullish(),
    expires_in: z
      .int('token expires_in must be null or integer')
      .positive('token expires_in must be a positive integer or null')
      .max(3_153_600_000, 'token expires_in must be at most a hundred years')
      .nullish(),
  })
  .refine(
    ({ scopes, roles }) => !scopes || !roles,
    'Can only assign one of scopes or roles when creating tokens.',
  )
  .prefault({});

const listTokens: Operation = {
  summary: 'The tokens of a user',
  access: ['read:tokens'],
  answers: {
    200: json(z.object({ api_tokens: z.array(tokenSchema) }), 'Their tokens, the last used at the end.'),
  },
};

const createToken: Operation = {
  summary: 'Make a token',
  access: ['tokens'],
  body: newToken,
  answers: {
    201: json(
      tokenSchema.extend({ token: z.string() }).meta({ id: 'NewToken' }),
      'The token with its secret, which is told this once.',
    ),
  },
  errors: [409, 429],
};

export function mountTokens(
  api: FastifyInstance,
  parts: Pick<HttpParts, 'users' | 'tokens' | 'callers'>,
): void {
  const { users, tokens, callers } = parts;

  api.get('/users/:user/tokens', described(listTokens), async (request) => {
    requireScope(request, 'read:tokens', { user: userNameOf(request) });
    const owner = await findUser(users, userNameOf(request));
    const list = [...(await tokens.list(owner))].sort((a, b) => lastUse(a) - lastUse(b));
    return { api_tokens: await Promise.all(list.map((token) => tokenModel(token, owner, { callers }))) };
  });

  api.post('/users/:user/tokens', described(createToken), async (request, reply) => {
    const maker = requireCaller(request);
    const { note, scopes, roles, expires_in: expiresIn } = parseInput(newToken, request.body ?? undefined);
    const owner = await users.get(userNameOf(request));
    if (!owner || !allows(maker.scopes, 'tokens', { user: owner.name })) {
      // The same words whether there is such a user or not.
      throw new HubError(
        'forbidden',
        `User ${userNameOf(request)} not found or no permissions to generate tokens`,
      );
    }
    const by = maker.user?.id === owner.id ? '' : ` by ${maker.kind} ${maker.name}`;
    const { token, secret } = await tokens.create({
      owner,
      scopes: scopes ?? (roles ? tokens.scopesOfRoles(roles) : ['inherit']),
      note: note || `Requested via api${by}`,
      expiresInSeconds: expiresIn ?? null,
      maker,
    });
    return reply.status(201).send({ ...(await tokenModel(token, owner, { callers })), token: secret });
  });
}

function lastUse(token: Token): number {
  return (token.lastUsedAt ?? token.createdAt).getTime();
}
