import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serverPath } from '../domain/route.ts';
import { ProxyClient } from './routes.ts';

interface Asked {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

let proxy: Server;
let asked: Asked[];
let sockets: Set<Socket>;
let answer: { status: number; body: string };
let client: ProxyClient;

beforeEach(async () => {
  asked = [];
  sockets = new Set();
  answer = { status: 201, body: '' };
  proxy = createServer(async (request, response) => {
    const { method, url, headers } = request;
    asked.push({ line: `${method} ${url}`, authorization: headers.authorization, body: await text(request) });
    response.writeHead(answer.status).end(answer.body);
  }).listen(0, '127.0.0.1');
  proxy.on('connection', (socket) => sockets.add(socket));
  await once(proxy, 'listening');
  client = new ProxyClient({
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    token: 'secret',
  });
});
afterEach(() => {
  proxy.close();
  proxy.closeAllConnections();
});

const route = { prefix: '/user/anna', target: 'http://127.0.0.1:9', data: { user: 'anna', server_name: '' } };

test('a route is added with what it is for, and marked as ours', async () => {
  await client.add(route);
  expect(asked).toEqual([
    { line: 'POST /api/routes/user/anna', authorization: 'token secret', body: expect.any(String) },
  ]);
  expect(JSON.parse(asked[0]!.body)).toEqual({
    user: 'anna',
    server_name: '',
    target: 'http://127.0.0.1:9',
    jupyterhub: true,
  });
});

test('the table says which routes are ours and when each was used', async () => {
  answer = {
    status: 200,
    body: JSON.stringify({
      '/': { target: 'http://hub' },
      '/user/anna': { target: 'http://a', jupyterhub: true, last_activity: '2026-01-02T03:04:05.000Z' },
    }),
  };
  expect(await client.list()).toEqual(
    new Map([
      ['/', { target: 'http://hub', lastActivityAt: null, ours: false }],
      ['/user/anna', { target: 'http://a', lastActivityAt: new Date('2026-01-02T03:04:05Z'), ours: true }],
    ]),
  );
});

test.each(['anna@example.org', 'Ünï çødé', '50%', 'o\'brien "the" man', 'x;y&z=1?#', 'a\\b', '(a+b)*!~'])(
  'a route of “%s” is listed under the prefix that it was added with',
  async (owner) => {
    const prefix = serverPath('/', owner, 'second').replace(/\/$/, '');
    await client.add({ ...route, prefix });
    // What the proxies keep, and list, is the path without its escapes.
    const kept = decodeURIComponent(asked[0]!.line.replace('POST /api/routes', ''));
    answer = { status: 200, body: JSON.stringify({ [kept]: { target: 'http://a', jupyterhub: true } }) };
    expect([...(await client.list()).keys()]).toEqual([prefix]);
  },
);

test('a route that is gone already counts as removed, and any other refusal is an error', async () => {
  answer = { status: 404, body: '' };
  await client.remove('/user/anna');
  await expect(client.add(route)).rejects.toThrow('404');
  answer = { status: 403, body: '' };
  await expect(client.remove('/user/anna')).rejects.toThrow('403');
});

test('connections are kept, and one that the proxy has closed meanwhile is not noticed', async () => {
  await client.add(route);
  await client.add(route);
  expect(sockets.size).toBe(1);
  // The answer to the next request on it is an end of the connection.
  proxy.once('request', (request) => request.socket.resetAndDestroy());
  await client.add(route);
  expect(sockets.size).toBe(2);
});

test('a proxy that is not there is an error', async () => {
  proxy.close();
  proxy.closeAllConnections();
  await expect(client.list()).rejects.toThrow('ECONNREFUSED');
});
