/** postStart commands. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { HookResult } from '../../domain/server.ts';
import type { ProcessSpawner, ProcessSpawnerOptions } from './process-spawner.ts';
import { ProcessWorld, type RunningServer } from './process-world.ts';
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

const never = new AbortController().signal;

async function serverWith(
  options: Partial<ProcessSpawnerOptions> = {},
): Promise<{ spawner: ProcessSpawner; server: RunningServer }> {
  const spawner = await world.spawner({ preparedParent: false, ...options });
  return { spawner, server: await world.start(spawner, world.spec()) };
}

function runHook(
  spawner: ProcessSpawner,
  server: RunningServer,
  postStart: readonly string[],
): Promise<HookResult> {
  return spawner.runHook({ ...server.spec, postStart }, server.handle, never);
}

test('run in the home, as the user, with the server’s environment and more that is said for them', async () => {
  const { spawner, server } = await serverWith({ hookEnvironment: { GIT_CONFIG_COUNT: '1' } });
  const { output } = await runHook(spawner, server, [
    '/bin/sh',
    '-c',
    'id -u; pwd; echo $HOME $JUPYTERHUB_SERVICE_URL $GIT_CONFIG_COUNT; echo oops >&2',
  ]);
  const facts = await server.facts();
  expect(output.split('\n')).toEqual([
    String(facts.ids[0]),
    facts.folder,
    `${facts.folder} ${facts.environment.JUPYTERHUB_SERVICE_URL} 1`,
    'oops',
    '',
  ]);
  expect(facts.environment.GIT_CONFIG_COUNT).toBeUndefined();
});

test('find the programs of the environment, such as gitpuller', async () => {
  const { spawner, server } = await serverWith();
  await writeFile(join(environment.python, '..', 'gitpuller'), '#!/bin/sh\necho "pulling $1"\n', {
    mode: 0o755,
  });
  expect(await runHook(spawner, server, ['gitpuller', 'here'])).toMatchObject({
    status: 'succeeded',
    output: 'pulling here\n',
  });
});

test('that do not exist have failed, and say so', async () => {
  const { spawner, server } = await serverWith();
  expect(await runHook(spawner, server, ['gitpuller-of-tomorrow'])).toMatchObject({
    status: 'failed',
    exitCode: 127,
    output: 'The command did not start: gitpuller-of-tomorrow: command not found\n',
  });
});

test('that write much keep the end of it', async () => {
  const { spawner, server } = await serverWith();
  const { output } = await runHook(spawner, server, ['/bin/sh', '-c', 'seq 1 100000; echo the end']);
  expect(output.length).toBeLessThanOrEqual(64 * 1024);
  expect(output).toMatch(/99999\n100000\nthe end\n$/);
});

test('that take too long are ended, with all that they started', async () => {
  const { spawner, server } = await serverWith({ hookTimeoutSeconds: 0.5 });
  const result = await runHook(spawner, server, [
    '/bin/sh',
    '-c',
    'echo begun; setsid sleep 1000 & sleep 1000',
  ]);
  expect(result).toMatchObject({ status: 'failed', exitCode: null });
  expect(result.output).toBe('begun\nIt was ended because it took longer than 0.5 seconds.\n');
  expect((await spawner.poll(server.handle)).kind).toBe('running');
});

test('that a signal ended have the exit code that a shell gives', async () => {
  const { spawner, server } = await serverWith();
  expect(await runHook(spawner, server, ['/bin/sh', '-c', 'kill -KILL $$'])).toMatchObject({ exitCode: 137 });
});

test('that a hub which is gone has started are waited for, not started again', async () => {
  const { spawner, server } = await serverWith();
  const later = await world.spawner({ preparedParent: false });
  const flag = join((await server.facts()).folder, 'go');
  const command = [
    '/bin/sh',
    '-c',
    `echo run >> ran; until [ -e '${flag}' ]; do sleep 0.05; done; cat ran; exit 5`,
  ];
  const first = runHook(spawner, server, command);
  await begun(server);
  const second = runHook(later, server, command);
  // Both wait now; neither ends before the flag is there.
  expect(await Promise.race([first, second, delay(200, 'waiting')])).toBe('waiting');
  await writeFile(flag, '');
  for (const result of await Promise.all([first, second])) {
    expect(result).toMatchObject({ status: 'failed', exitCode: 5, output: 'run\n' });
  }
});

test('that are asked for twice at once run once', async () => {
  const { spawner, server } = await serverWith();
  const command = ['/bin/sh', '-c', 'echo run >> ran; sleep 0.3; cat ran'];
  const both = [runHook(spawner, server, command), runHook(spawner, server, command)];
  for (const { output } of await Promise.all(both)) expect(output).toBe('run\n');
});

test('can run again, and end with their server', async () => {
  const { spawner, server } = await serverWith();
  expect((await runHook(spawner, server, ['/bin/false'])).exitCode).toBe(1);
  expect((await runHook(spawner, server, ['/bin/true'])).exitCode).toBe(0);
  const endless = runHook(spawner, server, ['sleep', '1000']);
  await begun(server);
  await spawner.stop(server.handle, 1);
  expect((await endless).status).toBe('failed');
  expect((await runHook(spawner, server, ['/bin/true'])).output).toBe('The server is not running.\n');
});

/** Waits until a command of the server has left its record. */
async function begun(server: RunningServer): Promise<void> {
  const record = join(world.directory, 'run/servers', server.spec.serverId, '1/hook.json');
  await expect.poll(() => existsSync(record), { timeout: 10_000 }).toBe(true);
}
