/** A hub whose users have domains, asked under its own host, that of a user, and by an address. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../test/support/hub.ts';
import { Domains } from '../domain/domains.ts';

const HUB = 'https://hub.example.org';
const ON_HUB = { host: 'hub.example.org' };
const ON_ANNA = { host: 'anna.hub.example.org' };

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub({ site: { domains: new Domains(HUB) } });
});
afterAll(() => hub[Symbol.asyncDispose]());

async function runningServer(owner: string) {
  await hub.api('POST', `/users/${owner}/server`, { token: await hub.token(owner) });
  return hub.server(owner, '', ({ state }) => state === 'ready');
}

describe('on another host than its own', () => {
  it.each([ON_ANNA, { host: '127.0.0.1:8000' }, { host: 'evil.example' }])(
    '%j: pages lead to it',
    async (host) => {
      const browser = await hub.browser('anna');
      for (const path of ['/hub/home', '/hub/login?next=%2F', '/hub/api/oauth2/authorize?client_id=x']) {
        const answer = await browser.get(path, host);
        expect(answer.status).toBe(302);
        expect(answer.headers.get('location')).toBe(`${HUB}${path}`);
      }
    },
  );

  it('forms are refused, and no cookie says who asks', async () => {
    const browser = await hub.browser('anna');
    expect((await browser.post('/hub/spawn', {}, ON_ANNA)).status).toBe(403);
    const asked = await browser.fetch('/hub/api/user', {
      headers: { ...ON_ANNA, accept: 'application/json' },
    });
    expect(asked.status).toBe(403);
  });

  it('the API answers tokens, as programs in a server’s page need it', async () => {
    const headers = ON_ANNA;
    expect((await hub.api('GET', '/user', { token: await hub.token('anna'), headers })).status).toBe(200);
  });

  it('programs are told that a server is not running', async () => {
    const browser = await hub.browser();
    const answer = await browser.fetch('/hub/user/anna/api/kernels', { headers: ON_ANNA });
    expect(answer.status).toBe(424);
  });
});

describe('on its own', () => {
  it('a form that another origin sends is refused, whatever it shows', async () => {
    const browser = await hub.browser('anna');
    const page = await (await browser.get('/hub/home', ON_HUB)).text();
    const _xsrf = /name="_xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const send = (headers: Record<string, string>) =>
      browser.post('/hub/reader-of-nothing', { _xsrf }, { ...ON_HUB, ...headers });
    expect((await send({ origin: 'https://anna.hub.example.org' })).status).toBe(403);
    expect((await send({ origin: 'null' })).status).toBe(403);
    expect((await send({ origin: HUB })).status).toBe(404);
  });

  it.each(['same-site', 'cross-site'])(
    'a script or picture of a %s page is nobody’s question',
    async (from) => {
      const browser = await hub.browser('anna');
      const headers = { ...ON_HUB, 'sec-fetch-site': from, 'sec-fetch-mode': 'no-cors' };
      expect((await browser.fetch('/hub/api/user', { headers })).status).toBe(403);
      const shown = await browser.fetch('/hub/home', { headers });
      expect(shown.headers.get('location')).toMatch(/^\/hub\/login/);
    },
  );

  it('its cookies are for this host alone, save the one by which servers see a logout', async () => {
    const answer = await (await hub.browser('anna')).get('/hub/home', ON_HUB);
    for (const line of answer.headers.getSetCookie()) {
      expect(line).toMatch(/^__Host-_xsrf=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    }
    const left = await (await hub.browser('anna')).get('/hub/logout', ON_HUB);
    const lines = left.headers.getSetCookie();
    expect(lines.find((line) => line.startsWith('jupyterhub-session-id='))).toContain(
      'Domain=hub.example.org',
    );
    expect(lines.find((line) => line.startsWith('__Host-jupyterhub-hub-login='))).not.toContain('Domain');
  });

  it('without TLS, and not on this machine, browsers take no such cookies, and are given others', async () => {
    await using plain = await startHub({ site: { domains: new Domains('http://hub.example.org') } });
    const answer = await (await plain.browser()).get('/hub/login', ON_HUB);
    expect(answer.headers.getSetCookie().join()).toMatch(/^_xsrf=.*Path=\/hub\//);
  });

  it('no window that opened a page has a hold of it, and forms may end at users’ domains', async () => {
    const { headers } = await (await hub.browser('anna')).get('/hub/home', ON_HUB);
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('content-security-policy')).toContain("form-action 'self' https://*.hub.example.org;");
  });
});

describe('a server', () => {
  it('has its route, address and callback on the domain of its owner', async () => {
    const server = await runningServer('anna');
    const table = await (await hub.api('GET', '/proxy', { token: await hub.token('teacher') })).json();
    expect(Object.keys(table as object)).toContain('anna.hub.example.org/user/anna/');
    const model = await (await hub.api('GET', '/users/anna', { token: await hub.token('anna') })).json();
    expect(model).toMatchObject({
      server: 'https://anna.hub.example.org/user/anna/',
      servers: { '': { full_url: 'https://anna.hub.example.org/user/anna/' } },
    });
    const browser = await hub.browser('anna');
    const callback = 'https://anna.hub.example.org/user/anna/oauth_callback';
    const ask = (redirect_uri: string) => {
      const query = new URLSearchParams({
        client_id: server.oauthClientId,
        redirect_uri,
        response_type: 'code',
      });
      return browser.get(`/hub/api/oauth2/authorize?${query}`, ON_HUB);
    };
    expect((await ask(callback)).headers.get('location')).toMatch(
      /^https:\/\/anna\.hub\.example\.org\/.*code=/,
    );
    expect((await ask('/user/anna/oauth_callback')).status).toBe(400);
    expect((await ask('https://ben.hub.example.org/user/anna/oauth_callback')).status).toBe(400);
  });

  it('is found from the hub’s host, and by links that name any of the course’s domains', async () => {
    await runningServer('anna');
    const browser = await hub.browser('anna');
    const where = async (path: string) => (await browser.get(path, ON_HUB)).headers.get('location');
    const there = 'https://anna.hub.example.org/user/anna/lab/tree?x=1';
    expect(await where('/user/anna/lab/tree?x=1')).toBe('/hub/user/anna/lab/tree?x=1');
    expect(await where('/hub/user/anna/lab/tree?x=1')).toBe(there);
    expect(await where('/hub/user-redirect/lab/tree?x=1')).toBe(there);
    const next = encodeURIComponent('https://ben.hub.example.org/user/anna/lab');
    expect(await where(`/hub/login?next=${next}`)).toBe('/user/anna/lab');
    expect(await where(`/hub/login?next=${encodeURIComponent('https://evil.example/x')}`)).not.toContain(
      'evil',
    );
  });

  it('without a route on its own host, hub and proxy do not send a browser round for ever', async () => {
    await runningServer('anna');
    const browser = await hub.browser('anna');
    const away = await browser.get('/hub/user/anna/lab', ON_ANNA);
    expect(away.headers.get('location')).toBe(`${HUB}/hub/user/anna/lab?redirects=1`);
    const back = await browser.get('/hub/user/anna/lab?redirects=1', ON_HUB);
    expect(back.headers.get('location')).toBe('https://anna.hub.example.org/user/anna/lab?redirects=1');
    expect((await browser.get('/hub/user/anna/lab?redirects=5', ON_HUB)).status).toBe(500);
  });
});
