/** Real kernels with open WebSockets, while hub and proxy are killed. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { newest, pythonOf } from '../e2e/single-user-environments.ts';
import { FaultCourse, until } from './fault-course.ts';
import { adminTokenOf } from './fault-run.ts';
import { KernelClient } from './kernel-client.ts';
import { Person } from './person.ts';

let course: FaultCourse;
let anna: Person;
let token: string;
let server: string;

beforeAll(async () => {
  course = await FaultCourse.start({ python: await pythonOf(newest) });
  const adminToken = await adminTokenOf(course);
  anna = new Person({ name: 'anna', course, adminToken });
  await anna.live([{ kind: 'log-in' }, { kind: 'make-token' }, { kind: 'start', server: '', by: 'api' }]);
  await until(async () => course.database.servers('anna')[0]?.state === 'ready', 'anna’s server is ready');
  token = anna.tokens[0]!.secret;
  server = `${course.url}/user/anna/`;
});
beforeEach(() => rm(enough(), { force: true }));
afterAll(() => course?.[Symbol.asyncDispose]());

const enough = () => join(course.home('anna'), 'enough');

/** Prints a line every tenth of a second until the file `enough` is in the home. */
const longCell = `
import os, time
kept = 0
while not os.path.exists("enough"):
    print(kept, flush=True)
    kept += 1
    time.sleep(0.1)
`;

/** Lets the cells of all kernels end. @returns the lines that were missed */
async function finish(client: KernelClient, cell: string): Promise<readonly number[]> {
  await writeFile(enough(), '');
  await client.until(() => client.ended(cell) !== undefined);
  expect(client.ended(cell)).toBe('ok');
  const after = client.run('kept');
  await client.until(() => client.result(after) !== undefined);
  const printed = client.printed(cell).trimEnd().split('\n').map(Number);
  expect(printed).toEqual(printed.toSorted((one, other) => one - other));
  const seen = new Set(printed);
  expect(seen.size).toBe(printed.length);
  return Array.from({ length: Number(client.result(after)) }, (_, line) => line).filter(
    (line) => !seen.has(line),
  );
}

async function reconnect(client: KernelClient): Promise<void> {
  await client.until(() => !client.isConnected);
  const connect = () =>
    client.connect().then(
      () => true,
      () => false,
    );
  await until(connect, 'the WebSocket can be opened');
}

/** Asks the server again and again, as pages do. @returns how to end, which gives all answers that were not 200. */
function load(): () => Promise<readonly string[]> {
  const failures: string[] = [];
  let ending = false;
  const asking = Array.from({ length: 4 }, async () => {
    while (!ending) {
      const answer = await fetch(`${server}api/status`, {
        headers: { authorization: `token ${token}` },
      }).then(
        async (response) => `${response.status} ${response.status === 200 ? '' : await response.text()}`,
        (error) => String(error.cause ?? error),
      );
      if (!answer.startsWith('200')) failures.push(answer);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });
  return async () => {
    ending = true;
    await Promise.all(asking);
    return failures;
  };
}

test('a cell that runs while the hub is killed, twice, loses nothing, and no request fails', async () => {
  using client = await KernelClient.start(server, token);
  const endLoad = load();
  const cell = client.run(longCell);
  await client.until(() => client.printed(cell).includes('5\n'));
  await course.kill('hub');
  await course.kill('hub');
  expect(await finish(client, cell)).toEqual([]);
  expect(client.closed).toBe(0);
  expect(await endLoad()).toEqual([]);
});

// What the proxy had in its hands when it was killed is gone: nobody can give it again. The kernel has done it all.
test('kernels run on while the proxy is killed under load, and pages that connect again go on where they were', async () => {
  const clients: KernelClient[] = [];
  while (clients.length < 3) clients.push(await KernelClient.start(server, token));
  const endLoad = load();
  const cells = clients.map((client) => client.run(longCell));
  await Promise.all(
    clients.map((client, index) => client.until(() => client.printed(cells[index]!).includes('5\n'))),
  );
  await course.kill('proxy');
  for (const client of clients) await reconnect(client);
  for (const [index, client] of clients.entries()) {
    const missed = await finish(client, cells[index]!);
    expect(missed.length).toBeLessThan(5);
    expect(client.closed).toBe(1);
    client[Symbol.dispose]();
  }
  await endLoad();
});

test('a kernel outlives everything that is Polder’s', async () => {
  using client = await KernelClient.start(server, token);
  const cell = client.run(longCell);
  await client.until(() => client.printed(cell).includes('5\n'));
  await course.kill('everything');
  await reconnect(client);
  expect((await finish(client, cell)).length).toBeLessThan(5);
});
