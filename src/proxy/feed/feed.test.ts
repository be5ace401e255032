/** A whole proxy that follows a hub which says what the test wants. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PROXY_PROOF, proxyProof } from '../../domain/proxy-proof.ts';
import type { Route } from '../../domain/route.ts';
import { checksumOf, type FeedMessage } from '../../domain/route-feed.ts';
import { jsonLines } from '../../lib/json-lines.ts';
import type { RunningProxy } from '../proxy.ts';
import { connectRaw, startTestProxy } from '../testing.ts';
import { makeCertificate } from '../testing-certificate.ts';

/** The machine may be busy. */
const PATIENCE = { timeout: 20_000, interval: 10 };

const TOKEN = 'the-token';

/** Says on each feed connection what it has in store, and keeps what it is told. */
class ScriptedHub implements AsyncDisposable {
  /** What a connection is told at once, by its number. */
  greetings: (readonly FeedMessage[])[] = [];
  readonly queries: string[] = [];
  readonly applied: number[] = [];
  readonly activity: Record<string, number>[] = [];
  activityStatus = 204;
  /** Told of requests that are not about the feed. */
  asked: (request: IncomingMessage) => void = () => {};
  readonly #connections: ServerResponse[] = [];
  readonly #scheme: string;
  readonly #server: Server;

  /** @param tls makes it one that is reached over TLS */
  constructor(tls?: { readonly key: string; readonly cert: string }) {
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response);
    this.#scheme = tls ? 'https' : 'http';
    this.#server = tls ? createSecureServer(tls, listener) : createServer(listener);
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}/course/`;
  }

  say(message: FeedMessage): void {
    this.#connections.at(-1)!.write(`${JSON.stringify(message)}\n`);
  }

  hangUp(): void {
    this.#connections.at(-1)!.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    const { pathname, search } = new URL(request.url!, this.url);
    if (/\/api\//.test(pathname)) expect(request.headers.authorization).toBe(`token ${TOKEN}`);
    if (pathname === '/course/hub/api/proxies/activity') {
      for await (const report of jsonLines(withNewline(request), { longest: 10_000 }))
        if (this.activityStatus === 204)
          this.activity.push((report as { idle: Record<string, number> }).idle);
      return void response.writeHead(this.activityStatus).end();
    }
    if (pathname !== '/course/hub/api/proxies/feed') {
      this.asked(request);
      return void response.end(this.url);
    }
    this.queries.push(search);
    this.#connections.push(response);
    response.writeHead(200).flushHeaders();
    for (const message of this.greetings.shift() ?? []) this.say(message);
    try {
      for await (const report of jsonLines(request, { longest: 1_000 }))
        this.applied.push((report as { applied: number }).applied);
    } catch {
      // The proxy has gone.
    }
  }
}

async function* withNewline(request: IncomingMessage): AsyncGenerator<Buffer> {
  yield* request;
  yield Buffer.from('\n');
}

const route = (prefix: string, target: string): Route => ({ prefix, target, data: {} });
const snapshot = (number: number, ...routes: readonly Route[]): FeedMessage => ({
  kind: 'snapshot',
  feed: 'feed-1',
  number,
  routes,
});

let target: string;
let hub: ScriptedHub;
let proxy: RunningProxy | undefined;
const targetServer = createServer((request, response) => response.end(`${request.url} is there`));
targetServer.on('upgrade', (_request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  socket.pipe(socket);
});
beforeEach(async () => {
  hub = new ScriptedHub();
  await hub.listen();
  targetServer.listen(0, '127.0.0.1');
  await once(targetServer, 'listening');
  target = `http://127.0.0.1:${(targetServer.address() as AddressInfo).port}`;
});
afterEach(async () => {
  await proxy?.[Symbol.asyncDispose]();
  proxy = undefined;
  await hub[Symbol.asyncDispose]();
  targetServer.closeAllConnections();
  targetServer.close();
  await once(targetServer, 'close');
});

const follow = async (hubs = [hub.url]): Promise<RunningProxy> => {
  proxy = await startTestProxy({ follow: { hubs, token: TOKEN }, authToken: TOKEN });
  return proxy;
};
const get = (path: string) => fetch(`http://127.0.0.1:${proxy!.port}${path}`);
const api = (path: string, init: RequestInit = {}) =>
  fetch(`http://127.0.0.1:${proxy!.apiPort}${path}`, {
    headers: { authorization: `token ${TOKEN}` },
    ...init,
  });

test('it answers when it has the routes of the hub, and says what it has applied', async () => {
  hub.greetings = [[snapshot(7, route('/a', target))]];
  await follow();
  expect(await (await get('/a/x')).text()).toBe('/a/x is there');
  hub.say({ kind: 'changes', number: 9, changes: [{ prefix: '/b', route: route('/b', target) }] });
  await vi.waitUntil(() => hub.applied.includes(9), PATIENCE);
  expect(hub.applied).toEqual([7, 9]);
  expect((await get('/b')).status).toBe(200);
  expect(hub.queries).toEqual(['']);
});

test('it proves to the hub that a request came by it, and to nobody else, whatever a browser sends', async () => {
  const shown: (string | string[] | undefined)[] = [];
  const look = ({ headers }: IncomingMessage) => shown.push(headers[PROXY_PROOF.toLowerCase()]);
  hub.greetings = [[snapshot(7, route('/a', target))]];
  await follow();
  hub.asked = look;
  targetServer.once('request', look);
  for (const path of ['/course/hub/login', '/a'])
    await fetch(`http://127.0.0.1:${proxy!.port}${path}`, { headers: { [PROXY_PROOF]: 'invented' } });
  expect(shown).toEqual([proxyProof(TOKEN), undefined]);
});

test('it goes on where a connection ended', async () => {
  hub.greetings = [[snapshot(7, route('/a', target))]];
  await follow();
  hub.say({ kind: 'changes', number: 8, changes: [] });
  await vi.waitUntil(() => hub.applied.includes(8), PATIENCE);
  hub.hangUp();
  await vi.waitUntil(() => hub.queries.length === 2, PATIENCE);
  expect(hub.queries[1]).toBe('?feed=feed-1&since=8');
  expect((await get('/a')).status).toBe(200);
});

test('it asks for everything when a checkpoint shows that it has something else', async () => {
  const routes = [route('/a', target)];
  hub.greetings = [[snapshot(7)], [snapshot(7, ...routes)]];
  await follow();
  hub.say({ kind: 'checkpoint', number: 7, checksum: checksumOf(routes) });
  await vi.waitUntil(() => hub.applied.length === 2, PATIENCE);
  expect(hub.queries).toEqual(['', '']);
  expect((await get('/a')).status).toBe(200);
});

test('of several hubs it follows one that answers', async () => {
  hub.greetings = [[snapshot(1, route('/a', target))]];
  await follow(['http://127.0.0.1:1/', hub.url]);
  expect((await get('/a')).status).toBe(200);
});

test('what has no route goes to the hub that it follows, and to the next when that one is gone', async () => {
  await using other = new ScriptedHub();
  await other.listen();
  hub.greetings = [[snapshot(1)]];
  other.greetings = [[snapshot(1)]];
  await follow([hub.url, other.url]);
  expect(await (await get('/course/hub/home')).text()).toBe(hub.url);
  expect(await (await get('/elsewhere')).text()).toBe(hub.url);
  await hub[Symbol.asyncDispose]();
  await vi.waitFor(
    async () => expect(await (await get('/course/hub/home')).text()).toBe(other.url),
    PATIENCE,
  );
});

test('a hub behind TLS has to show a certificate that is trusted', async () => {
  const certificate = makeCertificate('hub');
  await using secure = new ScriptedHub(certificate);
  await secure.listen();
  secure.greetings = [[snapshot(1, route('/a', target))]];
  const options = { follow: { hubs: [secure.url], token: TOKEN } };
  await using distrustful = await startTestProxy(options);
  expect(distrustful.routes.get('/a')).toBeUndefined();
  expect(secure.queries).toEqual([]);
  await using trustful = await startTestProxy({ ...options, clientSsl: { ca: certificate.cert } });
  expect(trustful.routes.get('/a')).toBeDefined();
});

test('what is no message ends the connection, not the proxy', async () => {
  hub.greetings = [[snapshot(7, route('/a', target))], [snapshot(8, route('/b', target))]];
  await follow();
  hub.say('nonsense' as never);
  await vi.waitUntil(() => hub.applied.includes(8), PATIENCE);
  expect((await get('/b')).status).toBe(200);
});

test('it is ready when it has a whole table, and answers before that too', async () => {
  await follow();
  const waiting = await api('/api/ready', { headers: {} });
  expect([waiting.status, await waiting.json()]).toEqual([
    503,
    { status: 'waiting for the routes of the hub', following: false },
  ]);
  expect((await get('/_chp_healthz')).status).toBe(200);
  hub.say(snapshot(1));
  await vi.waitUntil(async () => (await api('/api/ready', { headers: {} })).status === 200, PATIENCE);
});

test('a WebSocket stays open when routes change, also when its own is removed', async () => {
  hub.greetings = [[snapshot(1, route('/a', target), route('/b', target))]];
  await follow();
  await using socket = await connectRaw(proxy!.port);
  socket.send('GET /a HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await socket.untilText('101 Switching');
  hub.say(snapshot(5, route('/a', target)));
  hub.say({ kind: 'changes', number: 6, changes: [{ prefix: '/a', route: null }] });
  await vi.waitUntil(() => hub.applied.includes(6), PATIENCE);
  expect(await (await get('/a')).text()).toBe(hub.url);
  socket.send('still here?');
  await socket.untilText('still here?');
});

test('routes of the hub are listed with the others, and changed by the hub alone', async () => {
  hub.greetings = [[snapshot(1, route('/a', target))]];
  await follow();
  const post = { method: 'POST', body: JSON.stringify({ target }) };
  expect((await api('/api/routes/mine', post)).status).toBe(201);
  expect((await api('/api/routes/a', post)).status).toBe(409);
  expect((await api('/api/routes/a', { method: 'DELETE' })).status).toBe(409);
  hub.say(snapshot(2));
  await vi.waitUntil(() => hub.applied.includes(2), PATIENCE);
  expect(Object.keys((await (await api('/api/routes')).json()) as object)).toEqual(['/', '/mine']);
  expect((await api('/api/routes/a', post)).status).toBe(201);
});

test('use is told at the end, once, and not where there was none', async () => {
  hub.greetings = [[snapshot(1, route('/a', target), route('/b', target))]];
  await follow();
  const added = proxy!.routes.get('/a')!.lastActivity;
  await vi.waitUntil(async () => {
    await (await get('/a')).text();
    return proxy!.routes.get('/a')!.lastActivity > added;
  }, PATIENCE);
  await proxy![Symbol.asyncDispose]();
  proxy = undefined;
  expect(hub.activity.map((idle) => Object.keys(idle))).toEqual([['/a']]);
  expect(hub.activity[0]!['/a']).toBeLessThan(10_000);
});
