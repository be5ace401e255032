/** Services at our OAuth provider: as the course's file declares them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../../../test/support/browser.ts';
import { serviceTokenOf, startHub, type TestHub } from '../../../test/support/hub.ts';

const CALLBACK = '/services/board/oauth_callback';
let hub: TestHub;

beforeAll(async () => {
  const board = { clientId: 'service-board', redirectUri: null, noConfirm: true, allowedScopes: [] };
  hub = await startHub({
    services: [
      { name: 'board', url: 'http://127.0.0.1:9000', oauth: board },
      {
        name: 'marks',
        oauth: {
          clientId: 'service-marks',
          redirectUri: 'https://marks.example/back',
          noConfirm: false,
          allowedScopes: ['read:servers!user', 'list:groups'],
        },
      },
    ],
  });
});
afterAll(() => hub[Symbol.asyncDispose]());

function authorize(changed: Record<string, string> = {}): string {
  const query = new URLSearchParams({
    client_id: 'service-board',
    redirect_uri: CALLBACK,
    response_type: 'code',
    state: 'a state',
    ...changed,
  });
  return `/hub/api/oauth2/authorize?${query}`;
}

const marks = (changed: Record<string, string> = {}) =>
  authorize({ client_id: 'service-marks', redirect_uri: 'https://marks.example/back', ...changed });

function answerOf(response: Response): Record<string, string> {
  expect(response.status).toBe(302);
  return Object.fromEntries(new URL(response.headers.get('location') ?? '', hub.url).searchParams);
}

function exchange(code: string, name = 'board', redirectUri = CALLBACK): Promise<Response> {
  const body = new URLSearchParams({
    client_id: `service-${name}`,
    client_secret: serviceTokenOf(name),
    grant_type: 'authorization_code',
    redirect_uri: redirectUri,
    code,
  });
  return fetch(`${hub.url}/hub/api/oauth2/token`, { method: 'POST', body });
}

/** Opens a page with a form and sends it. */
async function submit(
  browser: Browser,
  path: string,
  fields: Record<string, string> = {},
): Promise<Response> {
  await browser.get(path === '/hub/logout' ? '/hub/home' : path);
  return browser.post(path, { _xsrf: browser.cookie('_xsrf') ?? '', ...fields });
}

async function tokenFrom(response: Response): Promise<string> {
  expect(response.status).toBe(200);
  return ((await response.json()) as { access_token: string }).access_token;
}

describe('a service that people are not asked about', () => {
  it('learns who is behind the browser, and may no more', async () => {
    const browser = await hub.browser('teacher');
    const { code, state } = answerOf(await browser.get(authorize()));
    expect(state).toBe('a state');
    const token = await tokenFrom(await exchange(code!));
    const user = await (await hub.api('GET', '/user', { token })).json();
    expect(user).toMatchObject({
      kind: 'user',
      name: 'teacher',
      groups: [],
      session_id: browser.cookie('jupyterhub-session-id'),
    });
    expect((user as { scopes: string[] }).scopes).toContain('access:services!service=board');
    expect((await hub.api('GET', '/users', { token })).status).toBe(403);
  });

  it('loses its token with the session of the browser', async () => {
    const browser = await hub.browser('teacher');
    const { code } = answerOf(await browser.get(authorize()));
    const token = await tokenFrom(await exchange(code!));
    await submit(browser, '/hub/logout');
    expect((await hub.api('GET', '/user', { token })).status).toBe(403);
  });

  it('is not opened by whom the course does not let in', async () => {
    const answer = await (await hub.browser('anna')).get(authorize());
    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('You may not open the service');
  });

  it('is answered at its own address alone', async () => {
    const browser = await hub.browser('teacher');
    for (const redirectUri of ['https://evil.example/', '/services/marks/oauth_callback', `${CALLBACK}/..`]) {
      expect((await browser.get(authorize({ redirect_uri: redirectUri }))).status).toBe(400);
    }
    const whole = `${hub.url}${CALLBACK}`;
    const { code } = answerOf(await browser.get(authorize({ redirect_uri: whole })));
    expect((await exchange(code!)).status).toBe(400);
  });

  it('shows its own token, and no other', async () => {
    const browser = await hub.browser('teacher');
    const { code } = answerOf(await browser.get(authorize()));
    const body = new URLSearchParams({
      client_id: 'service-board',
      client_secret: serviceTokenOf('marks'),
      grant_type: 'authorization_code',
      redirect_uri: CALLBACK,
      code: code!,
    });
    const answer = await fetch(`${hub.url}/hub/api/oauth2/token`, { method: 'POST', body });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: 'invalid_client' });
    expect((await exchange(code!)).status).toBe(200);
  });
});

describe('a service that acts for people', () => {
  it('asks in words, and has what the course lets it have', async () => {
    const browser = await hub.browser('teacher');
    const page = await browser.get(marks());
    expect(page.status).toBe(200);
    const text = await page.text();
    expect(text).toContain('Open marks?');
    expect(text).toContain('see servers (yours only)');
    expect(text).toContain('list groups');
    const { code } = answerOf(await submit(browser, marks(), { decision: 'allow' }));
    const token = await tokenFrom(await exchange(code!, 'marks', 'https://marks.example/back'));
    expect((await hub.api('GET', '/groups', { token })).status).toBe(200);
    expect((await hub.api('GET', '/services', { token })).status).toBe(403);
    // Asked once, as long as the browser is logged in.
    expect((await browser.get(marks())).status).toBe(302);
  });

  it('is told where somebody says no', async () => {
    const browser = await hub.browser('teacher');
    expect(answerOf(await submit(browser, marks(), { decision: 'deny' }))).toMatchObject({
      error: 'access_denied',
    });
  });

  it('gets no more than it asks for, and may not ask for more than the course says', async () => {
    const browser = await hub.browser('teacher');
    const less = marks({ scope: 'read:servers!user' });
    const { code } = answerOf(await submit(browser, less, { decision: 'allow' }));
    const token = await tokenFrom(await exchange(code!, 'marks', 'https://marks.example/back'));
    expect((await hub.api('GET', '/groups', { token })).status).toBe(403);
    expect(answerOf(await browser.get(marks({ scope: 'admin:users' })))).toMatchObject({
      error: 'invalid_scope',
    });
  });
});
