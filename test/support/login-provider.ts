/**
 * A service to log in at, for tests: a real server that answers as OpenID Connect, or as a service with ways of its own,
 * documents it. It keeps nothing but what it must remember between two requests, and approves whoever comes.
 */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const CLIENT = { id: 'hub', secret: 'a secret of the client' };

export interface ProviderOptions {
  /** Paths of its endpoints. */
  readonly paths?: { readonly authorize?: string; readonly token?: string; readonly userdata?: string };
  /** What the user data endpoint says of whoever logs in. */
  readonly userdata?: Readonly<Record<string, unknown>>;
  /** Claims of the id token beside the usual; null: there is none. */
  readonly idToken?: Readonly<Record<string, unknown>> | null;
  /** More in the answer of the token endpoint. */
  readonly tokens?: Readonly<Record<string, unknown>>;
  /** The rest of its API: path with query → answer, for whoever shows the token. */
  readonly api?: Readonly<Record<string, { readonly status: number; readonly body?: unknown }>>;
  /** Whether it says of itself where its endpoints are. */
  readonly discovery?: boolean;
  /** Whether it gives refresh tokens, each of which is good for one time. */
  readonly offline?: boolean;
  /** Whether one can log out there. */
  readonly logout?: boolean;
}

export class LoginProvider implements AsyncDisposable {
  readonly #server: Server;
  readonly #codes = new Map<string, URLSearchParams>();
  readonly #refreshTokens = new Set<string>();
  #key!: {
    readonly kid: string;
    readonly jwk: object;
    readonly sign: Awaited<ReturnType<typeof newKey>>['sign'];
  };
  url = '';
  /** How the test has it misbehave; looked at in each request. */
  behaviour: ProviderOptions & {
    /** Sends the browser back with this error in place of a code. */
    readonly authorizeError?: string;
    readonly tokenAnswer?: { readonly status: number; readonly body: unknown };
    readonly issuer?: string;
    /** Signs with a key that it does not publish. */
    readonly forgedSignature?: boolean;
    readonly audience?: string;
    /** Seconds by which its clock is ahead. */
    readonly clockAhead?: number;
    readonly nonce?: string;
  };
  /** What the token endpoint and the API were asked, newest last. */
  readonly asked: { readonly path: string; readonly authorization: string; readonly body: string }[] = [];

  private constructor(options: ProviderOptions) {
    this.behaviour = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
  }

  static async open(options: ProviderOptions = {}): Promise<LoginProvider> {
    const provider = new LoginProvider(options);
    await provider.changeKey();
    provider.#server.listen(0, '127.0.0.1');
    await once(provider.#server, 'listening');
    provider.url = `http://127.0.0.1:${(provider.#server.address() as AddressInfo).port}`;
    return provider;
  }

  /** From now on it signs with another key, and publishes only that one. */
  async changeKey(): Promise<void> {
    this.#key = await newKey();
  }

  /** All who are logged in there are so no longer. */
  endLogins(): void {
    this.#refreshTokens.clear();
  }

  /** Somebody logs in there: goes where the hub sends them. @returns where they are sent back to */
  async approve(url: string): Promise<URL> {
    const response = await fetch(url, { redirect: 'manual' });
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${response.status}: ${await response.text()}`);
    return new URL(location);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const { paths = {}, discovery = true, userdata = {}, api = {} } = this.behaviour;
    const { authorize = '/authorize', token = '/token', userdata: userdataPath = '/userinfo' } = paths;
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const body = await text(request);
    const authorization = request.headers.authorization ?? '';
    const path = `${url.pathname}${url.search}`;
    if (url.pathname === authorize) return this.#authorize(url.searchParams, response);
    if (url.pathname.endsWith('/.well-known/openid-configuration') && discovery) {
      json(200, this.#metadata({ authorize, token, userdataPath }));
      return;
    }
    if (url.pathname === '/keys') {
      json(200, { keys: [this.#key.jwk] });
      return;
    }
    this.asked.push({ path, authorization, body });
    if (url.pathname === token) {
      const { status, body: answer } = await this.#exchange(new URLSearchParams(body), authorization);
      json(status, answer);
      return;
    }
    const shown = authorization.replace(/^Bearer /, '') || url.searchParams.get('access_token');
    if (shown !== 'access' && shown !== 'another access') json(401, { error: 'invalid_token' });
    else if (url.pathname === userdataPath) json(200, userdata);
    else if (api[path] === undefined) json(404, {});
    else if (api[path].body === undefined) response.writeHead(api[path].status).end();
    else json(api[path].status, api[path].body);
  }

  #metadata({ authorize, token, userdataPath }: { authorize: string; token: string; userdataPath: string }) {
    return {
      issuer: this.behaviour.issuer ?? this.url,
      authorization_endpoint: `${this.url}${authorize}`,
      token_endpoint: `${this.url}${token}`,
      userinfo_endpoint: `${this.url}${userdataPath}`,
      jwks_uri: `${this.url}/keys`,
      ...(this.behaviour.logout ? { end_session_endpoint: `${this.url}/logout` } : {}),
      id_token_signing_alg_values_supported: ['ES256'],
    };
  }

  #authorize(asked: URLSearchParams, response: ServerResponse): void {
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.searchParams.set('state', asked.get('state') ?? '');
    if (this.behaviour.authorizeError !== undefined) {
      back.searchParams.set('error', this.behaviour.authorizeError);
      back.searchParams.set('error_description', 'in words of the service');
    } else {
      const code = randomBytes(8).toString('hex');
      this.#codes.set(code, asked);
      back.searchParams.set('code', code);
    }
    response.writeHead(302, { location: back.href }).end();
  }

  async #exchange(
    form: URLSearchParams,
    authorization: string,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    if (this.behaviour.tokenAnswer !== undefined) return this.behaviour.tokenAnswer;
    const basic = Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString();
    const [id, secret] =
      authorization === ''
        ? [form.get('client_id'), form.get('client_secret')]
        : basic.split(':').map((part) => decodeURIComponent(part.replaceAll('+', ' ')));
    if (id !== CLIENT.id || secret !== CLIENT.secret)
      return { status: 401, body: { error: 'invalid_client' } };
    if (form.get('grant_type') === 'refresh_token') return this.#refresh(form.get('refresh_token') ?? '');
    const code = form.get('code') ?? '';
    const asked = this.#codes.get(code);
    this.#codes.delete(code);
    if (asked === undefined || asked.get('redirect_uri') !== form.get('redirect_uri'))
      return { status: 400, body: { error: 'invalid_grant' } };
    const challenge = asked.get('code_challenge');
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (challenge !== null && challenge !== proof) return { status: 400, body: { error: 'invalid_grant' } };
    const { idToken = {}, tokens = {} } = this.behaviour;
    const answer = {
      access_token: 'access',
      token_type: 'Bearer',
      expires_in: 300,
      ...this.#refreshToken(),
      ...tokens,
    };
    if (idToken === null || !(asked.get('scope') ?? '').split(' ').includes('openid'))
      return { status: 200, body: answer };
    return { status: 200, body: { ...answer, id_token: await this.#idToken(idToken, asked) } };
  }

  async #refresh(token: string): Promise<{ readonly status: number; readonly body: unknown }> {
    if (!this.#refreshTokens.delete(token)) return { status: 400, body: { error: 'invalid_grant' } };
    const { idToken = {} } = this.behaviour;
    const answer = { access_token: 'another access', token_type: 'Bearer', ...this.#refreshToken() };
    if (idToken === null) return { status: 200, body: answer };
    return {
      status: 200,
      body: { ...answer, id_token: await this.#idToken(idToken, new URLSearchParams()) },
    };
  }

  #refreshToken(): { readonly refresh_token?: string } {
    if (!this.behaviour.offline) return {};
    const token = randomBytes(8).toString('hex');
    this.#refreshTokens.add(token);
    return { refresh_token: token };
  }

  async #idToken(claims: Readonly<Record<string, unknown>>, asked: URLSearchParams): Promise<string> {
    const { forgedSignature, audience = CLIENT.id, clockAhead = 0, issuer = this.url } = this.behaviour;
    const now = Math.floor(Date.now() / 1000) + clockAhead;
    const { sign } = forgedSignature ? await newKey() : this.#key;
    const nonce = this.behaviour.nonce ?? asked.get('nonce');
    return new SignJWT({ sub: 'subject', ...(nonce === null ? {} : { nonce }), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: this.#key.kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setIssuedAt(now)
      .setExpirationTime(now + 300)
      .sign(sign);
  }
}

async function newKey() {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const kid = randomBytes(4).toString('hex');
  return { kid, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' }, sign: privateKey };
}
