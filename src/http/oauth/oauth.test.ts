/** Our OAuth provider through its two endpoints. Titles name the RFC and section that asks for it. */
import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../../../test/support/browser.ts';
import { startHub, type TestHub } from '../../../test/support/hub.ts';
import type { Server } from '../../domain/server.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

const AUTHORIZE = '/hub/api/oauth2/authorize';

async function runningServer(owner: string, name = ''): Promise<Server> {
  const path = name === '' ? `/users/${owner}/server` : `/users/${owner}/servers/${name}`;
  await hub.api('POST', path, { token: await hub.token(owner) });
  return hub.server(owner, name, (server) => server.state === 'ready');
}

const callbackOf = (server: Server) =>
  `/user/${server.owner}/${server.name === '' ? '' : `${server.name}/`}oauth_callback`;

/** What a single-user server sends a browser to, with some parameters changed; null leaves one out. */
function authorizeUrl(server: Server, changed: Record<string, string | null> = {}): string {
  const parameters = {
    client_id: server.oauthClientId,
    redirect_uri: callbackOf(server),
    response_type: 'code',
    state: 'a state',
    ...changed,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null) query.set(name, value);
  return `${AUTHORIZE}?${query}`;
}

/** The query that a redirect takes back to the client. */
function answerOf(response: Response, to: string): Record<string, string> {
  expect(response.status).toBe(302);
  const location = new URL(response.headers.get('location') ?? '', hub.url);
  expect(location.pathname).toBe(to);
  return Object.fromEntries(location.searchParams);
}

async function codeFor(
  browser: Browser,
  server: Server,
  changed: Record<string, string | null> = {},
): Promise<string> {
  const { code } = answerOf(await browser.get(authorizeUrl(server, changed)), callbackOf(server));
  expect(code).toMatch(/^[\w-]{43}$/);
  return code!;
}

function exchange(
  server: Server,
  changed: Record<string, string | null>,
  headers: Record<string, string> = {},
): Promise<Response> {
  const parameters = {
    client_id: server.oauthClientId,
    client_secret: hub.serverToken(server),
    grant_type: 'authorization_code',
    redirect_uri: callbackOf(server),
    ...changed,
  };
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== null) form.set(name, value);
  return fetch(`${hub.url}/hub/api/oauth2/token`, { method: 'POST', body: form, headers });
}

async function tokenFor(browser: Browser, server: Server): Promise<string> {
  const response = await exchange(server, { code: await codeFor(browser, server) });
  expect(response.status).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}

async function expectRefusal(response: Response, status: number, error: string): Promise<void> {
  const body = (await response.json()) as Record<string, string>;
  expect(body).toEqual({ error, error_description: expect.any(String) });
  expect(response.status).toBe(status);
  expect(response.headers.get('cache-control')).toBe('no-store');
}

describe('a student who opens their own server', () => {
  it('RFC 6749 §4.1: comes back with a code, for which the server gets a token of theirs', async () => {
    const server = await runningServer('anna');
    const browser = await hub.browser('anna');
    const answer = answerOf(await browser.get(authorizeUrl(server)), '/user/anna/oauth_callback');
    expect(answer).toEqual({ code: expect.any(String), state: 'a state' });
    const response = await exchange(server, { code: answer.code! });
    expect(response.status).toBe(200);
    const { access_token: token, ...rest } = (await response.json()) as Record<string, unknown>;
    expect(rest).toEqual({
      token_type: 'Bearer',
      expires_in: expect.any(Number),
      scope: 'access:servers!server=anna/ read:users:groups!user read:users:name!user',
    });
    expect(rest.expires_in).toBeGreaterThan(13 * 86_400);
    const user = await (await hub.api('GET', '/user', { token: String(token) })).json();
    expect(user).toEqual({
      kind: 'user',
      name: 'anna',
      admin: false,
      groups: [],
      user_info: null,
      token_id: expect.stringMatching(/^a\d+$/),
      session_id: browser.cookie('jupyterhub-session-id'),
      scopes: ['access:servers!server=anna/', 'read:users:groups!user=anna', 'read:users:name!user=anna'],
    });
  });

  it('RFC 6749 §5.1: the token is not kept by caches', async () => {
    const server = await runningServer('anna');
    const response = await exchange(server, { code: await codeFor(await hub.browser('anna'), server) });
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('pragma')).toBe('no-cache');
  });

  it('RFC 6749 §2.3.1: the server may authenticate in the header', async () => {
    const server = await runningServer('anna', 'lab');
    const code = await codeFor(await hub.browser('anna'), server);
    const basic = Buffer.from(`${server.oauthClientId}:${hub.serverToken(server)}`).toString('base64');
    const response = await exchange(
      server,
      { code, client_id: null, client_secret: null },
      { authorization: `Basic ${basic}` },
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      scope: expect.stringContaining('access:servers!server=anna/lab'),
    });
  });

  it('logs in first, and is brought back', async () => {
    const server = await runningServer('anna');
    const response = await (await hub.browser()).get(authorizeUrl(server));
    expect(response.status).toBe(302);
    const location = new URL(response.headers.get('location')!, hub.url);
    expect(location.pathname).toBe('/hub/login');
    expect(location.searchParams.get('next')).toBe(authorizeUrl(server));
  });

  it('may have a name that needs escaping', async () => {
    const server = await runningServer('ö n@example.org');
    const browser = await hub.browser('ö n@example.org');
    const callback = '/user/%C3%B6%20n@example.org/oauth_callback';
    const { code } = answerOf(await browser.get(authorizeUrl(server, { redirect_uri: callback })), callback);
    expect((await exchange(server, { code: code!, redirect_uri: callback })).status).toBe(200);
  });

  it('the token ends at logout, and with it only that browser’s', async () => {
    const server = await runningServer('anna');
    const [leaving, staying] = [await hub.browser('anna'), await hub.browser('anna')];
    const [left, stayed] = [await tokenFor(leaving, server), await tokenFor(staying, server)];
    await leaving.get('/hub/logout');
    expect((await hub.api('GET', '/user', { token: left })).status).toBe(403);
    expect((await hub.api('GET', '/user', { token: stayed })).status).toBe(200);
  });

  it('the token ends with the server', async () => {
    const server = await runningServer('ben');
    const token = await tokenFor(await hub.browser('ben'), server);
    await hub.api('DELETE', '/users/ben/server', { token: await hub.token('ben') });
    await hub.server('ben', '', (row) => row.state === 'stopped');
    expect((await hub.api('GET', '/user', { token })).status).toBe(403);
  });
});

describe('the authorization endpoint', () => {
  it.each([
    ['an unknown client', { client_id: 'jupyterhub-user-nobody' }],
    ['no client', { client_id: null }],
    ['no address', { redirect_uri: null }],
    ['another path', { redirect_uri: '/user/anna/oauth_callback/../evil' }],
    ['another user’s path', { redirect_uri: '/user/ben/oauth_callback' }],
    ['a longer path', { redirect_uri: '/user/anna/oauth_callback/' }],
    ['a query', { redirect_uri: '/user/anna/oauth_callback?x=1' }],
    ['a fragment', { redirect_uri: '/user/anna/oauth_callback#x' }],
    ['another host', { redirect_uri: 'https://evil.example/user/anna/oauth_callback' }],
    ['another host without a scheme', { redirect_uri: '//evil.example/user/anna/oauth_callback' }],
    ['another way to write it', { redirect_uri: '/user/%61nna/oauth_callback' }],
  ])(
    'RFC 6749 §4.1.2.1, RFC 9700 §4.1: %s is told to the person, who is sent nowhere',
    async (_what, changed) => {
      const server = await runningServer('anna');
      const response = await (await hub.browser('anna')).get(authorizeUrl(server, changed));
      expect(response.status).toBe(400);
      expect(response.headers.get('location')).toBeNull();
      expect(response.headers.get('content-type')).toContain('text/html');
    },
  );

  it('takes the same path on our own origin', async () => {
    const server = await runningServer('anna');
    const redirect_uri = `${hub.url}/user/anna/oauth_callback`;
    const response = await (await hub.browser('anna')).get(authorizeUrl(server, { redirect_uri }));
    const { code } = answerOf(response, '/user/anna/oauth_callback');
    expect((await exchange(server, { code: code!, redirect_uri })).status).toBe(200);
  });

  it.each([
    ['RFC 6749 §4.1.2.1: another response type', { response_type: 'token' }, 'unsupported_response_type'],
    ['RFC 6749 §3.1.1: no response type', { response_type: null }, 'invalid_request'],
    [
      'RFC 7636 §4.4.1: plain',
      { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' },
      'invalid_request',
    ],
    [
      'RFC 7636 §4.3: a challenge without a method is plain',
      { code_challenge: 'x'.repeat(43) },
      'invalid_request',
    ],
    [
      'RFC 7636 §4.2: a challenge that is no SHA-256',
      { code_challenge: 'short', code_challenge_method: 'S256' },
      'invalid_request',
    ],
    ['RFC 7636 §4.3: a method without a challenge', { code_challenge_method: 'S256' }, 'invalid_request'],
  ])('%s is told to the client, with its state', async (_what, changed, error) => {
    const server = await runningServer('anna');
    const response = await (await hub.browser('anna')).get(authorizeUrl(server, changed));
    const answer = answerOf(response, '/user/anna/oauth_callback');
    expect(answer).toEqual({ error, error_description: expect.any(String), state: 'a state' });
  });

  it('RFC 6749 §3.1: a parameter that is sent twice is refused', async () => {
    const server = await runningServer('anna');
    const browser = await hub.browser('anna');
    const twice = answerOf(
      await browser.get(`${authorizeUrl(server)}&response_type=code`),
      '/user/anna/oauth_callback',
    );
    expect(twice.error).toBe('invalid_request');
    const state = answerOf(
      await browser.get(`${authorizeUrl(server)}&state=other`),
      '/user/anna/oauth_callback',
    );
    expect(state).toMatchObject({ error: 'invalid_request' });
    expect((await browser.get(`${authorizeUrl(server)}&client_id=other`)).status).toBe(400);
  });

  it('RFC 6749 §4.1.2: a state of any characters comes back as it was', async () => {
    const server = await runningServer('anna');
    const state = 'a b&c=d#e%f+g/\u00e9"<\'';
    const response = await (await hub.browser('anna')).get(authorizeUrl(server, { state }));
    expect(answerOf(response, '/user/anna/oauth_callback').state).toBe(state);
  });

  it('who may not open a server is told so, and the server learns nothing', async () => {
    const server = await runningServer('anna');
    const response = await (await hub.browser('cor')).get(authorizeUrl(server));
    expect(response.status).toBe(403);
    expect(response.headers.get('location')).toBeNull();
  });

  it('a token is no browser', async () => {
    const server = await runningServer('anna');
    const response = await fetch(hub.url + authorizeUrl(server), {
      redirect: 'manual',
      headers: { authorization: `token ${await hub.token('anna')}` },
    });
    expect(response.headers.get('location')).toContain('/hub/login');
  });
});

describe('an admin who opens somebody else’s server', () => {
  const answer = async (browser: Browser, server: Server, decision: string) =>
    browser.post(authorizeUrl(server), { _xsrf: browser.cookie('_xsrf') ?? '', decision });

  it('is asked first, in words that say whose it is', async () => {
    const server = await runningServer('dora');
    const browser = await hub.browser('teacher');
    const question = await browser.get(authorizeUrl(server));
    expect(question.status).toBe(200);
    expect(await question.text()).toContain('dora');
    const { code, state } = answerOf(await answer(browser, server, 'allow'), '/user/dora/oauth_callback');
    expect(state).toBe('a state');
    const response = await exchange(server, { code: code! });
    const { access_token: token } = (await response.json()) as { access_token: string };
    expect(await (await hub.api('GET', '/user', { token })).json()).toMatchObject({
      name: 'teacher',
      admin: true,
      scopes: [
        'access:servers!server=dora/',
        'read:users:groups!user=teacher',
        'read:users:name!user=teacher',
      ],
    });
  });

  it('is not asked again in the same session while the server runs, and is in another', async () => {
    const server = await runningServer('eva');
    const browser = await hub.browser('teacher');
    await browser.get(authorizeUrl(server));
    const { code } = answerOf(await answer(browser, server, 'allow'), '/user/eva/oauth_callback');
    await exchange(server, { code: code! });
    answerOf(await browser.get(authorizeUrl(server)), '/user/eva/oauth_callback');
    expect((await (await hub.browser('teacher')).get(authorizeUrl(server))).status).toBe(200);
  });

  it('RFC 6749 §4.1.2.1: may say no', async () => {
    const server = await runningServer('fred');
    const browser = await hub.browser('teacher');
    await browser.get(authorizeUrl(server));
    expect(answerOf(await answer(browser, server, 'deny'), '/user/fred/oauth_callback')).toMatchObject({
      error: 'access_denied',
      state: 'a state',
    });
  });

  it('RFC 6749 §10.12: nobody else can say yes for them', async () => {
    const server = await runningServer('gijs');
    const browser = await hub.browser('teacher');
    await browser.get(authorizeUrl(server));
    expect((await browser.post(authorizeUrl(server), { decision: 'allow' })).status).toBe(403);
    expect((await browser.post(authorizeUrl(server), { decision: 'allow', _xsrf: 'guess' })).status).toBe(
      403,
    );
    expect((await answer(browser, server, 'perhaps')).status).toBe(400);
  });

  it('RFC 6749 §10.13: the question cannot be put in a frame', async () => {
    const server = await runningServer('hugo');
    const question = await (await hub.browser('teacher')).get(authorizeUrl(server));
    expect(question.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(question.headers.get('x-frame-options')).toBe('DENY');
  });
});

describe('the token endpoint', () => {
  it('RFC 6749 §4.1.2, RFC 9700 §4.5: a code is good once; a second time ends what was issued on it', async () => {
    const server = await runningServer('anna');
    const browser = await hub.browser('anna');
    const code = await codeFor(browser, server);
    const first = await exchange(server, { code });
    const { access_token: token } = (await first.json()) as { access_token: string };
    expect((await hub.api('GET', '/user', { token })).status).toBe(200);
    await expectRefusal(await exchange(server, { code }), 400, 'invalid_grant');
    expect((await hub.api('GET', '/user', { token })).status).toBe(403);
    // The server's own token is none of these.
    expect((await hub.api('GET', '/user', { token: hub.serverToken(server) })).status).toBe(200);
  });

  it('RFC 6749 §4.1.2: of many who come with one code at once, at most one gets a token, which then is revoked', async () => {
    const server = await runningServer('anna');
    const code = await codeFor(await hub.browser('anna'), server);
    const responses = await Promise.all(Array.from({ length: 6 }, () => exchange(server, { code })));
    const bodies = (await Promise.all(responses.map((response) => response.json()))) as {
      access_token?: string;
    }[];
    const tokens = bodies.flatMap((body) => body.access_token ?? []);
    expect(tokens).toHaveLength(1);
    expect((await hub.api('GET', '/user', { token: tokens[0]! })).status).toBe(403);
  });

  it('RFC 6749 §4.1.2: a code is good for five minutes', async () => {
    const server = await runningServer('anna');
    const browser = await hub.browser('anna');
    const [early, late] = [await codeFor(browser, server), await codeFor(browser, server)];
    hub.clock.advance(299);
    expect((await exchange(server, { code: early })).status).toBe(200);
    hub.clock.advance(2);
    await expectRefusal(await exchange(server, { code: late }), 400, 'invalid_grant');
  });

  it('RFC 6749 §4.1.3: a code is good for the address that it was sent to, and spent on a wrong one', async () => {
    const server = await runningServer('anna');
    const browser = await hub.browser('anna');
    const code = await codeFor(browser, server);
    await expectRefusal(
      await exchange(server, { code, redirect_uri: '/user/ben/oauth_callback' }),
      400,
      'invalid_grant',
    );
    await expectRefusal(await exchange(server, { code }), 400, 'invalid_grant');
    const absolute = `${hub.url}${callbackOf(server)}`;
    const other = await codeFor(browser, server);
    await expectRefusal(
      await exchange(server, { code: other, redirect_uri: absolute }),
      400,
      'invalid_grant',
    );
  });

  it('RFC 6749 §4.1.3, RFC 9700 §4.5: a code is good for the server that it was issued to', async () => {
    const [server, thief] = [await runningServer('anna'), await runningServer('ina')];
    const code = await codeFor(await hub.browser('anna'), server);
    const stolen = { code, redirect_uri: callbackOf(server) };
    await expectRefusal(await exchange(thief, stolen), 400, 'invalid_grant');
    await expectRefusal(await exchange(server, { code }), 400, 'invalid_grant');
  });

  it('a code dies with its session', async () => {
    const server = await runningServer('anna');
    const browser = await hub.browser('anna');
    const code = await codeFor(browser, server);
    await browser.get('/hub/logout');
    await expectRefusal(await exchange(server, { code }), 400, 'invalid_grant');
  });

  it.each([
    ['a wrong secret', { client_secret: 'guess' }],
    ['no secret', { client_secret: null }],
    ['another client', { client_id: 'jupyterhub-user-nobody' }],
    ['no client', { client_id: null }],
  ])('RFC 6749 §5.2: %s is no client, and costs nobody a code', async (_what, changed) => {
    const server = await runningServer('anna');
    const code = await codeFor(await hub.browser('anna'), server);
    await expectRefusal(await exchange(server, { code, ...changed }), 401, 'invalid_client');
    expect((await exchange(server, { code })).status).toBe(200);
  });

  it('RFC 6749 §5.2: a wrong secret in the header is told how to do it', async () => {
    const server = await runningServer('anna');
    const wrong = Buffer.from(`${server.oauthClientId}:guess`).toString('base64');
    const without = { code: 'x', client_id: null, client_secret: null };
    const response = await exchange(server, without, { authorization: `Basic ${wrong}` });
    expect(response.headers.get('www-authenticate')).toContain('Basic');
    await expectRefusal(response, 401, 'invalid_client');
    const noColon = await exchange(server, without, {
      authorization: `Basic ${Buffer.from('x').toString('base64')}`,
    });
    await expectRefusal(noColon, 401, 'invalid_client');
  });

  it('RFC 6749 §2.3: one way of authentication a request', async () => {
    const server = await runningServer('anna');
    const basic = Buffer.from(`${server.oauthClientId}:${hub.serverToken(server)}`).toString('base64');
    await expectRefusal(
      await exchange(server, { code: 'x' }, { authorization: `Basic ${basic}` }),
      400,
      'invalid_request',
    );
  });

  it('a user’s own token is no server’s secret', async () => {
    const server = await runningServer('anna');
    await expectRefusal(
      await exchange(server, { code: 'x', client_secret: await hub.token('anna') }),
      401,
      'invalid_client',
    );
  });

  it('the secret of an earlier run is none any more', async () => {
    const token = await hub.token('jan');
    const before = await runningServer('jan');
    await hub.api('DELETE', '/users/jan/server', { token });
    await hub.server('jan', '', (row) => row.state === 'stopped');
    const now = await runningServer('jan');
    expect(now.attempt).toBe(before.attempt + 1);
    await expectRefusal(await exchange(before, { code: 'x' }), 401, 'invalid_client');
    await expectRefusal(await exchange(now, { code: 'x' }), 400, 'invalid_grant');
  });

  it.each([
    ['no grant type', { grant_type: null }, 'invalid_request'],
    ['another grant type', { grant_type: 'password' }, 'unsupported_grant_type'],
    ['a refresh', { grant_type: 'refresh_token' }, 'unsupported_grant_type'],
    ['no code', { code: null }, 'invalid_request'],
    ['no address', { redirect_uri: null }, 'invalid_request'],
    ['a code that never was', { code: 'x'.repeat(43) }, 'invalid_grant'],
  ])('RFC 6749 §5.2: %s is refused', async (_what, changed, error) => {
    const server = await runningServer('anna');
    await expectRefusal(await exchange(server, { code: 'x', ...changed }), 400, error);
  });

  it('RFC 6749 §3.2: only a form that is sent with POST, each parameter once', async () => {
    const server = await runningServer('anna');
    const url = `${hub.url}/hub/api/oauth2/token`;
    const twice = `grant_type=authorization_code&code=a&code=b&client_id=${server.oauthClientId}&client_secret=${hub.serverToken(server)}&redirect_uri=x`;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    await expectRefusal(
      await fetch(url, { method: 'POST', body: twice, headers: form }),
      400,
      'invalid_request',
    );
    expect((await fetch(`${url}?${twice}`)).status).toBe(404);
    await expectRefusal(
      await fetch(url, { method: 'POST', body: '', headers: form }),
      400,
      'invalid_request',
    );
    await expectRefusal(
      await fetch(url, { method: 'POST', body: '<x/>', headers: { 'content-type': 'text/xml' } }),
      415,
      'invalid_request',
    );
  });
});

describe('PKCE', () => {
  const verifier = randomBytes(32).toString('base64url');
  const challenged = {
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  };

  it('RFC 7636 §4.6: with the verifier that belongs to the challenge there is a token', async () => {
    const server = await runningServer('anna');
    const code = await codeFor(await hub.browser('anna'), server, challenged);
    expect((await exchange(server, { code, code_verifier: verifier })).status).toBe(200);
  });

  it('RFC 7636 §B: its example', async () => {
    const server = await runningServer('anna');
    const example = {
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    };
    const code = await codeFor(await hub.browser('anna'), server, example);
    const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    expect((await exchange(server, { code, code_verifier })).status).toBe(200);
  });

  it.each([
    ['RFC 7636 §4.6: another verifier', 'x'.repeat(43)],
    ['RFC 7636 §4.1: a verifier that is too short', 'short'],
    ['RFC 9700 §2.1.1: no verifier', null],
  ])('%s gets none', async (_what, code_verifier) => {
    const server = await runningServer('anna');
    const code = await codeFor(await hub.browser('anna'), server, challenged);
    await expectRefusal(await exchange(server, { code, code_verifier }), 400, 'invalid_grant');
  });

  it('RFC 9700 §4.8.2: a verifier where the challenge was taken out gets none', async () => {
    const server = await runningServer('anna');
    const code = await codeFor(await hub.browser('anna'), server);
    await expectRefusal(await exchange(server, { code, code_verifier: verifier }), 400, 'invalid_grant');
  });
});
