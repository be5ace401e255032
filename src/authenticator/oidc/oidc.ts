/**
 * Logging in at any service that speaks OAuth 2 or OpenID Connect, with the authorization code flow (RFC 6749, RFC 7636,
 * OpenID Connect Core 1.0). What a service is called, where it is and what its answers mean are settings and a table of
 * providers; the protocol is openid-client's.
 */
import { compactVerify, decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import type { AuthState } from '../../domain/auth-state.ts';
import { HubError } from '../../domain/errors.ts';
import type { BegunLogin, FinishOptions, Identity, LoginService, RenewedLogin } from '../authenticator.ts';
import { authStateOf, completed, tokensOf } from './auth-state.ts';
import { type Claims, listAt, textAt } from './claims.ts';
import { type Connection, connect } from './connection.ts';
import { failureOf } from './failures.ts';
import type { Provider } from './providers/provider.ts';
import { PROVIDERS } from './providers/table.ts';
import { askApi, UNCHECKED_ID_TOKEN } from './service-fetch.ts';
import type { ServiceSettings } from './settings.ts';

/** After this long the service is asked again what it says of itself. */
const CONNECTION_MINUTES = 60;

export class OidcAuthenticator implements LoginService {
  readonly kind = 'service';
  readonly className: string;
  readonly title: string | null;
  readonly callbackUrl: string | null;
  readonly #settings: ServiceSettings;
  readonly #provider: Provider;
  readonly #now: () => Date;
  #connection: { readonly made: Promise<Connection>; readonly until: number } | undefined;

  constructor({ settings, now }: { readonly settings: ServiceSettings; readonly now: () => Date }) {
    this.#settings = settings;
    this.#provider = PROVIDERS[settings.provider];
    this.#now = now;
    this.className = settings.className;
    this.title = settings.title ?? this.#provider.title;
    this.callbackUrl = settings.callbackUrl;
  }

  async begin({ callbackUrl }: { readonly callbackUrl: string }): Promise<BegunLogin> {
    return this.#orFailure(async () => {
      const { configuration } = await this.#connected();
      const kept: Kept = {
        state: client.randomState(),
        verifier: this.#settings.pkce ? client.randomPKCECodeVerifier() : null,
        nonce: this.#scope.includes('openid') ? client.randomNonce() : null,
      };
      const url = client.buildAuthorizationUrl(configuration, {
        ...this.#provider.authorizeParams?.(this.#settings.options),
        ...this.#settings.authorizeParams,
        response_type: 'code',
        redirect_uri: callbackUrl,
        state: kept.state,
        ...(this.#scope.length === 0 ? {} : { scope: this.#scope.join(' ') }),
        ...(kept.nonce === null ? {} : { nonce: kept.nonce }),
        ...(kept.verifier === null
          ? {}
          : {
              code_challenge: await client.calculatePKCECodeChallenge(kept.verifier),
              code_challenge_method: 'S256',
            }),
      });
      return { url: url.href, state: kept.state, kept: JSON.stringify(kept) };
    });
  }

  async finish({ answer, callbackUrl, kept: text }: FinishOptions): Promise<Identity> {
    return this.#orFailure(async () => {
      const connection = await this.#connected();
      const kept = JSON.parse(text) as Kept;
      const tokens = await this.#exchange(connection, { answer, callbackUrl, kept });
      const idClaims = await this.#idClaims(connection, tokens, kept);
      const claims = await this.#userdata(connection, tokens, idClaims);
      return this.#identityOf({ claims, idClaims, tokens });
    });
  }

  async renew(state: AuthState): Promise<RenewedLogin> {
    return this.#orFailure(async () => {
      const connection = await this.#connected();
      const tokens = await refreshTokens(connection.configuration, textAt(state, 'refresh_token') ?? '');
      if (tokens === undefined) return { kind: 'ended' };
      const whole = completed(tokens, state);
      try {
        const before = textAt(state, 'id_token');
        const earlier = before === undefined ? undefined : (decodeJwt(before) as Claims);
        const idClaims = await this.#idClaims(connection, tokens, null);
        // OpenID Connect Core 1.0, 12.2.
        if (idClaims !== undefined && earlier !== undefined && idClaims.sub !== earlier.sub) {
          throw this.#unhelpful('sub of the id token differs from that of the login');
        }
        const claims = await this.#userdata(connection, tokens, idClaims ?? earlier);
        const identity = await this.#identityOf({ claims, idClaims: idClaims ?? earlier, tokens: whole });
        return { kind: 'renewed', authState: identity.authState ?? whole, identity, failure: null };
      } catch (error) {
        const authState = { ...state, ...tokensOf(whole) };
        return { kind: 'renewed', authState, identity: null, failure: failureOf(error, this.#name) };
      }
    });
  }

  async logoutUrl(): Promise<string | null> {
    // What is known already: nobody who logs out waits for a service that does not answer.
    const connection = await this.#connection?.made.catch(() => undefined);
    if (connection?.configuration.serverMetadata().end_session_endpoint === undefined) return null;
    // No address to come back to: services refuse the whole request where it is not registered with them.
    return client.buildEndSessionUrl(connection.configuration).href;
  }

  async check(): Promise<void> {
    await this.#orFailure(() => this.#connected());
  }

  get #scope(): readonly string[] {
    return this.#settings.scope ?? this.#provider.scope;
  }

  /** What is known of the service, asked for at the first login, and again where that failed or was long ago. */
  #connected(): Promise<Connection> {
    const now = this.#now().getTime();
    if (this.#connection === undefined || this.#connection.until < now) {
      const made = connect(this.#settings, this.#provider);
      const current = { made, until: now + CONNECTION_MINUTES * 60_000 };
      this.#connection = current;
      made.catch(() => {
        if (this.#connection === current) this.#connection = undefined;
      });
    }
    return this.#connection.made;
  }

  async #exchange(
    { configuration, issuerKnown }: Connection,
    { answer, callbackUrl, kept }: Omit<FinishOptions, 'kept'> & { readonly kept: Kept },
  ): Promise<Claims> {
    const url = new URL(callbackUrl);
    for (const [name, value] of answer) {
      // Of a service whose issuer is not known, its name says nothing (RFC 9207).
      if (issuerKnown || name !== 'iss') url.searchParams.append(name, value);
    }
    const tokens = await client.authorizationCodeGrant(
      configuration,
      url,
      {
        expectedState: kept.state,
        ...(kept.verifier === null ? {} : { pkceCodeVerifier: kept.verifier }),
        ...(kept.nonce === null || !issuerKnown ? {} : { expectedNonce: kept.nonce }),
      },
      { ...this.#settings.tokenParams },
    );
    return tokens as unknown as Claims;
  }

  /** The claims of the id token, where there is one, once its signature is checked. */
  async #idClaims(connection: Connection, tokens: Claims, kept: Kept | null): Promise<Claims | undefined> {
    const unchecked = textAt(tokens, UNCHECKED_ID_TOKEN);
    if (unchecked !== undefined) return this.#uncheckedClaims(unchecked, kept);
    const idToken = textAt(tokens, 'id_token');
    if (idToken === undefined) return undefined;
    const { clientSecret } = this.#settings;
    if (decodeProtectedHeader(idToken).alg?.startsWith('HS')) {
      await compactVerify(idToken, new TextEncoder().encode(clientSecret ?? ''));
    } else if (connection.keys !== null) {
      await compactVerify(idToken, connection.keys);
    }
    return decodeJwt(idToken);
  }

  /**
   * Of a service whose issuer is not known the token still came straight from the token endpoint, which stands in for a
   * signature (OpenID Connect Core 1.0, 3.1.3.7, 6); that it is for us, now, and for this login is checked here.
   */
  #uncheckedClaims(idToken: string, kept: Kept | null): Claims {
    const claims = decodeJwt(idToken);
    const audience = [claims.aud ?? []].flat();
    const fresh = typeof claims.exp === 'number' && claims.exp * 1000 > this.#now().getTime() - 60_000;
    const isOfAnother = kept !== null && (claims.nonce ?? null) !== kept.nonce;
    if (!audience.includes(this.#settings.clientId) || !fresh || isOfAnother) {
      throw new HubError('forbidden', 'The answer of the login service was not meant for this login.', {
        detail: 'audience, expiry or nonce of the id token',
      });
    }
    return claims;
  }

  async #userdata(
    { userdataUrl }: Connection,
    tokens: Claims,
    idClaims: Claims | undefined,
  ): Promise<Claims> {
    const { tokenInUrl, userdataParams } = this.#settings;
    if (userdataUrl === null) {
      if (idClaims !== undefined) return idClaims;
      throw this.#unhelpful('no id token, and no address of user data');
    }
    const accessToken = textAt(tokens, 'access_token') ?? '';
    const url = new URL(userdataUrl);
    for (const [name, value] of Object.entries(userdataParams)) url.searchParams.set(name, value);
    if (tokenInUrl) url.searchParams.set('access_token', accessToken);
    const { status, body } = await askApi(url.href, tokenInUrl ? null : accessToken);
    if (status !== 200 || typeof body !== 'object' || body === null) {
      throw this.#unhelpful(`the user data (${url.origin}${url.pathname}) answered ${status}`);
    }
    const claims = body as Claims;
    // OpenID Connect Core 1.0, 5.3.2.
    if (idClaims !== undefined && claims.sub !== undefined && claims.sub !== idClaims.sub) {
      throw new HubError('forbidden', 'The login service says of one login that it is two people.', {
        detail: 'sub of id token and user data differ',
      });
    }
    return claims;
  }

  async #identityOf({
    claims,
    idClaims,
    tokens,
  }: {
    readonly claims: Claims;
    readonly idClaims: Claims | undefined;
    readonly tokens: Claims;
  }): Promise<Identity> {
    const { options, groupsClaim, wanted } = this.#settings;
    const provider = this.#provider;
    const objection = provider.objection?.(claims, options);
    if (objection !== undefined) throw new HubError('forbidden', objection);
    const claim = this.#settings.usernameClaim ?? provider.usernameClaim;
    const special = claim === provider.usernameClaim ? provider.name?.(claims, options) : undefined;
    const name = special ?? textAt(claims, claim);
    if (name === undefined) {
      throw this.#unhelpful(`no claim ${claim} among ${Object.keys(claims).sort().join(', ')}`);
    }
    const groups =
      groupsClaim === null ? [] : [claims, idClaims ?? {}].flatMap((said) => listAt(said, groupsClaim));
    const accessToken = textAt(tokens, 'access_token') ?? '';
    const others = await provider.memberships?.({
      claims,
      options,
      wanted: [...wanted],
      tokens,
      ask: (url, token = accessToken) => askApi(url, token),
    });
    return {
      name,
      memberships: new Set([...groups.map((group) => `group:${group}`), ...(others ?? [])]),
      authState: authStateOf(this.#settings.provider, tokens, claims),
    };
  }

  #unhelpful(detail: string): HubError {
    return new HubError(
      'unavailable',
      `${this.#name} does not tell this hub who you are. Only those who run the course can mend that.`,
      { detail },
    );
  }

  /** In a sentence. */
  get #name(): string {
    return this.title ?? 'The login service';
  }

  async #orFailure<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw failureOf(error, this.#name);
    }
  }
}

/** @returns undefined where the service has ended the login that the token is of */
async function refreshTokens(
  configuration: client.Configuration,
  refreshToken: string,
): Promise<Claims | undefined> {
  try {
    return (await client.refreshTokenGrant(configuration, refreshToken)) as unknown as Claims;
  } catch (error) {
    // GitHub has a word of its own.
    const said = error instanceof client.ResponseBodyError ? error.error : '';
    if (said === 'invalid_grant' || said === 'bad_refresh_token') return undefined;
    throw error;
  }
}

/** What is remembered of a login until the browser is back. */
interface Kept {
  readonly state: string;
  /** RFC 7636; null without PKCE. */
  readonly verifier: string | null;
  /** OpenID Connect; null where no id token is asked for. */
  readonly nonce: string | null;
}
