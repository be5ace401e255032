/** A token as JupyterHub's API describes it; never its secret. */
import { z } from 'zod';
import { listScopes } from '../../domain/scope.ts';
import { type Token, tokenApiId } from '../../domain/token.ts';
import type { User } from '../../domain/user.ts';
import type { Callers } from '../../hub/callers.ts';
import { time } from './operation.ts';

export const tokenSchema = z
  .object({
    user: z.string(),
    id: z.string().regex(/^a\d+$/),
    kind: z.literal('api_token'),
    roles: z.array(z.string()),
    scopes: z.array(z.string()),
    created: time,
    last_activity: time.nullable(),
    expires_at: time.nullable(),
    note: z.string(),
    session_id: z.string().nullable(),
    oauth_client: z.string(),
  })
  .meta({ id: 'Token' });

export async function tokenModel(token: Token, owner: User, { callers }: { readonly callers: Callers }) {
  return {
    user: owner.name,
    id: tokenApiId(token),
    kind: 'api_token',
    // Tokens have scopes, not roles; the field is there for programs that look at it.
    roles: [],
    scopes: listScopes(await callers.scopesOfToken(token, owner)),
    created: token.createdAt,
    last_activity: token.lastUsedAt,
    expires_at: token.expiresAt,
    note: token.note,
    session_id: token.sessionId,
    oauth_client: token.oauthClientId ?? 'JupyterHub',
  };
}
