/** The hub is killed at some moment of a start or a stop; the next one finds everything, and starts nothing twice. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ServerSpec } from '../spawner.ts';
import { ProcessWorld, RunningServer } from './process-world.ts';
import { makeStubEnvironment, type StubEnvironment } from './stub-environment.ts';

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

const hubProgram = `
  const { ProcessSpawner } = await import(process.argv[1]);
  const { pino } = await import('pino');
  const { options, spec } = JSON.parse(process.argv[2]);
  const spawner = await ProcessSpawner.open({ ...options, logger: pino({ level: 'silent' }) });
  process.on('message', async () => {
    const { handle } = await spawner.start(spec, ({ percent }) => process.send({ percent }), new AbortController().signal);
    process.send({ launched: handle });
    await spawner.stop(handle, 5);
  });
  process.send({ open: true });
`;

/** A hub in a process of its own, so that it can be killed. Resolves when its spawner is open. */
async function openHub(spec: ServerSpec, preparedParent: boolean): Promise<ChildProcess> {
  const module = new URL('./process-spawner.ts', import.meta.url).href;
  const options = { python: environment.python, directory: world.directory, preparedParent };
  const code = ['--input-type=module', '--eval', hubProgram, module, JSON.stringify({ options, spec })];
  const hub = spawn(process.execPath, code, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(hub, 'message');
  return hub;
}

/** Processes that are in the home of the world's user. */
async function serverProcesses(): Promise<readonly string[]> {
  const home = join(world.directory, 'homes', 'anna');
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const folders = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => null)));
  return pids.filter((_, index) => folders[index] === home);
}

describe.each([true, false])('a hub that is killed (prepared parent: %s)', (preparedParent) => {
  // A launch takes 20 to 60 milliseconds.
  test.each([0, 3, 8, 15, 25, 40, 80])(
    '%d ms into a launch leaves at most one server, which the next finds',
    async (ms) => {
      const spec = world.spec();
      const hub = await openHub(spec, preparedParent);
      const launching = new Promise<void>((resolve) => {
        hub.on('message', (message) => (message as { percent?: number }).percent === 20 && resolve());
      });
      hub.send('start');
      await launching;
      await delay(ms);
      hub.kill('SIGKILL');
      await once(hub, 'exit');

      const next = await world.spawner({ preparedParent });
      const server = await world.start(next, spec);
      const existing = await next.list();
      expect(existing).toEqual([{ serverId: spec.serverId, attempt: 1, handle: server.handle }]);
      const facts = await new RunningServer(spec, server.launched).facts();
      expect(facts.pid).toBe(server.pid);
      expect(await serverProcesses()).toEqual([String(server.pid)]);
      await next.stop(server.handle, 5);
      expect(await serverProcesses()).toEqual([]);
    },
  );

  test.each([0, 10, 60])('%d ms into a stop leaves what the next can end', async (ms) => {
    const spec = world.spec();
    const hub = await openHub(spec, preparedParent);
    const launched = new Promise<void>((resolve) => {
      hub.on('message', (message) => 'launched' in (message as object) && resolve());
    });
    hub.send('start');
    await launched;
    await delay(ms);
    hub.kill('SIGKILL');
    await once(hub, 'exit');

    const next = await world.spawner({ preparedParent });
    await next.stop({ serverId: spec.serverId, attempt: 1 }, 5);
    expect(await next.list()).toEqual([]);
    expect(await serverProcesses()).toEqual([]);
  });
});

test('a process that was given the number of a server that has ended is left alone', async () => {
  const spawner = await world.spawner();
  const server = await world.start(spawner, world.spec());
  const other = spawn('/bin/sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'] });
  const file = join(world.directory, 'run', 'servers', server.spec.serverId, '1', 'record.json');
  const record = JSON.parse(await readFile(file, 'utf8')) as { pid: number };
  await writeFile(file, JSON.stringify({ ...record, pid: other.pid }));

  const next = await world.spawner();
  expect(await next.list()).toEqual([]);
  expect(await next.poll(server.handle)).toMatchObject({ kind: 'exited' });
  await next.stop(server.handle, 0);
  expect(other.exitCode ?? other.signalCode).toBeNull();
  other.stdin.end();
  await once(other, 'exit');
  expect(other.exitCode).toBe(1);
});
