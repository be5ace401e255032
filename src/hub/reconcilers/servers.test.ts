import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, expect, test } from 'vitest';
import { serverRoutes } from '../../domain/route.ts';
import type { Json, Server } from '../../domain/server.ts';
import type { User } from '../../domain/user.ts';
import { answersHttp } from '../../lib/http-answers.ts';
import { hashSecret } from '../../lib/secret.ts';
import { SimulatedSpawner } from '../../spawner/simulated/simulated-spawner.ts';
import { SimulatedWorld } from '../../spawner/simulated/simulated-world.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { HubEvents } from '../events.ts';
import { ServerSpecs } from '../server-spec.ts';
import { Servers } from '../servers.ts';
import { StartQueue } from '../start-queue.ts';
import { OrphanReconciler } from './orphans.ts';
import { ReconcilerLoop } from './reconciler.ts';
import { ServerReconciler } from './servers.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource[Symbol.asyncDispose]();
});

interface Course {
  readonly store: Store;
  readonly world: SimulatedWorld;
  readonly spawner: SimulatedSpawner;
  readonly user: User;
  readonly user2: User;
}

async function openCourse({ postStart = false } = {}): Promise<Course & { readonly postStart: boolean }> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-hub-'));
  open.push({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) });
  const store = await openSqliteStore(join(folder, 'hub.sqlite'));
  const world = await SimulatedWorld.open();
  open.push(world, store);
  const [user, user2] = await store.users.insert([
    { name: 'anna', admin: false },
    { name: 'ben', admin: false },
  ]);
  return { store, world, spawner: new SimulatedSpawner({ world }), user: user!, user2: user2!, postStart };
}

/** One hub of the course: several can be open at once, and each can be ended as by a kill. */
function openHub(
  course: Course & { readonly postStart: boolean },
  settings: {
    readonly concurrentStarts?: number;
    readonly activeServers?: number;
    readonly strictHooks?: boolean;
    readonly startTimeoutSeconds?: number;
  } = {},
) {
  const { store, spawner } = course;
  const now = () => new Date();
  const events = new HubEvents(pino({ level: 'silent' }), new Registry());
  const specs = new ServerSpecs({
    settings: {
      memory: { limit: null, guarantee: null },
      cpu: { limit: null, guarantee: null },
      postStart: course.postStart ? ['prepare'] : null,
      environment: {},
      command: null,
      defaultUrl: null,
    },
    address: { baseUrl: '/', domains: null, internalUrl: 'http://127.0.0.1:1' },
    key: 'test key',
    debug: false,
  });
  const queue = new StartQueue({
    store,
    settings: {
      concurrentStarts: settings.concurrentStarts ?? null,
      activeServers: settings.activeServers ?? null,
      retryAfterSeconds: [30, 60],
    },
    now,
  });
  const reconciler = new ServerReconciler({
    store,
    spawner,
    queue,
    specs,
    events,
    settings: {
      startTimeoutSeconds: settings.startTimeoutSeconds ?? 30,
      strictHooks: settings.strictHooks ?? false,
    },
    routeOf: serverRoutes({ baseUrl: '/', domains: null }),
    answers: answersHttp,
    activate: () => loop.activate(),
    now,
  });
  const loop = new ReconcilerLoop({
    reconciler,
    events,
    wake: (activate) => store.subscribe('servers', activate),
  });
  const hub = {
    specs,
    servers: new Servers({
      store,
      events,
      queue,
      limits: { allowNamed: true, namedPerUser: null },
      routeOf: serverRoutes({ baseUrl: '/', domains: null }),
      now,
    }),
    orphans: new OrphanReconciler({ store, spawner, events }),
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await reconciler.abandon();
    },
  };
  open.push(hub);
  return hub;
}

const simulate = (simulation: Json) => ({ by: 'test', userOptions: { simulate: simulation } });

function until(
  hub: ReturnType<typeof openHub>,
  server: Server,
  state: Server['state'],
): Promise<Server | undefined> {
  return hub.servers.waitUntil(server.id, (now) => now?.state === state, 10_000);
}

test('a wanted server becomes ready, and its token is known by its hash alone', async () => {
  const course = await openCourse();
  const hub = openHub(course);
  const wanted = await hub.servers.start(course.user, '', { by: 'test' });
  const ready = await until(hub, wanted, 'ready');
  expect(ready).toMatchObject({ state: 'ready', attempt: 1, target: course.world.target, failure: null });
  const token = await course.store.tokens.byHash(hashSecret(hub.specs.tokenOf(ready!)));
  expect(token).toMatchObject({ serverId: wanted.id, userName: 'anna' });
});

test('a stop ends the run and revokes its token', async () => {
  const course = await openCourse();
  const hub = openHub(course);
  const ready = await until(hub, await hub.servers.start(course.user, '', { by: 'test' }), 'ready');
  await hub.servers.stop(ready!, { by: 'test', reason: 'user' });
  expect(await until(hub, ready!, 'stopped')).toMatchObject({
    state: 'stopped',
    stopReason: 'user',
    handle: null,
  });
  expect(await course.spawner.list()).toEqual([]);
  expect(await course.store.tokens.list({ userId: course.user.id })).toEqual([]);
});

test('a start asked during a stop runs once the stop has ended, as a new attempt', async () => {
  const course = await openCourse();
  const hub = openHub(course);
  const ready = await until(
    hub,
    await hub.servers.start(course.user, '', simulate({ stopMs: 200 })),
    'ready',
  );
  await hub.servers.stop(ready!, { by: 'test', reason: 'user' });
  const again = await hub.servers.start(course.user, '', { by: 'test' });
  expect(again.state).toBe('stopping');
  expect(await until(hub, ready!, 'ready')).toMatchObject({ state: 'ready', attempt: 2 });
  expect(await course.spawner.list()).toHaveLength(1);
});

test('a start can be cancelled while it launches, and nothing of it is left', async () => {
  const course = await openCourse();
  const hub = openHub(course);
  const wanted = await hub.servers.start(course.user, '', simulate({ startMs: 20_000 }));
  await until(hub, wanted, 'starting');
  await hub.servers.stop(wanted, { by: 'test', reason: 'user' });
  expect(await until(hub, wanted, 'stopped')).toMatchObject({ state: 'stopped', failure: null });
  expect(await course.spawner.list()).toEqual([]);
});

test('a failed start says why, with what to do and the last lines of the log', async () => {
  const course = await openCourse();
  const hub = openHub(course);
  const options = simulate({ answerMs: 60_000, endMs: 20, exitCode: 3, log: ['loading', 'no such module'] });
  const failed = await until(hub, await hub.servers.start(course.user, '', options), 'failed');
  expect(failed).toMatchObject({ state: 'failed', desired: 'stopped', stopReason: 'failed_start' });
  expect(failed?.failure?.reason).toContain('exit code 3');
  expect(failed?.failure?.hint).not.toBeNull();
  expect(failed?.failure?.log).toContain('no such module');
});

test('a server that never answers fails after its time', async () => {
  const course = await openCourse();
  const hub = openHub(course, { startTimeoutSeconds: 0.2 });
  const failed = await until(
    hub,
    await hub.servers.start(course.user, '', simulate({ answerMs: 60_000 })),
    'failed',
  );
  expect(failed?.failure?.reason).toContain('did not answer');
  expect(await course.spawner.list()).toEqual([]);
});

test('a failed postStart command lets the student in, with what it said', async () => {
  const course = await openCourse({ postStart: true });
  const hub = openHub(course);
  const hook = { hook: { exitCode: 128, output: 'could not resolve host' } };
  const ready = await until(hub, await hub.servers.start(course.user, '', simulate(hook)), 'ready');
  expect(ready?.hook).toMatchObject({ status: 'failed', exitCode: 128 });
  expect(ready?.hook?.output).toContain('could not resolve host');
});

test('a failed postStart command fails the start where hooks are strict', async () => {
  const course = await openCourse({ postStart: true });
  const hub = openHub(course, { strictHooks: true });
  const hook = { hook: { exitCode: 128, output: 'could not resolve host' } };
  const failed = await until(hub, await hub.servers.start(course.user, '', simulate(hook)), 'failed');
  expect(failed?.failure?.hint).toContain('could not resolve host');
});

test('a hub that goes on after another finishes its start without a second run', async () => {
  const course = await openCourse();
  const first = openHub(course);
  const wanted = await first.servers.start(course.user, '', simulate({ answerMs: 300 }));
  await first.servers.waitUntil(wanted.id, (now) => now?.target !== null, 10_000);
  await first[Symbol.asyncDispose]();
  expect(await course.store.servers.byId(wanted.id)).toMatchObject({ state: 'starting', lease: null });
  const second = openHub(course);
  expect(await until(second, wanted, 'ready')).toMatchObject({ state: 'ready', attempt: 1 });
  expect(await course.spawner.list()).toHaveLength(1);
});

test('a run launched just before its hub was killed is found again, not launched twice', async () => {
  const course = await openCourse();
  const first = openHub(course);
  const wanted = await first.servers.start(course.user, '', simulate({ answerMs: 100 }));
  const launched = await first.servers.waitUntil(wanted.id, (now) => now?.target !== null, 10_000);
  await first[Symbol.asyncDispose]();
  // What a kill between the launch and its note in the row leaves behind.
  await course.store.servers.update(wanted.id, (row) => ({ ...row, handle: null, target: null }));
  const second = openHub(course);
  expect(await until(second, wanted, 'ready')).toMatchObject({ handle: launched!.handle, attempt: 1 });
  expect(await course.spawner.list()).toHaveLength(1);
});

test('no more starts than the limit go on at once, and the queue keeps its order', async () => {
  const course = await openCourse();
  const hub = openHub(course, { concurrentStarts: 1 });
  const first = await hub.servers.start(course.user, '', simulate({ startMs: 150 }));
  const second = await hub.servers.start(course.user2, '', simulate({ startMs: 10 }));
  const third = await hub.servers.start(course.user, 'late', simulate({ startMs: 10 }));
  await until(hub, first, 'starting');
  const place = async ({ id }: Server) => hub.servers.placeOf((await course.store.servers.byId(id))!);
  expect(await place(second)).toMatchObject({ position: 1, full: false });
  expect(await place(third)).toMatchObject({ position: 2, full: false });
  const order = await Promise.all([first, second, third].map((server) => until(hub, server, 'ready')));
  const readyAt = order.map((server) => server!.readyAt!.getTime());
  expect(readyAt).toEqual(readyAt.toSorted((a, b) => a - b));
});

test('the queue and its order outlive the hub, and two hubs together keep to the limit', async () => {
  const course = await openCourse();
  const first = openHub(course, { concurrentStarts: 1 });
  const slow = await first.servers.start(course.user, '', simulate({ startMs: 60_000 }));
  await until(first, slow, 'starting');
  const second = await first.servers.start(course.user2, '', simulate({ startMs: 30 }));
  const third = await first.servers.start(course.user, 'late', simulate({ startMs: 30 }));
  await first[Symbol.asyncDispose]();
  const most: number[] = [];
  const stop = course.store.subscribe('servers', async () => {
    most.push((await course.store.servers.outline(['starting'])).length);
  });
  const [hub, other] = [openHub(course, { concurrentStarts: 1 }), openHub(course, { concurrentStarts: 1 })];
  await hub.servers.stop((await course.store.servers.byId(slow.id))!, { by: 'test', reason: 'user' });
  const ready = [await until(other, second, 'ready'), await until(other, third, 'ready')];
  stop();
  expect(ready[0]!.readyAt!.getTime()).toBeLessThanOrEqual(ready[1]!.startedAt!.getTime());
  expect(Math.max(...most)).toBe(1);
});

test('a run that no row wants is ended', async () => {
  const course = await openCourse();
  const hub = openHub(course);
  const ready = await until(hub, await hub.servers.start(course.user, '', { by: 'test' }), 'ready');
  await hub.orphans.reconcile();
  expect(await course.spawner.list()).toHaveLength(1);
  await hub[Symbol.asyncDispose]();
  await course.store.servers.delete(ready!.id);
  await hub.orphans.reconcile();
  expect(await course.spawner.list()).toEqual([]);
});

test('whoever watches a start is told of each step, and its end comes last', async () => {
  const course = await openCourse({ postStart: true });
  const hub = openHub(course);
  const wanted = await hub.servers.start(course.user, '', { by: 'test' });
  const updates = await Array.fromAsync(hub.servers.watch(wanted.id, AbortSignal.timeout(10_000)));
  expect(updates.at(-1)?.server.state).toBe('ready');
  const events = updates.flatMap((update) => update.events);
  expect(events.map((event) => event.sequence)).toEqual(events.map((_, index) => index + 1));
  expect(new Set(events.map((event) => event.phase))).toContain('notebooks');
});

test('a hub leaves alone what another is at, without asking again and again', async () => {
  const course = await openCourse();
  const asked: string[] = [];
  const { servers } = course.store;
  const claim = servers.claim.bind(servers);
  servers.claim = async (id, holder, seconds) => {
    asked.push(holder);
    return await claim(id, holder, seconds);
  };
  const [first, second] = [openHub(course), openHub(course)];
  const wanted = await first.servers.start(course.user, '', simulate({ startMs: 200, answerMs: 200 }));
  const ready = await until(second, wanted, 'ready');
  expect(ready).toMatchObject({ attempt: 1 });
  expect(await course.spawner.list()).toHaveLength(1);
  // Each at most once when it hears of the start, before it can see that the other has it.
  expect(asked.length).toBeLessThanOrEqual(4);
});
