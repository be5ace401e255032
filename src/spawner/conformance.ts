/** What every spawner does. Each has a test file that runs this suite with a world of its own. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Progress } from '../domain/progress.ts';
import type { ServerId } from '../domain/server.ts';
import type { Launched, RunStatus, ServerSpec, Spawner } from './spawner.ts';
import { SpawnError } from './spawner.ts';

/** One world, with as many spawners looking at it as a test opens. */
export interface SpawnerWorld extends AsyncDisposable {
  /** Another spawner on the same world: what a hub has after a restart. */
  open(): Promise<Spawner>;
  /** A server that answers 200 at its path, writes the lines `first`, `second`, `third` to its log, and runs on. */
  readonly steady: Partial<ServerSpec>;
  /** A server that ends by itself, soon, with exit code 3, after it wrote the line `goodbye`. */
  readonly ending: Partial<ServerSpec>;
  /** A server that cannot be started. */
  readonly impossible: Partial<ServerSpec>;
  /** A server whose start takes long enough to be cancelled in between. */
  readonly slow: Partial<ServerSpec>;
  /** For the same server: a postStart command that writes `output` and ends with `exitCode`. */
  hook(output: string, exitCode: number): Partial<ServerSpec>;
  /** For the same server: a postStart command that takes for ever. */
  readonly endlessHook: Partial<ServerSpec>;
}

export function spawnerConformance(name: string, openWorld: () => Promise<SpawnerWorld>): void {
  describe(`${name} keeps the contract of spawners:`, () => {
    let world: SpawnerWorld;
    let opened: Spawner[];

    beforeEach(async () => {
      opened = [];
      world = await openWorld();
    });

    afterEach(async () => {
      for (const spawner of opened) {
        for (const existing of await spawner.list()) await spawner.stop(existing.handle, 0);
        await spawner[Symbol.asyncDispose]();
      }
      await world[Symbol.asyncDispose]();
    });

    const open = async () => {
      const spawner = await world.open();
      opened.push(spawner);
      return spawner;
    };

    test('what was started runs, is listed, and answers at its path', async () => {
      const spawner = await open();
      const spec = specOf(world.steady);
      const seen: Progress[] = [];
      const launched = await spawner.start(spec, (progress) => seen.push(progress), never);
      expect(await spawner.poll(launched.handle)).toEqual({ kind: 'running' });
      expect(await spawner.list()).toEqual([
        { serverId: spec.serverId, attempt: spec.attempt, handle: launched.handle },
      ]);
      await answers(launched, spec);
      expect(seen.map(({ phase }) => phase)).toContain('launching');
      const percents = seen.map(({ percent }) => percent);
      expect(percents).toEqual([...percents].sort((a, b) => a - b));
    });

    test('what was stopped is gone, and stopping it again is no error', async () => {
      const spawner = await open();
      const { handle } = await spawner.start(specOf(world.steady), ignore, never);
      await spawner.stop(handle, 5);
      expect(await spawner.poll(handle)).toMatchObject({ kind: 'exited' });
      expect(await spawner.list()).toEqual([]);
      await spawner.stop(handle, 5);
      expect(await spawner.memory(handle)).toBeNull();
    });

    test('starting a run twice, or twice at once, starts it once', async () => {
      const spawner = await open();
      const spec = specOf(world.steady);
      const [one, other] = await Promise.all([
        spawner.start(spec, ignore, never),
        spawner.start(spec, ignore, never),
      ]);
      const third = await spawner.start(spec, ignore, never);
      expect(other).toEqual(one);
      expect(third).toEqual(one);
      expect(await spawner.list()).toHaveLength(1);
    });

    test('a spawner that comes later finds what runs, and can end it', async () => {
      const earlier = await open();
      const spec = specOf(world.steady);
      const launched = await earlier.start(spec, ignore, never);
      await earlier[Symbol.asyncDispose]();
      const later = await open();
      expect(await later.start(spec, ignore, never)).toEqual(launched);
      expect(await later.list()).toHaveLength(1);
      expect(await later.poll(launched.handle)).toEqual({ kind: 'running' });
      await answers(launched, spec);
      await later.stop(launched.handle, 5);
      expect(await later.list()).toEqual([]);
    });

    test('two spawners that start the same run at once start it once', async () => {
      const [one, other] = [await open(), await open()];
      const spec = specOf(world.steady);
      const launched = await Promise.all([one.start(spec, ignore, never), other.start(spec, ignore, never)]);
      expect(launched[1]).toEqual(launched[0]);
      expect(await one.list()).toHaveLength(1);
    });

    test('servers of different users, and of one user, run beside each other', async () => {
      const spawner = await open();
      const specs = [
        specOf(world.steady, { serverId: 'srv-one', owner: { id: 1, name: 'anna@example.org' } }),
        specOf(world.steady, { serverId: 'srv-two', owner: { id: 2, name: 'зоя' } }),
        specOf(world.steady, {
          serverId: 'srv-three',
          owner: { id: 2, name: 'зоя' },
          serverName: 'lab',
          path: '/user/%D0%B7%D0%BE%D1%8F/lab/',
        }),
      ];
      const launched = await Promise.all(specs.map((spec) => spawner.start(spec, ignore, never)));
      for (const [index, spec] of specs.entries()) await answers(launched[index]!, spec);
      await spawner.stop(launched[1]!.handle, 5);
      const left = (await spawner.list()).map(({ serverId }) => serverId);
      expect([...left].sort()).toEqual(['srv-one', 'srv-three']);
    });

    test('the next attempt is a run of its own, and the handle of an earlier one does it no harm', async () => {
      const spawner = await open();
      const first = await spawner.start(specOf(world.steady), ignore, never);
      await spawner.stop(first.handle, 5);
      const second = await spawner.start(specOf(world.steady, { attempt: 2 }), ignore, never);
      await spawner.stop(first.handle, 5);
      expect(await spawner.poll(first.handle)).toMatchObject({ kind: 'exited' });
      expect(await spawner.poll(second.handle)).toEqual({ kind: 'running' });
      expect((await spawner.list()).map(({ attempt }) => attempt)).toEqual([2]);
    });

    test('a run that ends by itself is seen to have ended, with its exit code and its log', async () => {
      const spawner = await open();
      const spec = specOf(world.ending);
      const { handle } = await spawner.start(spec, ignore, never);
      const status = await ended(spawner, handle);
      expect(status).toEqual({ kind: 'exited', reason: 'exited', exitCode: 3 });
      expect(await spawner.list()).toEqual([]);
      expect(await spawner.log(spec, 10)).toContain('goodbye');
      expect(await spawner.poll(handle)).toEqual(status);
    });

    test('a start that cannot succeed says why, and leaves nothing', async () => {
      const spawner = await open();
      const start = spawner.start(specOf(world.impossible), ignore, never);
      await expect(start).rejects.toThrow(SpawnError);
      expect(await spawner.list()).toEqual([]);
    });

    test('a start that is cancelled leaves nothing, and the same run can be started after it', async () => {
      const spawner = await open();
      const spec = specOf(world.slow);
      const cancel = new AbortController();
      const start = spawner.start(spec, () => cancel.abort(), cancel.signal);
      await expect(start).rejects.toThrow();
      expect(await spawner.list()).toEqual([]);
      await spawner.start(spec, ignore, never);
      expect(await spawner.list()).toHaveLength(1);
    });

    test('the log has the last lines asked for, and keeps them when the run is stopped', async () => {
      const spawner = await open();
      const spec = specOf(world.steady);
      const launched = await spawner.start(spec, ignore, never);
      await answers(launched, spec);
      await expect.poll(() => spawner.log(spec, 2), { timeout: 20_000 }).toBe('second\nthird');
      expect(await spawner.log(spec, 100)).toMatch(/first\nsecond\nthird/);
      expect(await spawner.log(spec, 0)).toBe('');
      await spawner.stop(launched.handle, 5);
      expect(await spawner.log(spec, 100)).toContain('second');
    });

    test('what never ran has no log, has ended, and can be stopped', async () => {
      const spawner = await open();
      expect(await spawner.log({ serverId: 'srv-nobody', attempt: 1 }, 10)).toBe('');
      expect(await spawner.log({ serverId: 'srv-../../etc', attempt: 1 }, 10)).toBe('');
      for (const handle of [null, { serverId: 'srv-nobody', attempt: 1 }, 'nonsense', 7]) {
        expect(await spawner.poll(handle)).toMatchObject({ kind: 'exited' });
        expect(await spawner.memory(handle)).toBeNull();
        await spawner.stop(handle, 0);
      }
    });

    test('a postStart command’s output and exit code are kept', async () => {
      const spawner = await open();
      const good = specOf({ ...world.steady, ...world.hook('all is here', 0) });
      const { handle } = await spawner.start(good, ignore, never);
      expect(await spawner.runHook(good, handle, never)).toMatchObject({
        status: 'succeeded',
        exitCode: 0,
        output: expect.stringContaining('all is here'),
      });
      const bad = specOf({ ...world.steady, ...world.hook('no such repository', 4) });
      expect(await spawner.runHook(bad, handle, never)).toMatchObject({
        status: 'failed',
        exitCode: 4,
        output: expect.stringContaining('no such repository'),
      });
      expect(await spawner.poll(handle)).toEqual({ kind: 'running' });
    });

    test('a postStart command can be cancelled', async () => {
      const spawner = await open();
      const spec = specOf({ ...world.steady, ...world.endlessHook });
      const { handle } = await spawner.start(spec, ignore, never);
      await expect(spawner.runHook(spec, handle, AbortSignal.timeout(50))).rejects.toThrow();
      expect(await spawner.poll(handle)).toEqual({ kind: 'running' });
    });

    test('the memory of a run is known or said not to be', async () => {
      const spawner = await open();
      const { handle } = await spawner.start(specOf(world.steady), ignore, never);
      const memory = await spawner.memory(handle);
      if (memory !== null) expect(memory).toBeGreaterThan(10_000);
    });
  });
}

const never = new AbortController().signal;
const ignore = () => {};

function specOf(part: Partial<ServerSpec>, more: Partial<ServerSpec> = {}): ServerSpec {
  const serverId: ServerId = 'srv-conformance';
  const owner = more.owner ?? part.owner ?? { id: 1, name: 'anna' };
  return {
    serverId,
    attempt: 1,
    owner,
    serverName: '',
    path: `/user/${encodeURIComponent(owner.name)}/`,
    environment: {},
    command: null,
    postStart: null,
    memory: { limit: null, guarantee: null },
    cpu: { limit: null, guarantee: null },
    userOptions: {},
    ...part,
    ...more,
  };
}

async function answers(launched: Launched, spec: ServerSpec): Promise<void> {
  const ask = async () => {
    const response = await fetch(`${launched.target}${spec.path}`).catch(() => null);
    await response?.body?.cancel();
    return response?.status;
  };
  await expect.poll(ask, { timeout: 20_000 }).toBe(200);
}

async function ended(spawner: Spawner, handle: Launched['handle']): Promise<RunStatus> {
  await expect.poll(async () => (await spawner.poll(handle)).kind, { timeout: 20_000 }).toBe('exited');
  return await spawner.poll(handle);
}
