import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { backupCommand, restoreCommand } from './backup.ts';

let folder: string;
let data: string;
/** As the hub of the course has it open. */
let store: Store;
let said: string[];
let options: { configFiles: string[]; data: string; file: string; accept: string[] };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-backup-'));
  data = join(folder, 'data');
  await mkdir(data);
  await writeFile(join(folder, 'config.yaml'), 'hub: {config: {Authenticator: {allow_all: true}}}\n');
  store = await openSqliteStore(join(data, 'polder.sqlite'));
  said = [];
  options = {
    configFiles: [join(folder, 'config.yaml')],
    data,
    file: join(folder, 'course.polder'),
    accept: [],
  };
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const say = (line: string) => void said.push(line);
const names = async () => (await store.users.list({ sort: 'name' })).items.map(({ name }) => name);

test('a course that runs is backed up, and is again what it was', async () => {
  await store.users.insert([{ name: 'anna', admin: true }]);
  await writeFile(join(data, 'keys.json'), '{}');
  await backupCommand({ ...options, force: false }, say);
  expect(said.join('\n')).toContain(join(data, 'keys.json'));
  await store.users.insert([{ name: 'ben', admin: false }]);
  await restoreCommand(options, say);
  expect(await names()).toEqual(['anna']);
  expect(said.at(-1)).toContain(`What was there before is in ${data}`);

  const [before] = await readdir(join(data, 'backups'));
  await restoreCommand({ ...options, file: join(data, 'backups', before!) }, say);
  expect(await names()).toEqual(['anna', 'ben']);
});

test('a backup is restored where there is no course yet', async () => {
  await store.users.insert([{ name: 'anna', admin: true }]);
  await backupCommand({ ...options, force: false }, say);
  const elsewhere = join(folder, 'elsewhere');
  await restoreCommand({ ...options, data: elsewhere }, say);
  await using other = await openSqliteStore(join(elsewhere, 'polder.sqlite'));
  expect(await other.users.get('anna')).toMatchObject({ admin: true });
  expect(existsSync(join(elsewhere, 'backups'))).toBe(false);
});

test('where there is no database nothing is made, and what is no backup changes nothing', async () => {
  const nowhere = join(folder, 'nowhere');
  await expect(backupCommand({ ...options, data: nowhere, force: false }, say)).rejects.toThrow('--data');
  expect(existsSync(nowhere)).toBe(false);
  await store.users.insert([{ name: 'anna', admin: false }]);
  await expect(restoreCommand({ ...options, file: options.configFiles[0]! }, say)).rejects.toThrow(
    'not a backup',
  );
  expect(await names()).toEqual(['anna']);
  await writeFile(options.configFiles[0]!, 'hub: [\n');
  await expect(backupCommand({ ...options, force: false }, say)).rejects.toThrow('polder check');
});

test('a course that was started in spite of an error is backed up and restored in spite of it', async () => {
  await store.users.insert([{ name: 'anna', admin: true }]);
  const text = 'hub: {config: {DummyAuthenticator: {password: "<yours>"}}}\n';
  await writeFile(options.configFiles[0]!, text);
  await expect(backupCommand({ ...options, force: false }, say)).rejects.toThrow('--accept');
  const accept = ['placeholder@hub.config.DummyAuthenticator.password'];
  await backupCommand({ ...options, accept, force: false }, say);
  await store.users.insert([{ name: 'ben', admin: false }]);
  await restoreCommand({ ...options, accept }, say);
  expect(await names()).toEqual(['anna']);
});

test('a file that is not there is named, instead of being said to have errors', async () => {
  const configFiles = [join(folder, 'nothing.yaml')];
  await expect(backupCommand({ ...options, configFiles, force: false }, say)).rejects.toThrow(
    /nothing\.yaml: There is no such file\..* -f/,
  );
});
