/**
 * The hub as OAuth 2.0 provider of its servers: authorization code grant, no refresh tokens. A client is a server; its
 * id was given at its creation, its secret is the token of its run, its one address is `…/oauth_callback` below its path.
 *
 * Both endpoints are a column of steps. A step throws what is wrong: HubError for whoever sits before the browser, where
 * the client or its address cannot be trusted (RFC 6749 §4.1.2.1), OAuthError for the client.
 */
import type { Caller } from '../../domain/caller.ts';
import { newSecret } from '../../lib/secret.ts';
import type { Store } from '../../store/store.ts';
import type { HubEvents } from '../events.ts';
import {
  checkAccess,
  checkRedirectUri,
  checkResponseType,
  findClient,
  grantedScopes,
  issueCode,
  needsConsent,
  requireSession,
  returnTo,
} from './authorization.ts';
import { OAuthError } from './errors.ts';
import {
  authenticateClient,
  type BasicCredentials,
  checkGrantType,
  exchangeCode,
  type TokenResponse,
} from './exchange.ts';
import type { Parameters } from './parameters.ts';
import { readChallenge } from './pkce.ts';

export interface AuthorizationRequest {
  /** The query. */
  readonly parameters: Parameters;
  /** Ours, as the browser sees it: `https://hub.example`. */
  readonly origin: string;
  /** What the person answered to the consent page; undefined where they were not asked. */
  readonly decision?: 'allow' | 'deny';
}

export type AuthorizationOutcome =
  | { readonly kind: 'redirect'; readonly location: string }
  | { readonly kind: 'consent'; readonly view: ConsentView };

/** Whose server somebody else is about to open. */
export interface ConsentView {
  readonly owner: string;
  /** '' is the default server. */
  readonly serverName: string;
  readonly displayName: string;
}

export class OAuthProvider {
  readonly #store: Store;
  readonly #events: HubEvents;
  readonly #baseUrl: string;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    readonly events: HubEvents;
    /** Begins and ends with '/'. */
    readonly baseUrl: string;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#events = parts.events;
    this.#baseUrl = parts.baseUrl;
    this.#now = parts.now;
  }

  /** @throws HubError for a page; errors that concern the client are in the redirect. */
  async authorize(request: AuthorizationRequest, caller: Caller): Promise<AuthorizationOutcome> {
    const { parameters, origin, decision } = request;
    const session = requireSession(caller);
    const server = await findClient(this.#store, parameters);
    const redirectUri = checkRedirectUri(server, parameters, { baseUrl: this.#baseUrl, origin });
    checkAccess(server, caller);
    const back = (answer: Readonly<Record<string, string>>): AuthorizationOutcome => ({
      kind: 'redirect',
      location: returnTo(redirectUri, parameters, answer),
    });
    try {
      checkResponseType(parameters);
      const codeChallenge = readChallenge(parameters);
      if (decision === 'deny') throw new OAuthError('access_denied', 'The request was denied.');
      if (decision !== 'allow' && (await needsConsent(this.#store, server, session))) {
        const { owner, name, displayName } = server;
        return { kind: 'consent', view: { owner, serverName: name, displayName } };
      }
      const grant = {
        oauthClientId: server.oauthClientId,
        userId: session.userId,
        sessionId: session.id,
        redirectUri,
        scopes: grantedScopes(server),
        codeChallenge,
      };
      const code = await issueCode(this.#store, grant, this.#now());
      if (server.userId !== session.userId) this.#events.serverOpenedByOther(server, caller.user.name);
      return back({ code });
    } catch (error) {
      if (error instanceof OAuthError) {
        return back({ error: error.code, error_description: error.description });
      }
      throw error;
    }
  }

  /** @throws OAuthError */
  async token(form: Parameters, basic?: BasicCredentials): Promise<TokenResponse> {
    checkGrantType(form);
    const server = await authenticateClient(this.#store, form, basic);
    const secret = newSecret();
    const outcome = await this.#store.transaction((tx) =>
      exchangeCode(tx, form, { server, secret, now: this.#now() }),
    );
    if (outcome instanceof OAuthError) throw outcome;
    return outcome;
  }
}
