import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';
import { serverRoutes } from '../../domain/route.ts';
import type { Server } from '../../domain/server.ts';
import { HubEvents } from '../events.ts';
import { ServerSpecs } from '../server-spec.ts';
import { Servers } from '../servers.ts';
import { StartQueue } from '../start-queue.ts';
import { CullReconciler, type CullSettings } from './culling.ts';

const HOUR = 3_600;
let hub: TestHub;
beforeEach(async () => {
  hub = await startHub();
});
afterEach(() => hub[Symbol.asyncDispose]());

/** The culler of a hub that has just started. `busy` are the owners whose kernels run something. */
function openCuller(
  settings: Partial<CullSettings> = {},
  busy: readonly string[] = [],
  isInClass: (at: Date) => boolean = () => false,
  isBusy: (url: string) => Promise<boolean> = async (url) => {
    if (busy.includes('nobody answers')) throw new Error(`no answer from ${url}`);
    return busy.some((owner) => url.includes(`/user/${owner}/`));
  },
  uptime: () => number = () => hub.clock.now().getTime(),
): CullReconciler {
  const now = () => hub.clock.now();
  const events = new HubEvents(pino({ level: 'silent' }), new Registry());
  return new CullReconciler({
    store: hub.store,
    servers: new Servers({
      store: hub.store,
      events,
      queue: new StartQueue({
        store: hub.store,
        settings: { concurrentStarts: null, activeServers: null, retryAfterSeconds: [30, 60] },
        now,
      }),
      limits: { allowNamed: true, namedPerUser: null },
      routeOf: serverRoutes({ baseUrl: '/', domains: null }),
      now,
    }),
    specs: new ServerSpecs({
      settings: {
        memory: { limit: null, guarantee: null },
        cpu: { limit: null, guarantee: null },
        postStart: null,
        environment: {},
        command: null,
        defaultUrl: null,
      },
      address: { baseUrl: '/', domains: null, internalUrl: '' },
      key: 'key',
      debug: false,
    }),
    events,
    settings: {
      timeoutSeconds: HOUR,
      everySeconds: 600,
      maxAgeSeconds: 0,
      spareRunningCells: true,
      users: false,
      adminUsers: true,
      removeNamedServers: false,
      ...settings,
    },
    baseUrl: '/',
    isBusy,
    isInClass,
    now,
    uptime,
  });
}

async function startServer(owner: string, name = ''): Promise<Server> {
  const path = name === '' ? 'server' : `servers/${name}`;
  await hub.api('POST', `/users/${owner}/${path}`, { token: await hub.token(owner) });
  return hub.server(owner, name, (server) => server.state === 'ready');
}

const stopped = (owner: string, name = '') => hub.server(owner, name, (server) => server.state === 'stopped');
const stateOf = async (server: Server) => (await hub.store.servers.byId(server.id))?.state;

test('a server that nobody used for the whole time is stopped, and says that it was idle', async () => {
  const culler = openCuller();
  await startServer('anna');
  hub.clock.advance(HOUR + 1);
  await culler.reconcile();
  expect(await stopped('anna')).toMatchObject({ state: 'stopped', stopReason: 'idle' });
});

test('a server that was used meanwhile goes on', async () => {
  const culler = openCuller();
  const server = await startServer('anna');
  hub.clock.advance(HOUR - 60);
  await hub.store.servers.touch([{ id: server.id, at: hub.clock.now() }]);
  hub.clock.advance(120);
  await culler.reconcile();
  expect(await stateOf(server)).toBe('ready');
});

test('where the course does not spare running cells, idle is what nobody used', async () => {
  const culler = openCuller({ spareRunningCells: false }, ['anna']);
  await startServer('anna');
  hub.clock.advance(HOUR + 1);
  await culler.reconcile();
  expect(await stopped('anna')).toMatchObject({ stopReason: 'idle' });
});

test('while a class goes on nobody is stopped, and after it who is idle still is', async () => {
  const end = new Date(hub.clock.now().getTime() + 2 * HOUR * 1000);
  const culler = openCuller({ maxAgeSeconds: HOUR }, [], (at) => at < end);
  const server = await startServer('anna');
  hub.clock.advance(HOUR + 1);
  await culler.reconcile();
  expect(await stateOf(server)).toBe('ready');
  hub.clock.advance(HOUR);
  await culler.reconcile();
  expect(await stopped('anna')).toMatchObject({ stopReason: 'idle' });
});

test('a server in which a cell runs goes on, however long it is', async () => {
  const culler = openCuller({}, ['anna']);
  const busy = await startServer('anna');
  await startServer('ben');
  hub.clock.advance(10 * HOUR);
  await culler.reconcile();
  await stopped('ben');
  expect(await stateOf(busy)).toBe('ready');
});

test('a server that cannot be asked counts as idle', async () => {
  const culler = openCuller({}, ['nobody answers']);
  await startServer('anna');
  hub.clock.advance(HOUR + 1);
  await culler.reconcile();
  await stopped('anna');
});

test('after a start of the hub nobody is judged until reports could come in', async () => {
  const server = await startServer('anna');
  hub.clock.advance(5 * HOUR);
  const culler = openCuller();
  await culler.reconcile();
  expect(await stateOf(server)).toBe('ready');
  hub.clock.advance(601);
  await culler.reconcile();
  await stopped('anna');
});

test('a server that is too old is stopped though a cell runs', async () => {
  const culler = openCuller({ maxAgeSeconds: 2 * HOUR }, ['anna']);
  await startServer('anna');
  hub.clock.advance(2 * HOUR);
  await culler.reconcile();
  await stopped('anna');
});

test('admins are spared where the course says so', async () => {
  const culler = openCuller({ adminUsers: false });
  const teachers = await startServer('teacher');
  await startServer('anna');
  hub.clock.advance(HOUR + 1);
  await culler.reconcile();
  await stopped('anna');
  expect(await stateOf(teachers)).toBe('ready');
});

test('a named server is removed too where the course says so', async () => {
  const culler = openCuller({ removeNamedServers: true });
  const server = await startServer('anna', 'second');
  hub.clock.advance(HOUR + 1);
  await culler.reconcile();
  await expect.poll(() => hub.store.servers.byId(server.id)).toBeUndefined();
});

test('users who are away are removed where the course says so, but none who has a server', async () => {
  const culler = openCuller({ users: true, adminUsers: false });
  await startServer('anna');
  await startServer('ben');
  for (const name of ['cleo', 'teacher']) await hub.token(name);
  hub.clock.advance(HOUR + 1);
  const late = await hub.user('dirk');
  await hub.store.users.touch([{ id: late.id, at: hub.clock.now() }]);
  const anna = (await hub.store.servers.get('anna', ''))!;
  await hub.store.servers.touch([{ id: anna.id, at: hub.clock.now() }]);
  const names = async () => (await hub.store.users.list({ sort: 'name' })).items.map(({ name }) => name);
  await culler.reconcile();
  // Ben's server was idle and is being stopped: he is looked at the next time.
  expect(await names()).toEqual(['anna', 'ben', 'dirk', 'teacher']);
  await stopped('ben');
  await culler.reconcile();
  expect(await names()).toEqual(['anna', 'dirk', 'teacher']);
});

test('servers that do not answer keep nobody else from being looked at', async () => {
  const asked: string[] = [];
  const hanging = Promise.withResolvers<boolean>();
  const culler = openCuller(
    {},
    [],
    () => false,
    async (url) => {
      asked.push(url);
      return asked.length <= 3 ? hanging.promise : false;
    },
  );
  const servers = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((owner) => startServer(owner)));
  hub.clock.advance(HOUR + 1);
  const looked = culler.reconcile();
  await expect
    .poll(async () => (await Promise.all(servers.map(stateOf))).filter((state) => state === 'stopped').length)
    .toBe(2);
  hanging.resolve(true);
  await looked;
  expect((await Promise.all(servers.map(stateOf))).filter((state) => state === 'ready')).toHaveLength(3);
});

test('hours by which the clock was set, or the machine slept, were nobody’s idleness', async () => {
  let uptime = 1_000_000;
  const culler = openCuller({}, [], undefined, undefined, () => uptime);
  const server = await startServer('anna');
  const pass = (seconds: number) => {
    uptime += seconds * 1_000;
    hub.clock.advance(seconds);
  };
  pass(700);
  await culler.reconcile();
  hub.clock.advance(5 * HOUR);
  await culler.reconcile();
  expect(await stateOf(server)).toBe('ready');
  pass(700);
  await culler.reconcile();
  await stopped('anna');
});
