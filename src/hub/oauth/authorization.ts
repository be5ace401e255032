/** The steps of an authorization request (RFC 6749 §4.1.1). Each proves one thing and returns what it proved. */
import type { Caller } from '../../domain/caller.ts';
import { HubError } from '../../domain/errors.ts';
import { serverPath } from '../../domain/route.ts';
import { allows } from '../../domain/scope.ts';
import type { Server } from '../../domain/server.ts';
import type { Session } from '../../domain/session.ts';
import { hashSecret, newSecret } from '../../lib/secret.ts';
import type { OAuthCode, Repositories } from '../../store/store.ts';
import { OAuthError } from './errors.ts';
import { type Parameters, parameter, requiredParameter } from './parameters.ts';

/** A server may take its time to come for its token, and no more (RFC 6749 §4.1.2 allows ten minutes). */
export const CODE_SECONDS = 300;

/** Only a browser can be sent back to a server. @throws HubError `unauthenticated` */
export function requireSession(caller: Caller): Session {
  if (!caller.session) throw new HubError('unauthenticated', 'Log in with a browser to open a server.');
  return caller.session;
}

/**
 * The server that asks. Until it is known, and its address checked, nobody is redirected anywhere (RFC 6749 §4.1.2.1):
 * @throws HubError `invalid`, for a page
 */
export async function findClient(
  store: Pick<Repositories, 'servers'>,
  parameters: Parameters,
): Promise<Server> {
  const clientId = forPage(() => requiredParameter(parameters, 'client_id'));
  const server = await store.servers.byOAuthClient(clientId);
  if (server) return server;
  throw new HubError(
    'invalid',
    'The server that sent you here is not (or no longer) known. Start it again.',
    {
      detail: `OAuth client ${clientId}`,
    },
  );
}

/**
 * Exactly the server's own callback: as a path, which is what single-user servers send, or the same path on our origin.
 * @throws HubError `invalid`, for a page
 */
export function checkRedirectUri(
  server: Server,
  parameters: Parameters,
  { baseUrl, origin }: { readonly baseUrl: string; readonly origin: string },
): string {
  const redirectUri = forPage(() => requiredParameter(parameters, 'redirect_uri'));
  const callback = `${serverPath(baseUrl, server.owner, server.name)}oauth_callback`;
  if (redirectUri === callback || redirectUri === `${origin}${callback}`) return redirectUri;
  throw new HubError('invalid', 'The address to return to (redirect_uri) is not that of the server.', {
    detail: `${redirectUri} instead of ${callback}`,
  });
}

/** @throws OAuthError where it is not one of ours, or a parameter that only the client needs was sent twice */
export function checkResponseType(parameters: Parameters): void {
  if (requiredParameter(parameters, 'response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'response_type must be code.');
  }
  parameter(parameters, 'state');
}

/** @throws HubError `forbidden`, for a page: a server that may not be entered learns nothing of who tried */
export function checkAccess(server: Server, caller: Caller): void {
  if (allows(caller.scopes, 'access:servers', { user: server.owner, server: server.name })) return;
  throw new HubError('forbidden', `This server belongs to “${server.owner}”. You may not open it.`);
}

/**
 * One's own server needs no question. Another's does, once a session and run: the pages of that server act with what
 * the person who opens it may do there.
 */
export async function needsConsent(
  store: Pick<Repositories, 'tokens'>,
  server: Server,
  session: Session,
): Promise<boolean> {
  if (server.userId === session.userId) return false;
  const given = await store.tokens.list({ sessionId: session.id, oauthClientId: server.oauthClientId });
  return given.length === 0;
}

/** What a token for this server may do: open the server and say whose it is. Other scopes are not granted. */
export function grantedScopes(server: Server): readonly string[] {
  return [
    `access:servers!server=${server.owner}/${server.name}`,
    'read:users:groups!user',
    'read:users:name!user',
  ];
}

/** @returns the code, of which only the hash is stored */
export async function issueCode(
  store: Pick<Repositories, 'oauthCodes'>,
  grant: Omit<OAuthCode, 'hash' | 'expiresAt'>,
  now: Date,
): Promise<string> {
  const code = newSecret();
  const expiresAt = new Date(now.getTime() + CODE_SECONDS * 1000);
  await store.oauthCodes.insert({ ...grant, hash: hashSecret(code), expiresAt });
  return code;
}

/** Where the browser goes back to, with `answer` and the client's own state (RFC 6749 §4.1.2). */
export function returnTo(
  redirectUri: string,
  parameters: Parameters,
  answer: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams(answer);
  if (typeof parameters.state === 'string') query.set('state', parameters.state);
  return `${redirectUri}?${query}`;
}

function forPage<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof OAuthError) throw new HubError('invalid', error.description);
    throw error;
  }
}
