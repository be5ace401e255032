import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FollowedTable } from './followed-routes.ts';
import { RouteFile } from './route-file.ts';

/** The machine may be busy. */
const PATIENCE = { timeout: 20_000, interval: 10 };

let folder: string;
let path: string;
let logged: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'route-file-'));
  path = join(folder, 'routes.json');
  logged = '';
});
afterEach(() => rm(folder, { recursive: true }));

const log = new Writable({
  write(line, _encoding, done) {
    logged += line;
    done();
  },
});
const tableOf = (number: number): FollowedTable => ({
  position: { feed: 'feed-1', number },
  routes: Array.from({ length: number }, (_, index) => ({
    prefix: `/${index}`,
    target: 'http://10.0.0.1:1',
    data: { user: 'anna' },
  })),
});

function open(current: () => FollowedTable | undefined = () => undefined): RouteFile {
  return new RouteFile({ path, logger: pino(log), current });
}

test('what was written last is read again', async () => {
  let table = tableOf(1);
  {
    await using file = open(() => table);
    for (let number = 1; number <= 20; number++) {
      table = tableOf(number);
      file.changed();
    }
  }
  expect(open().read()).toEqual(tableOf(20));
  expect(await readdir(folder)).toEqual(['routes.json']);
  expect(logged).toBe('');
});

test('the first change is written at once', async () => {
  await using file = open(() => tableOf(1));
  file.changed();
  await vi.waitUntil(() => open().read()?.position.number === 1, PATIENCE);
});

test('no file is no table, and no news', () => {
  expect(open().read()).toBeUndefined();
  expect(logged).toBe('');
});

test('a damaged file is no table, which the log says', async () => {
  {
    await using file = open(() => tableOf(5));
    file.changed();
  }
  const text = await readFile(path, 'utf8');
  const damaged = [
    '',
    '{}',
    'null',
    text.slice(0, -20),
    text.replace('10.0.0.1', '10.0.0.2'),
    text.replace('1', '2'),
    text.replace('"number":5', '"number":null'),
  ];
  for (const content of damaged) {
    logged = '';
    await writeFile(path, content);
    expect(open().read()).toBeUndefined();
    expect(logged).toContain('of no use');
  }
});

test('where it cannot be written the log says so, and nothing else ends', async () => {
  path = join(folder, 'nowhere', 'routes.json');
  {
    await using file = open(() => tableOf(1));
    file.changed();
  }
  expect(logged).toContain('could not be kept');
});
