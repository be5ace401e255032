/** The steps of a token request (RFC 6749 §4.1.3). */
import type { CoursePlace } from '../../domain/route.ts';
import { hashSecret } from '../../lib/secret.ts';
import type { OAuthCode, Repositories } from '../../store/store.ts';
import type { Services } from '../services.ts';
import { tokenOfSecret } from '../token-secrets.ts';
import { clientOfServer, clientOfService, type OAuthClient } from './client.ts';
import { OAuthError } from './errors.ts';
import { type Parameters, parameter, requiredParameter } from './parameters.ts';
import { checkVerifier } from './pkce.ts';

/** What a client showed with HTTP Basic authentication (RFC 6749 §2.3.1), decoded. */
export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

export interface TokenResponse {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: string;
}

export function checkGrantType(form: Parameters): void {
  if (requiredParameter(form, 'grant_type') !== 'authorization_code') {
    throw new OAuthError('unsupported_grant_type', 'grant_type must be authorization_code.');
  }
}

/**
 * Who asks. The secret of a server is the token that it was started with, so it ends with the server's run; that of a
 * service is its token.
 * @throws OAuthError `invalid_client`
 */
export async function authenticateClient(
  parts: {
    readonly store: Pick<Repositories, 'servers' | 'tokens'>;
    readonly services: Services;
    readonly place: CoursePlace;
  },
  form: Parameters,
  basic: BasicCredentials | undefined,
): Promise<OAuthClient> {
  const { id, secret } = clientCredentials(form, basic);
  const service = parts.services.byTokenHash(hashSecret(secret));
  if (service?.oauth.clientId === id) return clientOfService(service, parts.place);
  const token = await tokenOfSecret(parts.store.tokens, secret);
  const server = token?.serverId ? await parts.store.servers.byId(token.serverId) : undefined;
  if (server?.oauthClientId === id) return clientOfServer(server, parts.place);
  throw new OAuthError('invalid_client', 'client_id and client_secret do not belong together.', {
    detail: id,
  });
}

/** One way of authentication a request (RFC 6749 §2.3). */
function clientCredentials(form: Parameters, basic: BasicCredentials | undefined): BasicCredentials {
  const id = parameter(form, 'client_id');
  const secret = parameter(form, 'client_secret');
  if (basic) {
    if (secret !== undefined || (id !== undefined && id !== basic.id)) {
      throw new OAuthError('invalid_request', 'Authenticate in the header or in the form, not in both.');
    }
    return basic;
  }
  if (id === undefined || secret === undefined) {
    throw new OAuthError('invalid_client', 'client_id and client_secret are missing.');
  }
  return { id, secret };
}

/**
 * Changes a code into a token. Runs in a transaction that must commit even where it refuses, because the code is spent
 * then: so it returns the refusal instead of throwing it.
 */
export async function exchangeCode(
  tx: Repositories,
  form: Parameters,
  { client, secret, now }: { readonly client: OAuthClient; readonly secret: string; readonly now: Date },
): Promise<TokenResponse | OAuthError> {
  try {
    // A request that is incomplete spends no code.
    const shown = requiredParameter(form, 'code');
    const redirectUri = requiredParameter(form, 'redirect_uri');
    const verifier = parameter(form, 'code_verifier');
    const code = await takeCode(tx, shown);
    checkBinding(code, client, redirectUri);
    checkVerifier(code.codeChallenge, verifier);
    return await issueToken(tx, code, { client, secret, now });
  } catch (error) {
    if (error instanceof OAuthError) return error;
    throw error;
  }
}

/** A code that comes a second time was stolen, before or now: what was issued on it ends (RFC 6749 §4.1.2). */
async function takeCode(tx: Repositories, secret: string): Promise<OAuthCode> {
  const taken = await tx.oauthCodes.take(hashSecret(secret));
  if (!taken) throw new OAuthError('invalid_grant', 'The code is not, or no longer, valid.');
  const { code, used } = taken;
  if (!used) return code;
  await tx.tokens.delete({
    userId: code.userId,
    sessionId: code.sessionId,
    oauthClientId: code.oauthClientId,
  });
  throw new OAuthError('invalid_grant', 'The code was used before.', { detail: 'its tokens were revoked' });
}

/** The same client and the same address as at the authorization. */
function checkBinding(code: OAuthCode, client: OAuthClient, redirectUri: string): void {
  if (code.oauthClientId !== client.id) {
    throw new OAuthError('invalid_grant', 'The code was issued to another client.', { detail: client.title });
  }
  if (code.redirectUri !== redirectUri) {
    throw new OAuthError('invalid_grant', 'redirect_uri is not the one of the authorization.');
  }
}

/** It lives as long as the browser's session, and ends with it. */
async function issueToken(
  tx: Repositories,
  code: OAuthCode,
  { client, secret, now }: { readonly client: OAuthClient; readonly secret: string; readonly now: Date },
): Promise<TokenResponse> {
  const session = (await tx.sessions.ofUser(code.userId)).find(({ id }) => id === code.sessionId);
  if (!session) throw new OAuthError('invalid_grant', 'The browser has logged out meanwhile.');
  await tx.tokens.insert({
    userId: code.userId,
    scopes: code.scopes,
    note: `OAuth token for the ${client.title}`,
    createdAt: now,
    expiresAt: session.expiresAt,
    sessionId: session.id,
    oauthClientId: code.oauthClientId,
    serverId: null,
    hash: hashSecret(secret),
  });
  return {
    access_token: secret,
    token_type: 'Bearer',
    expires_in: Math.max(1, Math.floor((session.expiresAt.getTime() - now.getTime()) / 1000)),
    scope: code.scopes.join(' '),
  };
}
