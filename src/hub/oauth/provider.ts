/**
 * The hub as OAuth 2.0 provider of its servers and services: authorization code grant, no refresh tokens. The id of a
 * server was given at its creation, its secret is the token of its run, its one address is `…/oauth_callback` below its
 * path; of a service, the course's file says them.
 *
 * Both endpoints are a column of steps. A step throws what is wrong: HubError for whoever sits before the browser, where
 * the client or its address cannot be trusted (RFC 6749 §4.1.2.1), OAuthError for the client.
 */
import type { UserCaller } from '../../domain/caller.ts';
import type { CoursePlace } from '../../domain/route.ts';
import { expandScopes, intersectScopes } from '../../domain/scope.ts';
import { newSecret } from '../../lib/secret.ts';
import type { Store } from '../../store/store.ts';
import type { HubEvents } from '../events.ts';
import type { Services } from '../services.ts';
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
import type { OAuthClient } from './client.ts';
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

/** What somebody is about to open. */
export type ConsentView =
  | {
      readonly kind: 'server';
      readonly owner: string;
      /** '' is the default server. */
      readonly serverName: string;
      readonly displayName: string;
    }
  | {
      readonly kind: 'service';
      readonly name: string;
      /** What it will be able to do in this person's name, beside letting them in. */
      readonly scopes: readonly string[];
    };

export class OAuthProvider {
  readonly #store: Store;
  readonly #services: Services;
  readonly #events: HubEvents;
  readonly #place: CoursePlace;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    readonly services: Services;
    readonly events: HubEvents;
    readonly place: CoursePlace;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#services = parts.services;
    this.#events = parts.events;
    this.#place = parts.place;
    this.#now = parts.now;
  }

  /** @throws HubError for a page; errors that concern the client are in the redirect. */
  async authorize(request: AuthorizationRequest, caller: UserCaller): Promise<AuthorizationOutcome> {
    const { parameters, origin, decision } = request;
    const session = requireSession(caller);
    const client = await findClient(this.#parts, parameters);
    const redirectUri = checkRedirectUri(client, parameters, origin);
    checkAccess(client, caller);
    const back = (answer: Readonly<Record<string, string>>): AuthorizationOutcome => ({
      kind: 'redirect',
      location: returnTo(redirectUri, parameters, answer),
    });
    try {
      checkResponseType(parameters);
      const codeChallenge = readChallenge(parameters);
      const scopes = grantedScopes(client, parameters);
      if (decision === 'deny') throw new OAuthError('access_denied', 'The request was denied.');
      if (decision !== 'allow' && (await needsConsent(this.#store, client, session))) {
        return { kind: 'consent', view: consentView(client, scopes, caller) };
      }
      const grant = {
        oauthClientId: client.id,
        userId: session.userId,
        sessionId: session.id,
        redirectUri,
        scopes,
        codeChallenge,
      };
      const code = await issueCode(this.#store, grant, this.#now());
      const { server } = client;
      if (server && server.userId !== session.userId) {
        this.#events.serverOpenedByOther(server, caller.user.name);
      }
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
    const client = await authenticateClient(this.#parts, form, basic);
    const secret = newSecret();
    const outcome = await this.#store.transaction((tx) =>
      exchangeCode(tx, form, { client, secret, now: this.#now() }),
    );
    if (outcome instanceof OAuthError) throw outcome;
    return outcome;
  }

  get #parts() {
    return { store: this.#store, services: this.#services, place: this.#place };
  }
}

function consentView(client: OAuthClient, scopes: readonly string[], caller: UserCaller): ConsentView {
  if (client.server) {
    const { owner, name, displayName } = client.server;
    return { kind: 'server', owner, serverName: name, displayName };
  }
  const beyond = scopes.filter((scope) => !client.ownScopes.includes(scope));
  const owner = { userName: caller.user.name };
  const had = beyond.filter(
    (scope) =>
      scope === 'inherit' || intersectScopes(expandScopes([scope], owner), caller.scopes).granted.size > 0,
  );
  return { kind: 'service', name: client.service!.name, scopes: had };
}
