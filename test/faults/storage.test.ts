/** The disk is full, the database locked or gone: it is said in words, nothing is half-written, and it goes on by itself. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FaultCourse, until } from './fault-course.ts';
import { adminTokenOf } from './fault-run.ts';
import { Person } from './person.ts';

const disk = mkdtempSync(join(tmpdir(), 'polder-disk-'));
const canMount = process.getuid?.() === 0 && mounts();

let course: FaultCourse;
let adminToken: string;
/** Has a server that runs, a session and a token from before. */
let anna: Person;

beforeEach(async () => {
  if (canMount) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m,mode=755', 'tmpfs', disk]);
  course = await FaultCourse.start(canMount ? { within: disk } : {});
  adminToken = await adminTokenOf(course);
  anna = new Person({ name: 'anna', course, adminToken });
  await anna.live([{ kind: 'log-in' }, { kind: 'make-token' }, { kind: 'start', server: '', by: 'api' }]);
  await untilState('anna', '', 'ready');
  expect(anna.complaints).toEqual([]);
});
afterEach(async () => {
  await course[Symbol.asyncDispose]();
  if (canMount) execFileSync('umount', ['--lazy', disk]);
});

const database = () => join(course.data, 'polder.sqlite');

function untilState(owner: string, name: string, state: string): Promise<void> {
  return until(
    async () =>
      course.database
        .servers(owner)
        .some((row) => row.name === name && row.owner === owner && row.state === state),
    `${owner}/${name} is ${state}`,
  );
}

/** What a request changes nothing of: anna still works. */
async function expectAnnaWorks(): Promise<void> {
  expect((await fetch(`${course.url}/user/anna/`)).status).toBe(200);
  const { secret } = anna.tokens[0]!;
  const known = await fetch(`${course.url}/hub/api/user`, { headers: { authorization: `token ${secret}` } });
  expect(known.status).toBe(200);
  expect((await anna.sessions[0]!.browser.get('/hub/home')).status).toBe(200);
}

/** Asks the API as the admin. */
function ask(method: string, path: string): Promise<Response> {
  return fetch(`${course.url}/hub/api${path}`, { method, headers: { authorization: `token ${adminToken}` } });
}

/** A page and an answer to a program that say what is wrong. */
async function expectRefused(words: RegExp): Promise<void> {
  const { browser } = anna.sessions[0]!;
  const home = await (await browser.get('/hub/home')).text();
  const xsrf = /name="_xsrf" value="([^"]*)"/.exec(home)?.[1] ?? '';
  const page = await browser.post('/hub/spawn/anna/second', { _xsrf: xsrf });
  expect(page.status).toBe(503);
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(await page.text()).toMatch(words);
  const answer = await ask('POST', '/users/ben');
  expect(answer.status).toBe(503);
  expect(((await answer.json()) as { message: string }).message).toMatch(words);
  expect((await fetch(`${course.url}/hub/health`)).status).toBe(503);
}

/** Everything that was refused can be had now, without a restart. */
async function expectRecovered(hub: number): Promise<void> {
  await until(async () => (await fetch(`${course.url}/hub/health`)).status === 200, 'the hub is healthy');
  expect((await ask('POST', '/users/cleo')).status).toBe(201);
  expect([201, 202]).toContain((await ask('POST', '/users/cleo/server')).status);
  await untilState('cleo', '', 'ready');
  await anna.live([{ kind: 'stop', server: '', by: 'api' }]);
  await untilState('anna', '', 'stopped');
  expect(anna.complaints).toEqual([]);
  expect(await course.pid('hub')).toBe(hub);
  using check = new DatabaseSync(database(), { readOnly: true });
  expect(check.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
}

const hubLog = () => readFile(join(course.data, 'logs', 'hub.log'), 'utf8');

test.runIf(canMount)('a full disk', async () => {
  const hub = await course.pid('hub');
  const filling = join(disk, 'filling');
  fill(filling);
  await until(async () => (await ask('POST', '/users/ben')).status === 503, 'the disk is full');
  await expectRefused(/disk .* is full/);
  await expectAnnaWorks();
  const size = statSync(join(course.data, 'logs', 'hub.log')).size;
  rmSync(filling);
  expect(size).toBeLessThan(2_000_000);
  await expectRecovered(hub);
  expect(await hubLog()).toMatch(/disk that holds the database is full/);
});

test('a database that another program has locked for half a minute', async () => {
  const hub = await course.pid('hub');
  using other = new DatabaseSync(database());
  other.exec('begin immediate');
  const began = Date.now();
  await expectRefused(/Another program has the database locked/);
  await expectAnnaWorks();
  await until(async () => Date.now() - began > 30_000 - 1_000, 'half a minute is over');
  other.exec('rollback');
  await expectRecovered(hub);
  expect(await hubLog()).toMatch(/Another program has the database locked/);
});

test('a database file that is gone, and comes back', async () => {
  const hub = await course.pid('hub');
  const names = ['', '-wal', '-shm'].filter((suffix) => existsSync(`${database()}${suffix}`));
  for (const suffix of names) renameSync(`${database()}${suffix}`, `${database()}${suffix}.away`);
  const answer = await ask('POST', '/users/ben');
  expect(answer.status).toBe(503);
  expect(((await answer.json()) as { message: string }).message).toMatch(/database file was removed/);
  expect((await fetch(`${course.url}/user/anna/`)).status).toBe(200);
  for (const suffix of names) renameSync(`${database()}${suffix}.away`, `${database()}${suffix}`);
  await expectRecovered(hub);
  expect(await hubLog()).toMatch(/database file was removed/);
});

function fill(file: string): void {
  try {
    writeFileSync(file, Buffer.alloc(64 << 20));
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
  }
}

function mounts(): boolean {
  const place = join(disk, 'try');
  mkdirSync(place);
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', place], { stdio: 'ignore' });
    execFileSync('umount', [place]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(place, { recursive: true });
  }
}
