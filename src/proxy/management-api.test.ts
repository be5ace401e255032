import { request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { RunningProxy } from './proxy.ts';
import { startTestProxy } from './testing.ts';

let time = Date.parse('2026-01-02T03:04:05.678Z');
let proxy: RunningProxy;

beforeEach(async () => {
  time = Date.parse('2026-01-02T03:04:05.678Z');
  proxy = await startTestProxy({ authToken: 'secret', now: () => new Date(time) });
});

afterEach(() => proxy[Symbol.asyncDispose]());

async function call(method: string, path: string, body?: unknown, token = 'token secret', to = proxy) {
  const response = await fetch(`http://127.0.0.1:${to.apiPort}${path}`, {
    method,
    headers: { Authorization: token },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

const TARGET = 'http://127.0.0.1:8888';

describe('routes', () => {
  test('are added with what the hub says of them, listed, shown and removed', async () => {
    const data = { jupyterhub: true, user: 'anna', server_name: '' };
    expect(await call('POST', '/api/routes/user/anna', { target: TARGET, ...data })).toEqual({
      status: 201,
      body: '',
    });
    const route = { target: TARGET, ...data, last_activity: '2026-01-02T03:04:05.678Z' };
    expect(await call('GET', '/api/routes')).toEqual({ status: 200, body: { '/user/anna': route } });
    expect(await call('GET', '/api/routes/')).toEqual({ status: 200, body: { '/user/anna': route } });
    expect(await call('GET', '/api/routes/user/anna')).toEqual({ status: 200, body: route });
    expect(await call('GET', '/api/routes/user/anna/')).toEqual({ status: 200, body: route });
    expect(await call('GET', '/api/routes/user')).toEqual({ status: 404, body: '' });
    expect(await call('DELETE', '/api/routes/user/anna/')).toEqual({ status: 204, body: '' });
    expect(await call('DELETE', '/api/routes/user/anna')).toEqual({ status: 404, body: '' });
    expect(await call('GET', '/api/routes')).toEqual({ status: 200, body: {} });
  });

  test('are replaced as a whole', async () => {
    await call('POST', '/api/routes/a', { target: TARGET, old: 1 });
    await call('POST', '/api/routes/a', { target: 'http://127.0.0.1:9999', new: 2 });
    const { body } = await call('GET', '/api/routes/a');
    expect(body).toEqual({
      target: 'http://127.0.0.1:9999',
      new: 2,
      last_activity: '2026-01-02T03:04:05.678Z',
    });
  });

  test('have the default target among them, as /', async () => {
    await using other = await startTestProxy({ defaultTarget: TARGET });
    const { body } = await call('GET', '/api/routes', undefined, '', other);
    expect(body).toEqual({ '/': { target: TARGET, last_activity: expect.any(String) } });
    expect((await call('DELETE', '/api/routes', undefined, '', other)).status).toBe(204);
    expect((await call('POST', '/api/routes', { target: TARGET }, '', other)).status).toBe(201);
    expect(other.routes.get('/')?.target.url).toBe(TARGET);
  });

  test('are named by the decoded path', async () => {
    await call('POST', '/api/routes/user/j%C3%B6rg%40example.org', { target: TARGET });
    expect(proxy.routes.find('/user/jörg@example.org/lab')).toBeDefined();
    const { body } = await call('GET', '/api/routes');
    expect(Object.keys(body)).toEqual(['/user/jörg@example.org']);
  });

  test.each(['constructor', '__proto__', 'toString/x'])('may be named %s', async (name) => {
    expect((await call('GET', `/api/routes/${name}`)).status).toBe(404);
    expect((await call('DELETE', `/api/routes/${name}`)).status).toBe(404);
    expect((await call('POST', `/api/routes/${name}`, { target: TARGET })).status).toBe(201);
    expect((await call('GET', `/api/routes/${name}`)).body.target).toBe(TARGET);
  });

  test('carry their host, with host routing', async () => {
    await using other = await startTestProxy({ hostRouting: true });
    await call('POST', '/api/routes/anna.example.org/user', { target: TARGET }, '', other);
    const { body } = await call('GET', '/api/routes', undefined, '', other);
    expect(body['/anna.example.org/user'].host).toBe('anna.example.org');
  });

  test('are listed by how long they have been inactive', async () => {
    await call('POST', '/api/routes/old', { target: TARGET });
    time += 60_000;
    await call('POST', '/api/routes/new', { target: TARGET });
    for (const name of ['inactiveSince', 'inactive_since']) {
      const { body } = await call('GET', `/api/routes?${name}=2026-01-02T03:04:30Z`);
      expect(Object.keys(body)).toEqual(['/old']);
    }
    expect(await call('GET', '/api/routes?inactiveSince=yesterday')).toEqual({
      status: 400,
      body: "Invalid datestamp 'yesterday' must be ISO8601.",
    });
  });
});

describe('what is refused', () => {
  test.each([
    ['no JSON', 'target', /^Body not valid JSON/],
    ['nothing', '', /^Body not valid JSON/],
    ['null', 'null', /^Must specify 'target' as string$/],
    ['a number', '5', /^Must specify 'target' as string$/],
    ['no target', '{}', /^Must specify 'target' as string$/],
    ['a target that is no string', '{"target": 5}', /^Must specify 'target' as string$/],
    ['a target that is no URL', '{"target": "here"}', /is not a URL/],
    ['a target of another protocol', '{"target": "ftp://x"}', /begins with http/],
    ['more than a megabyte', JSON.stringify({ target: 'x'.repeat(1024 * 1024) }), /larger than/],
  ])('a body with %s', async (_, body, message) => {
    const answer = await call('POST', '/api/routes/a', body);
    expect(answer).toEqual({ status: 400, body: expect.stringMatching(message) });
    expect(proxy.routes.size).toBe(0);
  });

  test('a path that cannot be decoded', async () => {
    const answer = await new Promise((resolve) => {
      const options = { host: '127.0.0.1', port: proxy.apiPort, path: '/api/routes/%zz' };
      request({ ...options, headers: { Authorization: 'token secret' } }, ({ statusCode }) =>
        resolve(statusCode),
      ).end();
    });
    expect(answer).toBe(400);
  });

  test('other methods and other paths', async () => {
    expect((await call('PUT', '/api/routes/a', {})).status).toBe(405);
    expect((await call('PATCH', '/api/routes', {})).status).toBe(405);
    expect((await call('GET', '/api')).status).toBe(404);
    expect((await call('GET', '/api/routesx')).status).toBe(404);
    expect((await call('GET', '/')).status).toBe(404);
  });
});

describe('the token', () => {
  test.each([
    '',
    'secret',
    'token',
    'token wrong',
    'token secret more',
    'xtoken secret',
    'bearer secret',
    'token secre',
  ])('is not %j', async (token) => {
    for (const [method, path] of [
      ['GET', '/api/routes'],
      ['POST', '/api/routes/a'],
      ['DELETE', '/api/routes/a'],
      ['GET', '/nothing'],
    ] as const)
      expect(await call(method, path, method === 'POST' ? { target: TARGET } : undefined, token)).toEqual({
        status: 403,
        body: '',
      });
    expect(proxy.routes.size).toBe(0);
  });

  test('is asked for before the body is read', async () => {
    const socket = connect(proxy.apiPort!, '127.0.0.1');
    socket.write('POST /api/routes/a HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n{"tar');
    const answer = await new Promise((resolve) => socket.once('data', (bytes) => resolve(bytes.toString())));
    expect(answer).toMatch(/^HTTP\/1\.1 403 Forbidden\r\nConnection: close\r\n/);
    socket.destroy();
  });
});
