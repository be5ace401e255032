/** What happens when the prepared parent cannot do its work, or ends. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProcessWorld } from './process-world.ts';
import { openProcessTable } from './processes.ts';
import { makeStubEnvironment, type StubEnvironment } from './stub-environment.ts';

let environment: StubEnvironment;
let world: ProcessWorld;
beforeEach(async () => {
  environment = await makeStubEnvironment();
  world = await ProcessWorld.open(environment.python);
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await environment[Symbol.asyncDispose]();
});

test('an environment that cannot be imported is a finding, and servers start plainly', async () => {
  // Importable by the server itself, which starts as a program; not by the parent.
  await environment.prepend('if __name__ != "__main__": raise ImportError("no such luck")');
  const spawner = await world.spawner();
  const facts = await (await world.start(spawner, world.spec())).facts();
  expect(facts.importedBy).toBe(facts.pid);
  expect(spawner.findings.map(({ code }) => code)).toContain('starts-are-slow');
  expect(spawner.findings.find(({ code }) => code === 'starts-are-slow')?.message).toContain('no such luck');
  expect(await spawner.preparedParent()).toBeNull();
});

test('an environment whose modules run threads is not forked', async () => {
  await environment.prepend(
    'import threading\nif __name__ != "__main__": threading.Thread(target=threading.Event().wait, daemon=True).start()',
  );
  const spawner = await world.spawner();
  const facts = await (await world.start(spawner, world.spec())).facts();
  expect(facts.importedBy).toBe(facts.pid);
  expect(spawner.findings.find(({ code }) => code === 'starts-are-slow')?.message).toContain('threads');
});

test('a module that ends the parent while it is imported ends no more than that', async () => {
  await environment.prepend('import os\nif __name__ != "__main__": os.kill(os.getpid(), 11)');
  const spawner = await world.spawner();
  const facts = await (await world.start(spawner, world.spec())).facts();
  expect(facts.importedBy).toBe(facts.pid);
  await expect
    .poll(() => spawner.findings.map(({ code }) => code), { timeout: 20_000 })
    .toContain('starts-are-slow');
});

test('servers live on when their parent is killed, and the next ones have another', async () => {
  const spawner = await world.spawner();
  const one = await world.start(spawner, world.spec());
  const parent = (await spawner.preparedParent())!;
  expect(parent.memory).toBeGreaterThan(1_000_000);
  expect((await one.facts()).parent).toBe(parent.pid);
  process.kill(parent.pid, 'SIGKILL');
  const other = await world.start(spawner, world.spec());
  expect((await other.facts()).importedBy).not.toBe(parent.pid);
  expect(await spawner.poll(one.handle)).toEqual({ kind: 'running' });
  expect((await one.facts()).pid).toBe(one.pid);
  expect(spawner.findings.map(({ code }) => code)).not.toContain('starts-are-slow');
  // Nobody knows its exit code now, only that it has ended.
  await one.ask('exit?3').catch(() => undefined);
  await expect
    .poll(() => spawner.poll(one.handle), { timeout: 20_000 })
    .toMatchObject({ kind: 'exited', exitCode: null });
});

test('the parent ends with the hub, and the servers do not', async () => {
  const spawner = await world.spawner();
  const server = await world.start(spawner, world.spec());
  const { pid } = (await spawner.preparedParent())!;
  await spawner[Symbol.asyncDispose]();
  const table = await openProcessTable();
  expect(await table.read(pid)).toBeNull();
  expect((await server.facts()).pid).toBe(server.pid);
});

test('the code with which a forked server ended is known', async () => {
  const spawner = await world.spawner();
  const server = await world.start(spawner, world.spec());
  await server.ask('exit?7').catch(() => undefined);
  await expect
    .poll(() => spawner.poll(server.handle), { timeout: 20_000 })
    .toEqual({ kind: 'exited', reason: 'exited', exitCode: 7 });
});

test('a start that is cancelled while the parent still imports leaves nothing', async () => {
  await environment.prepend('import time\nif __name__ != "__main__": time.sleep(3600)');
  const spawner = await world.spawner();
  const cancel = new AbortController();
  const start = spawner.start(world.spec(), () => setImmediate(() => cancel.abort()), cancel.signal);
  await expect(start).rejects.toThrow('aborted');
  expect(await spawner.list()).toEqual([]);
});

test('many servers that are started at once all come', async () => {
  const spawner = await world.spawner();
  const specs = Array.from({ length: 20 }, (_, index) =>
    world.spec({ owner: { id: index + 1, name: `user${index + 1}` } }),
  );
  const servers = await Promise.all(specs.map((spec) => world.start(spawner, spec)));
  const facts = await Promise.all(servers.map((server) => server.facts()));
  expect(new Set(facts.map(({ pid }) => pid)).size).toBe(20);
  expect(new Set(facts.map(({ parent }) => parent)).size).toBe(1);
  for (const [index, { environment: found }] of facts.entries()) expect(found.USER).toBe(`user${index + 1}`);
});

test('what the parent writes stands in a log of its own', async () => {
  await environment.prepend('print("hello from the import")');
  const spawner = await world.spawner();
  await world.start(spawner, world.spec());
  const log = join(world.directory, 'logs/servers/prepared-parent.log');
  await expect.poll(() => readFile(log, 'utf8'), { timeout: 20_000 }).toContain('hello from the import');
});
