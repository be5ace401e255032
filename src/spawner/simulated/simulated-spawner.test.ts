import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { type SpawnerWorld, spawnerConformance } from '../conformance.ts';
import { SimulatedSpawner } from './simulated-spawner.ts';
import { SimulatedWorld } from './simulated-world.ts';

const steadyLog = ['first', 'second', 'third'];

function suiteWorld(open: SpawnerWorld['open'], dispose: () => Promise<void>): SpawnerWorld {
  return {
    open,
    steady: { userOptions: { simulate: { log: steadyLog } } },
    ending: { userOptions: { simulate: { log: ['goodbye'], endMs: 20, exitCode: 3 } } },
    impossible: { userOptions: { simulate: { startError: 'no room' } } },
    slow: { userOptions: { simulate: { startMs: 50 } } },
    hook: (output, exitCode) => ({
      postStart: ['hook'],
      userOptions: { simulate: { hook: { output, exitCode } } },
    }),
    endlessHook: { postStart: ['hook'], userOptions: { simulate: { hook: { ms: 1_000_000 } } } },
    [Symbol.asyncDispose]: dispose,
  };
}

spawnerConformance('the simulated spawner', async () => {
  const world = await SimulatedWorld.open();
  return suiteWorld(
    async () => new SimulatedSpawner({ world }),
    () => world[Symbol.asyncDispose](),
  );
});

spawnerConformance('the simulated spawner with its world in a folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polder-simulated-'));
  const world = await SimulatedWorld.open({ folder });
  return suiteWorld(
    async () => new SimulatedSpawner({ world }),
    async () => {
      await world[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  );
});

describe('a simulated world', () => {
  test('in a folder is found again by the next process, at the same address', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polder-simulated-'));
    const before = await SimulatedWorld.open({ folder });
    const launched = await new SimulatedSpawner({ world: before }).start(spec({}), () => {}, never);
    await before[Symbol.asyncDispose]();
    const after = await SimulatedWorld.open({ folder });
    expect(after.target).toBe(launched.target);
    expect(await new SimulatedSpawner({ world: after }).poll(launched.handle)).toEqual({ kind: 'running' });
    await after[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('in a folder belongs to all who have it open, and outlives the one that answers', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polder-simulated-'));
    const worlds = await Promise.all(Array.from({ length: 3 }, () => SimulatedWorld.open({ folder })));
    expect(new Set(worlds.map((world) => world.target)).size).toBe(1);
    const [one, two, three] = worlds.map((world) => new SimulatedSpawner({ world }));
    const launches = await Promise.all(
      [one, two, three].map((each) => each!.start(spec({}), () => {}, never)),
    );
    expect(new Set(launches.map(({ handle }) => JSON.stringify(handle))).size).toBe(1);
    expect(await three!.list()).toHaveLength(1);
    const { handle, target } = launches[0]!;
    const status = () => fetch(`${target}/user/anna/api/status`).then(({ status }) => status);
    for (const world of worlds.slice(0, 2)) {
      await world[Symbol.asyncDispose]();
      await vi.waitUntil(() => status().catch(() => 0), { timeout: 10_000 });
    }
    await three!.stop(handle, 0);
    expect(await one!.poll(handle)).toMatchObject({ kind: 'exited' });
    await worlds[2]![Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('answers for a server only when that one is up, and as a single-user server does', async () => {
    let now = 1_000_000;
    const world = await SimulatedWorld.open({ now: () => new Date(now) });
    const spawner = new SimulatedSpawner({ world, now: () => new Date(now) });
    const launched = await spawner.start(spec({ answerMs: 500, endMs: 900 }), () => {}, never);
    const status = async () => (await fetch(`${launched.target}/user/anna/api/status`)).status;
    expect(await status()).toBe(503);
    now += 600;
    expect(await status()).toBe(200);
    expect((await fetch(`${launched.target}/user/anna/lab?x=/`)).headers.get('x-jupyterhub-version')).toBe(
      '6.1.1',
    );
    now += 600;
    expect(await status()).toBe(503);
    await world[Symbol.asyncDispose]();
  });

  test('can stand behind an address that is given', async () => {
    const world = await SimulatedWorld.open();
    const spawner = new SimulatedSpawner({ world, target: 'http://127.0.0.1:9' });
    expect((await spawner.start(spec({}), () => {}, never)).target).toBe('http://127.0.0.1:9');
    await world[Symbol.asyncDispose]();
  });

  test('says what is wrong with a simulation that it does not understand', async () => {
    const world = await SimulatedWorld.open();
    const start = new SimulatedSpawner({ world }).start(spec({ startMS: 3 }), () => {}, never);
    await expect(start).rejects.toThrow('startMS');
    await world[Symbol.asyncDispose]();
  });
});

const never = new AbortController().signal;

function spec(simulate: { [key: string]: number }) {
  return {
    serverId: 'srv-anna' as const,
    attempt: 1,
    owner: { id: 1, name: 'anna' },
    serverName: '',
    path: '/user/anna/',
    environment: {},
    command: null,
    postStart: null,
    memory: { limit: null, guarantee: null },
    cpu: { limit: null, guarantee: null },
    userOptions: { simulate },
  };
}
