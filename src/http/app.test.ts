import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../test/support/hub.ts';
import { POLDER_VERSION } from '../lib/version.ts';

let hub: TestHub;
let course: TestHub;
beforeAll(async () => {
  hub = await startHub();
  course = await startHub({ site: { baseUrl: '/course/' } });
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await course[Symbol.asyncDispose]();
});

const ask = (url: string, init: RequestInit = {}) => fetch(url, { redirect: 'manual', ...init });

describe('a path that the proxy has no route for', () => {
  it.each([
    ['/', '/hub/'],
    ['/user/anna/lab?x=1', '/hub/user/anna/lab?x=1'],
    ['/user/%C3%B6%40example.org/', '/hub/user/%C3%B6%40example.org/'],
    ['/services/grader/', '/hub/services/grader/'],
    ['//evil.example/', '/hub/evil.example/'],
    ['/hubble', '/hub/hubble'],
  ])('%s is sent to %s', async (path, location) => {
    const response = await ask(hub.url + path);
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe(location);
  });

  it.each([
    ['/', '/course/hub/'],
    ['/course', '/course/hub/'],
    ['/course/', '/course/hub/'],
    ['/course/user/anna/', '/course/hub/user/anna/'],
    ['/user/anna/', '/course/hub/user/anna/'],
  ])('%s is sent to %s where the hub lies below /course/', async (path, location) => {
    expect((await ask(course.url + path)).headers.get('location')).toBe(location);
  });

  it('keeps its method when it does something', async () => {
    const response = await ask(`${hub.url}/user/anna/api/kernels`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('/hub/user/anna/api/kernels');
  });
});

describe('every answer', () => {
  it.each(['/hub/api/', '/hub/api/nothing', '/hub/login', '/hub/nothing', '/hub/health', '/user/anna/'])(
    '%s carries versions and what it may load',
    async (path) => {
      const { headers } = await ask(hub.url + path);
      expect(headers.get('x-jupyterhub-version')).toBe('6.1.1');
      expect(headers.get('x-polder-version')).toBe(POLDER_VERSION);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('same-origin');
      expect(headers.get('cache-control')).toBe('no-store');
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toContain('unsafe');
    },
  );

  it('a program may ask from another origin, with what it has, and gets the answer of the root alone', async () => {
    const preflight = await ask(`${hub.url}/hub/api/users`, {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('accept, content-type, authorization');
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    expect((await ask(`${hub.url}/hub/api/`)).headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('errors', () => {
  it('are JSON in the API, whatever went wrong', async () => {
    const token = await hub.token('anna');
    for (const [method, path, status] of [
      ['GET', '/nothing', 404],
      ['GET', '/users/anna/nothing', 404],
      ['PUT', '/users', 405],
      ['DELETE', '/info', 405],
      ['GET', '/users/%E0%A4%A', 400],
      ['GET', '/info', 403],
    ] as const) {
      const response = await hub.api(method, path, { token });
      expect(response.status, path).toBe(status);
      expect(response.headers.get('content-type'), path).toContain('application/json');
      expect(await response.json(), path).toEqual({ status, message: expect.any(String) });
    }
    const notJson = await ask(`${hub.url}/hub/api/users/anna/tokens`, {
      method: 'POST',
      body: '{"note": ',
      headers: { authorization: `token ${token}` },
    });
    expect(notJson.status).toBe(400);
    expect(await notJson.json()).toEqual({ status: 400, message: 'Invalid JSON in body of request' });
    const tooLong = await hub.api('POST', '/users/anna/tokens', {
      token,
      body: { note: 'x'.repeat(2_000_000) },
    });
    expect(tooLong.status).toBe(413);
  });

  it('reach whoever still sends a body that is too long', async () => {
    const token = await hub.token('anna');
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        hub.api('POST', '/users/anna/tokens', { token, body: { note: 'x'.repeat(8_000_000) } }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([413]));
    expect(answers[0]!.headers.get('connection')).not.toBe('close');
  });

  it('are pages for people, even where the address cannot be decoded', async () => {
    const answer = await ask(`${hub.url}/hub/user/%E0%A4%A`, { headers: { accept: 'text/html' } });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(await answer.text()).toContain('The address cannot be decoded.');
  });

  it('have bodies as long as the course allows', async () => {
    await using hub = await startHub({ bounds: { requestBytes: 3_000_000 } });
    const body = { note: 'x'.repeat(2_000_000) };
    const answer = await hub.api('POST', '/users/anna/tokens', { token: await hub.token('anna'), body });
    expect(answer.status).not.toBe(413);
  });

  it('tell a browser’s form nothing that it could run', async () => {
    const response = await hub.api('GET', `/users/${encodeURIComponent('<script>alert(1)</script>')}`, {
      token: await hub.token('teacher'),
    });
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('are pages for people, and JSON for programs that ask for it', async () => {
    const browser = await hub.browser('anna');
    const page = await browser.get('/hub/nothing');
    expect(page.status).toBe(404);
    expect(page.headers.get('content-type')).toContain('text/html');
    const program = await browser.fetch('/hub/nothing', { headers: { accept: 'application/json' } });
    expect(await program.json()).toMatchObject({ status: 404 });
  });

  it('of the hub itself say nothing of its inside; page and log share a number', async () => {
    const lines: Record<string, unknown>[] = [];
    const sink = new Writable({
      write(chunk, _encoding, done) {
        lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
        done();
      },
    });
    const broken = await startHub({ log: pino({}, sink) });
    try {
      const browser = await broken.browser('anna');
      const token = await broken.token('anna');
      await broken.store[Symbol.asyncDispose]();
      const answer = await broken.api('GET', `/authorizations/token/${token}`, { token });
      expect(answer.status).toBe(503);
      const page = await browser.get('/hub/home');
      expect(page.status).toBe(503);
      const text = `${await answer.text()}${await page.text()}`;
      expect(text).not.toMatch(/sqlite|\.ts:|node_modules|at async/i);
      const numbers = lines
        .filter(({ msg }) => msg === 'request failed')
        .map(({ request }) => String(request));
      expect(numbers.some((number) => text.includes(number))).toBe(true);
      expect(JSON.stringify(lines)).not.toContain(token);
    } finally {
      await broken[Symbol.asyncDispose]().catch(() => undefined);
    }
  });
});

describe('who asks', () => {
  it.each(['token', 'Token', 'Bearer', 'bearer', 'BEARER'])(
    'a token may be shown as “%s”',
    async (scheme) => {
      const token = await hub.token('anna');
      const response = await ask(`${hub.url}/hub/api/user`, {
        headers: { authorization: `${scheme} ${token}` },
      });
      expect(response.status).toBe(200);
    },
  );

  it('a token that is not valid is not saved by a cookie', async () => {
    const browser = await hub.browser('anna');
    expect((await browser.get('/hub/api/user')).status).toBe(200);
    expect((await browser.get('/hub/api/user', { authorization: 'token nonsense' })).status).toBe(403);
    expect((await browser.get('/hub/api/user', { authorization: 'Basic eDp5' })).status).toBe(200);
  });

  it('tokens open no pages, and are not read from the address', async () => {
    const token = await hub.token('anna');
    const page = await ask(`${hub.url}/hub/home`, { headers: { authorization: `token ${token}` } });
    expect(page.status).toBe(302);
    expect(page.headers.get('location')).toBe('/hub/login?next=%2Fhub%2Fhome');
    expect((await ask(`${hub.url}/hub/api/user?token=${token}`)).status).toBe(403);
  });

  it('a session ends at its time', async () => {
    const browser = await hub.browser('ben');
    hub.clock.advance(13 * 86_400);
    expect((await browser.get('/hub/api/user')).status).toBe(200);
    hub.clock.advance(2 * 86_400);
    expect((await browser.get('/hub/api/user')).status).toBe(403);
  });

  it('cookies are the hub’s alone, and marked for TLS where there is TLS', async () => {
    await using secure = await startHub({ site: { baseUrl: '/course/' }, password: 'secret' });
    const logIn = async (headers: Record<string, string>) => {
      const form = await secure.browser();
      await form.get('/course/hub/login');
      const fields = { username: 'anna', password: 'secret', _xsrf: form.cookie('_xsrf') ?? '' };
      return (await form.post('/course/hub/login', fields, headers)).headers.getSetCookie();
    };
    expect((await logIn({})).join()).not.toContain('Secure');
    // A proxy in front that ends TLS, and ours behind it.
    const cookies = await logIn({ 'x-forwarded-proto': 'https,http' });
    const login = cookies.find((line) => line.startsWith('jupyterhub-hub-login='));
    expect(login).toMatch(/; Path=\/course\/hub\/;.*HttpOnly; Secure; SameSite=Lax/);
    const session = cookies.find((line) => line.startsWith('jupyterhub-session-id='));
    expect(session).toMatch(/=ses-[0-9a-f]+; Path=\/course\/;.*HttpOnly; Secure; SameSite=Lax/);
  });
});

describe('health and metrics', () => {
  it('GET and HEAD /hub/health need nobody', async () => {
    for (const path of ['/hub/health', '/hub/api/health']) {
      const response = await ask(hub.url + path);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ status: 200 });
      expect((await ask(hub.url + path, { method: 'HEAD' })).status).toBe(200);
    }
  });

  it('says within a second that the database is gone', async () => {
    const broken = await startHub();
    try {
      expect((await ask(`${broken.url}/hub/health`)).status).toBe(200);
      await broken.store[Symbol.asyncDispose]();
      broken.clock.advance(2);
      const response = await ask(`${broken.url}/hub/health`);
      expect(response.status).toBe(503);
      expect(await response.json()).toEqual({ status: 503, message: expect.any(String) });
    } finally {
      await broken[Symbol.asyncDispose]().catch(() => undefined);
    }
  });

  it('/hub/metrics needs read:metrics, and speaks Prometheus’s format', async () => {
    const get = (token?: string) =>
      ask(`${hub.url}/hub/metrics`, token ? { headers: { authorization: `token ${token}` } } : {});
    expect((await get()).status).toBe(403);
    expect((await get(await hub.token('anna'))).status).toBe(403);
    const metrics = await get(await hub.token('teacher', ['read:metrics']));
    expect(metrics.headers.get('content-type')).toContain('text/plain');
    const text = await metrics.text();
    expect(text).toMatch(
      /^jupyterhub_request_duration_seconds_count\{method="GET",handler="\/hub\/health",code="200"\} \d+$/m,
    );
    expect(text).toContain('jupyterhub_running_servers');
  });
});
