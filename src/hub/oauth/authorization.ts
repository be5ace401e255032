/** The steps of an authorization request (RFC 6749 §4.1.1). Each proves one thing and returns what it proved. */
import type { UserCaller } from '../../domain/caller.ts';
import { HubError } from '../../domain/errors.ts';
import type { CoursePlace } from '../../domain/route.ts';
import { allows } from '../../domain/scope.ts';
import type { Session } from '../../domain/session.ts';
import { hashSecret, newSecret } from '../../lib/secret.ts';
import type { OAuthCode, Repositories } from '../../store/store.ts';
import type { Services } from '../services.ts';
import { clientOfServer, clientOfService, type OAuthClient } from './client.ts';
import { OAuthError } from './errors.ts';
import { type Parameters, parameter, requiredParameter } from './parameters.ts';

/** A server may take its time to come for its token, and no more (RFC 6749 §4.1.2 allows ten minutes). */
export const CODE_SECONDS = 300;

/** Only a browser can be sent back to a server. @throws HubError `unauthenticated` */
export function requireSession(caller: UserCaller): Session {
  if (!caller.session) throw new HubError('unauthenticated', 'Log in with a browser to open a server.');
  return caller.session;
}

/**
 * Who asks. Until that is known, and its address checked, nobody is redirected anywhere (RFC 6749 §4.1.2.1):
 * @throws HubError `invalid`, for a page
 */
export async function findClient(
  parts: {
    readonly store: Pick<Repositories, 'servers'>;
    readonly services: Services;
    readonly place: CoursePlace;
  },
  parameters: Parameters,
): Promise<OAuthClient> {
  const clientId = forPage(() => requiredParameter(parameters, 'client_id'));
  const service = parts.services.byOAuthClient(clientId);
  if (service) return clientOfService(service, parts.place);
  const server = await parts.store.servers.byOAuthClient(clientId);
  if (server) return clientOfServer(server, parts.place);
  throw new HubError(
    'invalid',
    'The server that sent you here is not (or no longer) known. Start it again.',
    {
      detail: `OAuth client ${clientId}`,
    },
  );
}

/**
 * Exactly the client's own callback: where that is a path, also as that path on our origin. Single-user servers send the
 * path alone.
 * @throws HubError `invalid`, for a page
 */
export function checkRedirectUri(client: OAuthClient, parameters: Parameters, origin: string): string {
  const redirectUri = forPage(() => requiredParameter(parameters, 'redirect_uri'));
  const { callback, title } = client;
  const isOnOurOrigin = callback.startsWith('/') && redirectUri === `${origin}${callback}`;
  if (redirectUri === callback || isOnOurOrigin) return redirectUri;
  throw new HubError('invalid', `The address to return to (redirect_uri) is not that of the ${title}.`, {
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

/** @throws HubError `forbidden`, for a page: who may not be let in is not told of to the client */
export function checkAccess(client: OAuthClient, caller: UserCaller): void {
  if (allows(caller.scopes, client.access.scope, client.access.subject)) return;
  throw new HubError('forbidden', client.refusal);
}

/**
 * One's own server needs no question, nor a service of which the course says so. Others do, once a session and run: they
 * act with what the person who opens them may do there.
 */
export async function needsConsent(
  store: Pick<Repositories, 'tokens'>,
  { id, server, service }: OAuthClient,
  session: Session,
): Promise<boolean> {
  if (server?.userId === session.userId || service?.oauth.noConfirm) return false;
  const given = await store.tokens.list({ sessionId: session.id, oauthClientId: id });
  return given.length === 0;
}

/**
 * What a token for this client may do: open it, say whose it is, and of what the client may have beside, as much as it
 * asks for (RFC 6749 §3.3); all, where it does not say. What its owner may not do themselves, the token never may.
 * @throws OAuthError `invalid_scope` where a service asks for more than the course lets it have
 */
export function grantedScopes(client: OAuthClient, parameters: Parameters): readonly string[] {
  const { ownScopes, allowedScopes, server } = client;
  const asked = parameter(parameters, 'scope')
    ?.split(/ +/)
    .filter((scope) => scope !== '');
  // A server has no more than its own, whatever it asks for.
  if (server !== null || asked === undefined) return [...ownScopes, ...allowedScopes];
  const tooMuch = asked.filter((scope) => !isAmong(scope, [...ownScopes, ...allowedScopes]));
  if (tooMuch.length > 0) {
    throw new OAuthError('invalid_scope', `The service may not have: ${tooMuch.join(' ')}`);
  }
  return [...new Set([...ownScopes, ...asked])];
}

/** An unfiltered scope stands for the filtered ones too. */
function isAmong(scope: string, allowed: readonly string[]): boolean {
  return allowed.includes(scope) || allowed.includes(scope.split('!', 1)[0]!);
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
