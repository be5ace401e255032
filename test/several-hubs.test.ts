/** Two hubs, each a process, on one PostgreSQL: killed in turn, and their database taken away from under them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Server, ServerState } from '../src/domain/server.ts';
import { freePort } from '../src/lib/free-port.ts';
import { hashSecret, newSecret } from '../src/lib/secret.ts';
import { RunsInFolder, type SimulatedRun } from '../src/spawner/simulated/simulated-runs.ts';
import { openPostgresStore } from '../src/store/postgres/postgres-store.ts';
import { TestLink } from '../src/store/postgres/test-link.ts';
import {
  describeOnPostgres,
  makePostgresDatabase,
  type PostgresTestDatabase,
} from '../src/store/postgres/test-server.ts';
import type { Store } from '../src/store/store.ts';
import { HubProcess } from './support/hub-process.ts';

/** Longer than a lease: what a killed hub was at is free only then. */
const PATIENCE = { timeout: 100_000, interval: 200 };
const environment = { CONFIGPROXY_AUTH_TOKEN: 'a'.repeat(64) };

describeOnPostgres('two hubs on one PostgreSQL', () => {
  let folder: string;
  let config: string;
  let database: PostgresTestDatabase;
  let link: TestLink;
  let store: Store;
  let token: string;
  let ports: readonly number[];
  const hubs: HubProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polder-hubs-'));
    database = await makePostgresDatabase();
    // What the hubs reach the database through; the test itself has a way of its own.
    link = await TestLink.open(database.url);
    config = join(folder, 'config.yaml');
    await writeFile(config, configFor(link.url));
    store = await openPostgresStore(database.url);
    token = newSecret();
    const [teacher] = await store.users.insert([{ name: 'teacher', admin: true }]);
    await store.tokens.insert({
      userId: teacher!.id,
      scopes: ['inherit'],
      note: 'made by a test',
      createdAt: new Date(),
      expiresAt: null,
      sessionId: null,
      oauthClientId: null,
      serverId: null,
      hash: hashSecret(token),
    });
    ports = [await freePort('127.0.0.1', 23_100), await freePort('127.0.0.1', 23_200)];
  });

  afterEach(async () => {
    for (const hub of hubs.splice(0)) await hub[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await link[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const startHub = (which: 0 | 1, args: readonly string[] = []): HubProcess => {
    const options = { config, data: folder, port: ports[which]!, environment, arguments: args };
    const hub = HubProcess.start(options);
    hubs.push(hub);
    return hub;
  };

  /** Asks whichever hub answers, the first choice first, as a proxy with several hubs does. */
  const ask = async (method: string, path: string, body?: unknown, first = 0): Promise<number> => {
    const urls = ports.map((_, index) => `http://127.0.0.1:${ports[(index + first) % 2]}`);
    for (let attempt = 0; ; attempt++) {
      const answer = await fetch(`${urls[attempt % 2]}/hub/api${path}`, {
        method,
        headers: { authorization: `token ${token}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }).catch(() => undefined);
      if (answer !== undefined && answer.status < 500) return answer.status;
      if (attempt > 400) throw new Error(`${method} ${path}: ${answer?.status ?? 'no hub answers'}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  const servers = (): Promise<readonly Server[]> =>
    store.servers.inStates(['stopped', 'queued', 'starting', 'ready', 'stopping', 'failed']);
  const untilAll = (states: Readonly<Record<string, ServerState>>) =>
    expect
      .poll(
        async () => Object.fromEntries((await servers()).map(({ owner, state }) => [owner, state])),
        PATIENCE,
      )
      .toEqual(states);

  /** Whatever was killed: one run for each server that is ready, and never were there two at a time. */
  const checkWorld = async () => {
    const runs = await (await RunsInFolder.open(join(folder, 'world'))).all();
    const ready = (await servers()).filter(({ state }) => state === 'ready');
    await vi.waitFor(async () => {
      const alive = (await (await RunsInFolder.open(join(folder, 'world'))).all()).filter(isAlive);
      expect(alive.map(nameOf).sort()).toEqual(ready.map(({ id, attempt }) => `${id}/${attempt}`).sort());
    }, PATIENCE);
    for (const run of runs) {
      const others = runs.filter((other) => other.serverId === run.serverId && other !== run);
      for (const other of others.filter(({ startedAt }) => startedAt >= run.startedAt))
        expect(run.stoppedAt ?? Infinity).toBeLessThanOrEqual(other.startedAt);
    }
  };

  test('lose no start and no stop when each is killed in turn and the database goes away', {
    timeout: 240_000,
  }, async () => {
    const names = Array.from({ length: 30 }, (_, n) => `student${n}`);
    await store.users.insert(names.map((name) => ({ name, admin: false })));
    const first = startHub(0);
    await Promise.all([first.untilReady(), startHub(1).untilReady()]);

    const simulate = { startMs: 300, answerMs: 400, stopMs: 300 };
    const flood = Promise.all(
      names.map((name, n) => ask('POST', `/users/${name}/server`, { user_options: { simulate } }, n % 2)),
    );
    await vi.waitFor(async () => {
      expect((await store.servers.inStates(['starting'])).length).toBeGreaterThan(5);
    }, PATIENCE);
    await first.end('SIGKILL');
    expect((await flood).filter((status) => status !== 201 && status !== 202)).toEqual([]);
    await link.cut();
    await link.restore();
    await untilAll(Object.fromEntries(names.map((name) => [name, 'ready'])));
    await checkWorld();

    const again = await startHub(0).untilReady();
    const stopping = names.filter((_, n) => n % 3 !== 0);
    const restarting = names.filter((_, n) => n % 3 === 1);
    const stops = Promise.all(
      stopping.map((name, n) => ask('DELETE', `/users/${name}/server`, undefined, n % 2)),
    );
    await vi.waitFor(async () => {
      expect((await store.servers.inStates(['stopping'])).length).toBeGreaterThan(3);
    }, PATIENCE);
    await hubs[1]!.end('SIGKILL');
    await stops;
    await Promise.all(
      restarting.map((name) => ask('POST', `/users/${name}/server`, { user_options: { simulate } })),
    );
    await untilAll(Object.fromEntries(names.map((name, n) => [name, n % 3 === 2 ? 'stopped' : 'ready'])));
    await checkWorld();
    expect(await again.end('SIGTERM')).toBe(0);
  });

  test('hand over when one is asked to end: it ends soon, and the other goes on with what it was at', {
    timeout: 120_000,
  }, async () => {
    await store.users.insert([{ name: 'anna', admin: false }]);
    const first = await startHub(0).untilReady();
    const simulate = { startMs: 200, answerMs: 6_000 };
    await ask('POST', '/users/anna/server', { user_options: { simulate } });
    const stream = await fetch(`${first.url}/hub/api/users/anna/server/progress`, {
      headers: { authorization: `token ${token}` },
    });
    const text = stream.text();
    await vi.waitFor(async () => {
      expect(await store.servers.get('anna', '')).toMatchObject({
        state: 'starting',
        target: expect.any(String),
      });
    }, PATIENCE);
    await startHub(1).untilReady();
    const asked = Date.now();
    expect(await first.end('SIGTERM')).toBe(0);
    expect(Date.now() - asked).toBeLessThan(9_000);
    expect(await text).toContain('data: ');
    await untilAll({ anna: 'ready' });
    expect((await store.servers.get('anna', ''))?.attempt).toBe(1);
    await checkWorld();
  });

  test('refuse a third that was given other keys', {
    timeout: 120_000,
  }, async () => {
    await Promise.all([startHub(0).untilReady(), startHub(1).untilReady()]);
    const stranger = HubProcess.start({
      config,
      data: folder,
      port: await freePort('127.0.0.1', 23_300),
      environment: { CONFIGPROXY_AUTH_TOKEN: 'b'.repeat(64) },
    });
    hubs.push(stranger);
    expect(await stranger.ended()).toBe(1);
    expect(stranger.output).toContain('other keys');
    expect(stranger.output).not.toContain('b'.repeat(64));
  });
});

function isAlive(run: SimulatedRun): boolean {
  return run.stoppedAt === null;
}

function nameOf(run: SimulatedRun): string {
  return `${run.serverId}/${run.attempt}`;
}

function configFor(url: string): string {
  return `
hub:
  db: {type: postgres, url: '${url}'}
  config:
    Authenticator: {allow_all: true, admin_users: [teacher]}
    DummyAuthenticator: {password: 'a password of tests'}
polder: {adminPassword: 'another one of tests'}
`;
}
