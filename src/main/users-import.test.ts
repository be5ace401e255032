import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { databaseOf } from './data-folder.ts';
import { importUsers } from './users-import.ts';

let folder: string;
/** As the hub of the course has it open. */
let store: Store;
let said: string[];
const say = (line: string) => void said.push(line);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-import-'));
  await writeFile(join(folder, 'config.yaml'), 'hub: {config: {Authenticator: {allow_all: true}}}\n');
  store = await openSqliteStore(databaseOf(folder));
  said = [];
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const run = (dryRun: boolean) =>
  importUsers(
    {
      configFiles: [join(folder, 'config.yaml')],
      data: folder,
      accept: [],
      file: join(folder, 'class.csv'),
      dryRun,
    },
    say,
  );

test('a roster of a thousand is looked at first, and then added while the course runs', async () => {
  const lines = Array.from({ length: 1_000 }, (_, index) => `Student${index}@example.org,group-${index % 4}`);
  await writeFile(join(folder, 'class.csv'), `email,group\n${lines.join('\n')}\n`);
  await store.users.insert([{ name: 'student7@example.org', admin: true }]);
  expect(await run(true)).toBe(0);
  expect(said).toEqual([
    'To add: 999. There already: 1. Said twice: 0. Not a name: 0.',
    ...[0, 1, 2, 3].map((number) => `Group “group-${number}”: to make, 250 to put into it.`),
  ]);
  expect(await store.users.count()).toBe(1);
  expect((await store.groups.list({})).total).toBe(0);
  expect(await run(false)).toBe(0);
  expect(said.slice(-5, -3)).toEqual([
    'Added: 999. There already: 1. Said twice: 0. Not a name: 0.',
    'Group “group-0”: made, 250 put into it.',
  ]);
  expect((await store.groups.members('group-3')).slice(0, 2)).toEqual([
    'student103@example.org',
    'student107@example.org',
  ]);
  expect((await store.users.get('student7@example.org'))?.groups).toEqual(['group-3']);
  expect(await store.users.count()).toBe(1_000);
  expect((await store.users.get('student7@example.org'))?.admin).toBe(true);
});

test('lines that cannot be names are named, and the others added', async () => {
  await writeFile(join(folder, 'class.csv'), 'anna\na/b\nanna\n');
  expect(await run(false)).toBe(1);
  expect(said[0]).toBe(`${join(folder, 'class.csv')}:2: “a/b”: a user name cannot contain “/”.`);
  expect(said[1]).toBe('Added: 1. There already: 0. Said twice: 1. Not a name: 1.');
});

test('groups are left as they are where logins say who is in them', async () => {
  await writeFile(
    join(folder, 'config.yaml'),
    `hub:
  config:
    JupyterHub: {authenticator_class: generic-oauth}
    GenericOAuthenticator:
      {client_id: polder, client_secret: s3cret-of-tests, authorize_url: https://id.example/a, token_url: https://id.example/t,
       userdata_url: https://id.example/u, manage_groups: true, auth_state_groups_key: groups, allow_all: true, enable_auth_state: true}
`,
  );
  await writeFile(join(folder, 'class.csv'), 'name,group\nanna,monday\n');
  expect(await run(false)).toBe(0);
  expect(said.at(-1)).toBe('Group “monday”: left as it is, because logins say who is in it.');
  expect((await store.users.get('anna'))?.groups).toEqual([]);
});

test('a file that is not there is said', async () => {
  await expect(run(false)).rejects.toThrow('cannot be read');
});
