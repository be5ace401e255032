/** A hub and two proxies that follow its routes, as processes that are killed: whoever is there has every route. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freePort } from '../src/lib/free-port.ts';
import { hashSecret, newSecret } from '../src/lib/secret.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../src/store/store.ts';

/** The machine may be busy. */
const PATIENCE = { timeout: 20_000, interval: 10 };

const PROGRAM = new URL('../src/main/polder.ts', import.meta.url).pathname;
const PROXY_TOKEN = 'the-token-of-hub-and-proxies';
const ROUTES = Array.from({ length: 40 }, (_, index) => `/service/${index}`);

let folder: string;
let hubUrl: string;
let store: Store;
let token: string;
/** What stands behind the routes, and outlives hub and proxies. */
let target: Server;
let hub: ChildProcess;
const proxies: Proxy[] = [];

interface Proxy {
  readonly port: number;
  readonly process: ChildProcess;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-proxies-'));
  target = createServer((request, response) => response.end(request.url)).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const config =
    'hub:\n  config:\n    JupyterHub: {authenticator_class: dummy}\n    Authenticator: {allow_all: true}\n';
  await writeFile(join(folder, 'config.yaml'), config);
  hubUrl = `http://127.0.0.1:${await freePort('127.0.0.1', 0)}`;
  hub = await startHub();
  store = await openSqliteStore(join(folder, 'polder.sqlite'));
  const [anna] = await store.users.insert([{ name: 'anna', admin: true }]);
  token = newSecret();
  await store.tokens.insert({
    ...{
      userId: anna!.id,
      scopes: ['inherit'],
      note: 'made by a test',
      createdAt: new Date(),
      expiresAt: null,
    },
    ...{ sessionId: null, oauthClientId: null, serverId: null, hash: hashSecret(token) },
  });
  for (const prefix of ROUTES) await addRoute(prefix);
  proxies.push(await startProxy('first'), await startProxy('second'));
  for (const proxy of proxies) await vi.waitUntil(() => hasRoute(proxy, ROUTES.at(-1)!), PATIENCE);
});
afterAll(async () => {
  for (const child of [hub, ...proxies.map((proxy) => proxy.process)]) await kill(child);
  await store[Symbol.asyncDispose]();
  target.close();
  await rm(folder, { recursive: true });
});

test('when the hub says that a server is ready, both send requests to it', async () => {
  const answer = await fetch(`${hubUrl}/hub/api/users/anna/server`, {
    method: 'POST',
    headers: { authorization: `token ${token}` },
  });
  expect(answer.status).toBe(201);
  const pages = await Promise.all(proxies.map((proxy) => get(proxy, '/user/anna/')));
  expect(pages.map((page) => page.text)).toEqual([expect.stringContaining('simulated'), pages[0]!.text]);
});

test('a proxy that was killed has every route from its first answer on', async () => {
  await restartProxy(0, 'first');
  expect(await wrongRoutes(proxies[0]!)).toEqual([]);
});

test('while the hub is dead both serve, one that is started too', async () => {
  await kill(hub);
  await restartProxy(0, 'first');
  for (const proxy of proxies) expect(await wrongRoutes(proxy)).toEqual([]);
  expect((await get(proxies[0]!, '/hub/home')).status).toBe(503);
});

test('a hub that comes back is found, and what changed meanwhile is told', async () => {
  await addRoute('/service/new');
  await store.routes.remove(ROUTES[0]!);
  hub = await startHub();
  for (const proxy of proxies) {
    await vi.waitUntil(() => hasRoute(proxy, '/service/new'), PATIENCE);
    expect(await wrongRoutes(proxy)).toEqual([ROUTES[0]]);
  }
  await addRoute(ROUTES[0]!);
  for (const proxy of proxies) await vi.waitUntil(() => hasRoute(proxy, ROUTES[0]!), PATIENCE);
});

test('when all were killed, all is as before', async () => {
  await Promise.all([hub, ...proxies.map((proxy) => proxy.process)].map(kill));
  const [back] = await Promise.all([startHub(), restartProxy(0, 'first'), restartProxy(1, 'second')]);
  hub = back;
  // What was changed at the moment of the end may not be on disk: the hub tells it.
  for (const proxy of proxies)
    await vi.waitUntil(async () => (await wrongRoutes(proxy)).length === 0, PATIENCE);
});

async function startHub(): Promise<ChildProcess> {
  const { port } = new URL(hubUrl);
  const file = join(folder, 'config.yaml');
  const child = start('hub', `--config=${file}`, '--spawner=simulated', `--port=${port}`, `--data=${folder}`);
  const answers = () =>
    fetch(`${hubUrl}/hub/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  await vi.waitUntil(answers, PATIENCE);
  return child;
}

async function startProxy(name: string, port = 0): Promise<Proxy> {
  const child = start(
    ...['proxy', '--ip=127.0.0.1', `--port=${port}`, '--api-ip=127.0.0.1', '--api-port=0'],
    ...[`--follow=${hubUrl}/`, `--route-file=${join(folder, `${name}.json`)}`],
  );
  const [message] = await once(child, 'message');
  return { process: child, port: (message as { readonly port: number }).port };
}

async function restartProxy(index: number, name: string): Promise<void> {
  await kill(proxies[index]!.process);
  proxies[index] = await startProxy(name, proxies[index]!.port);
}

function start(...args: readonly string[]): ChildProcess {
  return fork(PROGRAM, args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, CONFIGPROXY_AUTH_TOKEN: PROXY_TOKEN },
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

async function addRoute(prefix: string): Promise<void> {
  const { port } = target.address() as AddressInfo;
  await store.routes.put({ prefix, target: `http://127.0.0.1:${port}`, data: {} }, null);
}

async function get(proxy: Proxy, path: string): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`http://127.0.0.1:${proxy.port}${path}`, { redirect: 'manual' });
  return { status: answer.status, text: await answer.text() };
}

async function hasRoute(proxy: Proxy, prefix: string): Promise<boolean> {
  const { status, text } = await get(proxy, `${prefix}/x`);
  return status === 200 && text === `${prefix}/x`;
}

async function wrongRoutes(proxy: Proxy): Promise<readonly string[]> {
  const right = await Promise.all(ROUTES.map((prefix) => hasRoute(proxy, prefix)));
  return ROUTES.filter((_, index) => !right[index]);
}
