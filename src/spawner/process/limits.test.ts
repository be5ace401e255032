/** What servers may use, and what is left of them when they end. */
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunStatus, ServerSpec } from '../spawner.ts';
import { ControlGroups, memoryOf, openControlGroups, outOfMemoryKills } from './control-groups.ts';
import type { ProcessSpawner } from './process-spawner.ts';
import { ProcessWorld, type RunningServer } from './process-world.ts';
import { openProcessTable } from './processes.ts';
import { boundLog, lastLines } from './server-log.ts';
import { makeStubEnvironment, type StubEnvironment } from './stub-environment.ts';

const MiB = 1024 * 1024;
const groups = await openControlGroups({ instance: `test-${process.pid}` });
await groups?.close();
if (groups === null) console.log('skipped: limits by control groups (run the tests where they can be made)');

let environment: StubEnvironment;
let world: ProcessWorld;
beforeAll(async () => {
  environment = await makeStubEnvironment();
});
afterAll(() => environment[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await ProcessWorld.open(environment.python);
});
afterEach(() => world[Symbol.asyncDispose]());

async function ended(spawner: ProcessSpawner, server: RunningServer): Promise<RunStatus> {
  await expect.poll(async () => (await spawner.poll(server.handle)).kind, { timeout: 20_000 }).toBe('exited');
  return await spawner.poll(server.handle);
}

async function isThere(pid: number): Promise<boolean> {
  return (await (await openProcessTable()).read(pid)) !== null;
}

const ways = [
  { way: 'by a control group', controlGroups: true, can: groups !== null },
  { way: 'by looking', controlGroups: false, can: true },
];

for (const { way, controlGroups, can } of ways) {
  describe.runIf(can)(`memory that is limited ${way}`, () => {
    const small: Partial<ServerSpec> = { memory: { limit: 150 * MiB, guarantee: null } };

    test('ends a server that takes more, and says why', async () => {
      const spawner = await world.spawner({ controlGroups });
      const server = await world.start(spawner, world.spec(small));
      await server.ask('take?300').catch(() => undefined);
      expect(await ended(spawner, server)).toEqual({
        kind: 'exited',
        reason: 'out_of_memory',
        exitCode: 137,
      });
    });

    test('ends the process that took too much, leaves the server, and says so in both logs', async () => {
      const told: string[] = [];
      const logger = pino({ level: 'warn' }, { write: (line) => void told.push(line) });
      const spawner = await world.spawner({ controlGroups, logger });
      const server = await world.start(spawner, world.spec(small));
      const child = await server.ask<number>('child?300');
      if (child !== 0) await expect.poll(() => isThere(child), { timeout: 10_000 }).toBe(false);
      expect(await spawner.poll(server.handle)).toEqual({ kind: 'running' });
      expect((await server.facts()).pid).toBe(server.pid);
      await expect.poll(() => spawner.log(server.spec, 5), { timeout: 20_000 }).toContain('Out of memory');
      await expect.poll(() => told.join(''), { timeout: 20_000 }).toContain(server.spec.serverId);
    });

    test('is told while it is in use', async () => {
      const spawner = await world.spawner({ controlGroups });
      const server = await world.start(spawner, world.spec(small));
      const before = (await spawner.memory(server.handle))!;
      await server.ask('take?64');
      const after = (await spawner.memory(server.handle))!;
      expect(after - before).toBeGreaterThan(50 * MiB);
      expect(after - before).toBeLessThan(80 * MiB);
    });
  });

  describe.runIf(can)(`what a server started (${way})`, () => {
    test('ends with it when it is stopped, even what left its session and its parent', async () => {
      const spawner = await world.spawner({ controlGroups });
      const server = await world.start(spawner, world.spec());
      const child = await server.ask<number>('child?0');
      expect(await isThere(child)).toBe(true);
      await spawner.stop(server.handle, 5);
      expect(await isThere(child)).toBe(false);
    });

    test('ends with it when it ends by itself', async () => {
      const spawner = await world.spawner({ controlGroups });
      const server = await world.start(spawner, world.spec());
      const child = await server.ask<number>('child?0');
      await server.ask('exit?9').catch(() => undefined);
      expect(await ended(spawner, server)).toMatchObject({ exitCode: 9 });
      expect(await isThere(child)).toBe(false);
    });
  });
}

test('a server that does not end when asked is ended by force after the grace that it has', async () => {
  const spawner = await world.spawner();
  const deaf = 'trap "" TERM; echo deaf; while :; do sleep 1; done';
  const spec = world.spec({ command: ['/bin/sh', '-c', deaf] });
  const { handle } = await spawner.start(spec, () => {}, new AbortController().signal);
  await expect.poll(() => spawner.log(spec, 1), { timeout: 20_000 }).toBe('deaf');
  const before = performance.now();
  await spawner.stop(handle, 0.4);
  expect(performance.now() - before).toBeGreaterThan(390);
  expect(await spawner.poll(handle)).toMatchObject({ kind: 'exited' });
});

describe.runIf(groups !== null)('control groups', () => {
  test('have the limits of the spec while the server runs, and are gone after it', async () => {
    const spawner = await world.spawner();
    const spec = world.spec({
      memory: { limit: 512 * MiB, guarantee: 128 * MiB },
      cpu: { limit: 1.5, guarantee: 0.5 },
    });
    const server = await world.start(spawner, spec);
    const record = join(world.directory, 'run/servers', spec.serverId, '1/record.json');
    const { cgroups } = JSON.parse(await readFile(record, 'utf8')) as { cgroups: string[] };
    const read = async (...names: string[]) => {
      const tries = cgroups.flatMap((folder) => names.map((name) => readFile(join(folder, name), 'utf8')));
      const found = (await Promise.allSettled(tries)).find(({ status }) => status === 'fulfilled');
      return (found as PromiseFulfilledResult<string> | undefined)?.value.trim();
    };
    expect(await read('memory.max', 'memory.limit_in_bytes')).toBe(String(512 * MiB));
    expect(await read('cpu.max', 'cpu.cfs_quota_us')).toMatch(/^150000/);
    expect((await read('cgroup.procs'))?.split('\n')).toContain(String(server.pid));
    await spawner.stop(server.handle, 5);
    for (const folder of cgroups) await expect(stat(folder)).rejects.toThrow('ENOENT');
  });
});

describe('control groups of version 2', () => {
  test('get the settings that the kernel documents', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polder-groups-'));
    const version2 = new ControlGroups([{ version: 2, place: folder, folder, memory: true, cpu: true }]);
    const [made] = await version2.make('run', {
      memory: { limit: 512 * MiB, guarantee: 128 * MiB },
      cpu: { limit: 1.5, guarantee: 0.5 },
    });
    const read = (name: string) => readFile(join(made!, name), 'utf8');
    expect(await read('memory.max')).toBe(String(512 * MiB));
    expect(await read('memory.low')).toBe(String(128 * MiB));
    expect(await read('memory.swap.max')).toBe('0');
    expect(await read('cpu.max')).toBe('150000 100000');
    expect(await read('cpu.weight')).toBe('50');
    await writeFile(join(made!, 'memory.current'), '5000\n');
    await writeFile(join(made!, 'memory.stat'), 'anon 3000\ninactive_file 1500\nactive_file 500\n');
    await writeFile(join(made!, 'memory.events'), 'low 0\nhigh 0\nmax 7\noom 2\noom_kill 2\n');
    expect(await memoryOf([made!])).toBe(3500);
    expect(await outOfMemoryKills([made!])).toBe(2);
    await rm(folder, { recursive: true });
  });

  test('are not used where nothing may be changed', async () => {
    const mountInfo = '41 31 0:38 / /sys/fs/cgroup/not-there rw - cgroup2 cgroup2 rw\n';
    expect(await openControlGroups({ instance: 'test', mountInfo, ownGroups: '0::/\n' })).toBeNull();
  });
});

describe('a log', () => {
  test('that has grown too long is cut to its end, and can be written on', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polder-log-'));
    const file = join(folder, 'server.log');
    await writeFile(file, `${'x'.repeat(99)}\n`.repeat(200_000));
    await appendFile(file, 'the last line\n');
    await boundLog(file);
    expect((await stat(file)).size).toBeLessThan(2 * MiB);
    await appendFile(file, 'another line\n');
    expect(await lastLines(file, 2)).toBe('the last line\nanother line');
    expect(await readFile(file, 'utf8')).toMatch(/^\[the beginning of this log was cut off\]\n/);
    await rm(folder, { recursive: true });
  });
});
