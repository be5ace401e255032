import { describe, expect, it } from 'vitest';
import { press, ShownPage, show } from '../../../test/pages/shown.ts';
import { startServer } from '../../../test/pages/start-server.ts';
import { PASSWORD, PROXY_TOKEN, startHub } from '../../../test/support/hub.ts';
import { proxyProof } from '../../domain/proxy-proof.ts';

const course = {
  name: 'Tidal flows',
  language: 'en' as const,
  welcome: 'Bring your own boat.',
  contact: 'help@example.org',
  accentColor: null,
  logo: null,
  classTimes: [],
  timeZone: 'UTC',
  storageNotice: null,
  memoryLimit: null,
  cpuLimit: null,
};

describe('the login page', () => {
  it('says which course it is, what it says of itself and whom to ask', async () => {
    await using hub = await startHub({ site: { course } });
    const page = await show(await hub.browser(), '/hub/login');
    expect(page.status).toBe(200);
    expect(page.heading).toBe('Tidal flows');
    expect(page.text).toContain('Bring your own boat.');
    expect(page.links.get('help@example.org')).toBe('mailto:help@example.org');
  });

  it('says when the course meets next, or that it does now, until the last time is over', async () => {
    const hour = 3_600_000;
    const start = new Date(Math.ceil(Date.now() / hour) * hour + hour);
    const day1 = { title: 'Day 1', start, end: new Date(start.getTime() + 3 * hour) };
    await using met = await startHub({ site: { course: { ...course, logo: null, classTimes: [day1] } } });
    const soon = await show(await met.browser(), '/hub/login');
    expect(soon.text).toContain('Next class: Day 1,');
    expect(soon.text).toContain(`${start.toISOString().slice(11, 16)}`);
    expect(soon.markup).toContain(`<time datetime="${start.toISOString()}"`);
    met.clock.advance(2.5 * 3_600);
    expect((await show(await met.browser('anna'), '/hub/home')).text).toContain('Class now: Day 1,');
    met.clock.advance(5 * 3_600);
    const over = await show(await met.browser(), '/hub/login');
    expect(over.status).toBe(200);
    expect(over.text).not.toMatch(/Next class|Class now/);
  });

  it('lets a student in and starts their server, as JupyterHub does', async () => {
    await using hub = await startHub();
    const browser = await hub.browser();
    const page = await show(browser, '/hub/login');
    const response = await press(browser, page, {
      button: 'Log in',
      fields: { username: 'Anna', password: PASSWORD },
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/hub/spawn');
    expect((await show(browser, '/hub/home')).text).toContain('anna');
  });

  it.each([
    ['an administrator', { name: 'teacher', redirectToServer: true }],
    ['an instructor', { name: 'wim', redirectToServer: true }],
    ['a student of a course that does not want it', { name: 'anna', redirectToServer: false }],
  ])('leads %s home, and starts nothing', async (_, { name, redirectToServer }) => {
    await using hub = await startHub({ site: { redirectToServer }, instructors: ['wim'] });
    const browser = await hub.browser();
    const page = await show(browser, '/hub/login');
    const fields = { username: name, password: PASSWORD };
    const response = await press(browser, page, { button: 'Log in', fields });
    expect(response.headers.get('location')).toBe('/hub/home');
    expect(await hub.store.servers.get(name, '')).toBeUndefined();
  });

  it('keeps where one wanted to go, through a wrong password too', async () => {
    await using hub = await startHub();
    const browser = await hub.browser();
    const next = '/hub/user-redirect/lab/tree/a%20b.ipynb?x=1&y=2';
    const first = await show(browser, `/hub/login?next=${encodeURIComponent(next)}`);
    const wrong = await press(browser, first, {
      button: 'Log in',
      fields: { username: 'anna', password: 'no' },
    });
    const again = await ShownPage.of(wrong);
    const right = await press(browser, again, { button: 'Log in', fields: { password: PASSWORD } });
    expect(right.headers.get('location')).toBe(next);
  });

  it.each(['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)'])(
    'does not lead to %s',
    async (next) => {
      await using hub = await startHub({ site: { redirectToServer: false } });
      const browser = await hub.browser();
      const page = await show(browser, `/hub/login?next=${encodeURIComponent(next)}`);
      const fields = { username: 'anna', password: PASSWORD, next };
      const response = await press(browser, page, { button: 'Log in', fields });
      expect(response.headers.get('location')).toBe('/hub/home');
    },
  );

  it('ties what was wrong to the fields, and keeps the name but not the password', async () => {
    await using hub = await startHub();
    const browser = await hub.browser();
    const fields = { username: 'anna', password: 'a wrong one' };
    const page = await ShownPage.of(
      await press(browser, await show(browser, '/hub/login'), { button: 'Log in', fields }),
    );
    expect(page.status).toBe(403);
    expect(page.text).toContain('This name and password do not belong together.');
    expect(page.markup).toContain('role="alert" id="login-error"');
    expect(page.markup.match(/aria-describedby="login-error" aria-invalid="true"/g)).toHaveLength(2);
    expect(page.form('Log in').fields).toMatchObject({ username: 'anna', password: '' });
    expect(page.markup).not.toContain('a wrong one');
  });

  it('tells somebody who is not on the list whom to ask', async () => {
    await using hub = await startHub({ allowed: ['anna'] });
    const browser = await hub.browser();
    const fields = { username: 'bo', password: PASSWORD };
    const page = await ShownPage.of(
      await press(browser, await show(browser, '/hub/login'), { button: 'Log in', fields }),
    );
    expect(page.status).toBe(403);
    expect(page.text).toContain('“bo” is not on the list of this course.');
  });

  it('counts failures as the course says', async () => {
    await using hub = await startHub({
      bounds: { failedLogins: { windowSeconds: 10, perUser: 1, perAddress: 2 } },
    });
    const attempt = async (username: string, password: string) => {
      const browser = await hub.browser();
      const fields = { username, password };
      return (await press(browser, await show(browser, '/hub/login'), { button: 'Log in', fields })).status;
    };
    expect(await attempt('anna', 'wrong')).toBe(403);
    expect(await attempt('anna', PASSWORD)).toBe(429);
    expect(await attempt('ben', 'wrong')).toBe(403);
    expect(await attempt('carl', PASSWORD)).toBe(429);
    hub.clock.advance(11);
    expect(await attempt('anna', PASSWORD)).toBe(303);
  });

  it('lets in those whom it knows, however many others fail at the same address', async () => {
    await using hub = await startHub({
      bounds: { failedLogins: { windowSeconds: 60, perUser: 3, perAddress: 2 } },
    });
    const attempt = async (username: string, password: string) => {
      const browser = await hub.browser();
      const fields = { username, password };
      return (await press(browser, await show(browser, '/hub/login'), { button: 'Log in', fields })).status;
    };
    for (const name of ['dora', 'emil']) {
      await hub.user(name);
      expect(await attempt(name, 'wrong')).toBe(403);
    }
    await hub.user('anna');
    await hub.user('ben');
    expect(await attempt('anna', PASSWORD)).toBe(303);
    expect(await attempt('ben', 'wrong')).toBe(403);
    expect(await attempt('ben', PASSWORD)).toBe(429);
    expect(await attempt('made-up', PASSWORD)).toBe(429);
  });

  it('believes no address that a browser on the machine of the proxy invents', async () => {
    await using hub = await startHub({
      bounds: { failedLogins: { windowSeconds: 60, perUser: 1, perAddress: 100 } },
    });
    const attempt = async (forwarded: string) => {
      const browser = await hub.browser();
      const { fields } = (await show(browser, '/hub/login')).form('Log in');
      const headers = { 'x-forwarded-for': forwarded, 'x-polder-proxy': proxyProof(PROXY_TOKEN) };
      return browser.post('/hub/login', { ...fields, username: 'anna', password: 'wrong' }, headers);
    };
    expect((await attempt('192.0.2.1, 127.0.0.1')).status).toBe(403);
    expect((await attempt('192.0.2.2, 127.0.0.1')).status).toBe(429);
    expect((await attempt('192.0.2.3')).status).toBe(403);
  });

  it('believes a proxy that the course names', async () => {
    await using hub = await startHub({ site: { trustedProxies: ['10.0.0.0/8'] } });
    const browser = await hub.browser();
    const { fields } = (await show(browser, '/hub/login')).form('Log in');
    const headers = {
      'x-forwarded-for': '203.0.113.9, 192.0.2.1, 10.1.2.3',
      'x-polder-proxy': proxyProof(PROXY_TOKEN),
    };
    await browser.post('/hub/login', { ...fields, username: 'anna', password: PASSWORD }, headers);
    expect((await show(browser, '/hub/sessions')).text).toContain('192.0.2.1');
  });

  it('believes nobody who comes by no proxy of ours, wherever that is', async () => {
    await using hub = await startHub({ site: { trustedProxies: ['127.0.0.0/8', '::1'] } });
    for (const shown of [{}, { 'x-polder-proxy': proxyProof('another token') }]) {
      const browser = await hub.browser();
      const { fields } = (await show(browser, '/hub/login')).form('Log in');
      const headers = { 'x-forwarded-for': '192.0.2.1', ...shown };
      await browser.post('/hub/login', { ...fields, username: 'anna', password: PASSWORD }, headers);
      const sessions = (await show(browser, '/hub/sessions')).text;
      expect(sessions).toContain('127.0.0.1');
      expect(sessions).not.toContain('192.0.2.1');
    }
  });

  it('says how long to wait after too many failures, and lets in after that', async () => {
    await using hub = await startHub();
    const browser = await hub.browser();
    const fields = { username: 'anna', password: 'wrong' };
    let page = await show(browser, '/hub/login');
    for (let attempt = 0; attempt < 6; attempt += 1) {
      page = await ShownPage.of(await press(browser, page, { button: 'Log in', fields }));
    }
    expect(page.status).toBe(429);
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(page.text).toMatch(/You can try again in \d+ minutes/);
    hub.clock.advance(600);
    const right = await press(browser, page, { button: 'Log in', fields: { password: PASSWORD } });
    expect(right.status).toBe(303);
  });

  it('asks for both fields', async () => {
    await using hub = await startHub();
    const browser = await hub.browser();
    const page = await ShownPage.of(
      await press(browser, await show(browser, '/hub/login'), { button: 'Log in' }),
    );
    expect(page.status).toBe(400);
    expect(page.text).toContain('Fill in both your name and your password.');
  });

  it('takes no form that is not its own, and shows a fresh one', async () => {
    await using hub = await startHub();
    const browser = await hub.browser();
    const response = await browser.post('/hub/login', { username: 'anna', password: PASSWORD });
    const page = await ShownPage.of(response);
    expect(page.status).toBe(403);
    expect(page.text).toContain('This form had expired. Try again.');
    const again = await press(browser, page, { button: 'Log in', fields: { password: PASSWORD } });
    expect(again.status).toBe(303);
  });

  it('says that the session has ended where the browser still shows one', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    hub.clock.advance(15 * 86_400);
    const away = await browser.get('/hub/home');
    expect(away.headers.get('location')).toBe('/hub/login?next=%2Fhub%2Fhome');
    const page = await show(browser, away.headers.get('location')!);
    expect(page.text).toContain('Your session has ended.');
  });

  it('leads on whoever is logged in already', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const response = await browser.get('/hub/login?next=/hub/token');
    expect(response.headers.get('location')).toBe('/hub/token');
  });

  it('leads on whoever logged in from another tab meanwhile', async () => {
    await using hub = await startHub();
    const browser = await hub.browser();
    const [one, other] = [
      await show(browser, '/hub/login'),
      await show(browser, '/hub/login?next=/hub/token'),
    ];
    const fields = { username: 'anna', password: PASSWORD };
    await press(browser, one, { button: 'Log in', fields });
    const response = await press(browser, other, { button: 'Log in', fields });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/hub/token');
  });
});

describe('GET /hub/', () => {
  it('is meant by the address without a slash, which the login cookie does not reach', async () => {
    await using hub = await startHub();
    expect((await (await hub.browser('anna')).get('/hub')).headers.get('location')).toBe('/hub/');
  });

  it('asks who is there, and comes back', async () => {
    await using hub = await startHub();
    const response = await (await hub.browser()).get('/hub/');
    expect(response.headers.get('location')).toBe('/hub/login?next=%2Fhub%2F');
  });

  it('leads to a server that runs', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    await startServer(hub);
    await hub.server('anna', '', (server) => server.state === 'ready');
    expect((await browser.get('/hub/')).headers.get('location')).toBe('/user/anna/');
  });

  it('leads home where the last start failed', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    await startServer(hub, { startError: 'No such image.' });
    await hub.server('anna', '', (server) => server.state === 'failed');
    expect((await browser.get('/hub/')).headers.get('location')).toBe('/hub/home');
  });
});
