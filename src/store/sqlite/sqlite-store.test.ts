import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addServer, addUser, newSession, newToken } from '../conformance/store-test.ts';
import { LostRace } from '../sql/backend.ts';
import { openSqliteStore } from './sqlite-store.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-store-'));
  file = join(folder, 'store.sqlite');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

test('the files are for their owner alone', async () => {
  await using store = await openSqliteStore(file);
  await addUser(store, 'anna');
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  expect(Object.fromEntries(modes)).toEqual({
    'store.sqlite': 0o600,
    'store.sqlite-wal': 0o600,
    'store.sqlite-shm': 0o600,
  });
});

test('a file that others could read is closed to them', async () => {
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  chmodSync(file, 0o644);
  await using _store = await openSqliteStore(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a store that is closed leaves one file', async () => {
  const store = await openSqliteStore(file);
  await addUser(store, 'anna');
  await store.users.count();
  await store[Symbol.asyncDispose]();
  expect(readdirSync(folder)).toEqual(['store.sqlite']);
});

test('what was asked for before the store is closed is still done', async () => {
  const store = await openSqliteStore(file);
  const writes = Array.from({ length: 20 }, (_, index) => addUser(store, `u${index}`));
  await store[Symbol.asyncDispose]();
  await Promise.all(writes);
  await using again = await openSqliteStore(file);
  expect(await again.users.count()).toBe(20);
});

test('a folder that does not exist is named', async () => {
  const missing = join(folder, 'missing', 'store.sqlite');
  await expect(openSqliteStore(missing)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining(`The folder ${join(folder, 'missing')} does not exist`),
  });
});

test('a file that is no database is left as it is', async () => {
  writeFileSync(file, 'notes of the first lecture, '.repeat(100));
  const before = statSync(file);
  await expect(openSqliteStore(file)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('not a database'),
  });
  expect(statSync(file)).toMatchObject({ size: before.size, mtimeMs: before.mtimeMs });
});

test('a folder in the place of the file is refused', async () => {
  mkdirSync(file);
  await expect(openSqliteStore(file)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a database of a newer version is refused and not touched', async () => {
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  const newer = new DatabaseSync(file);
  newer.exec("insert into kysely_migration values ('9999-later', '2100-01-01T00:00:00.000Z')");
  newer.exec("update agreements set value = '9999' where name = 'oldest-schema'");
  newer.close();
  await expect(openSqliteStore(file)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('newer version'),
    detail: expect.stringContaining('9999-later'),
  });
});

test('two who open a new file at once both get it', async () => {
  const stores = await Promise.all([openSqliteStore(file), openSqliteStore(file)]);
  await addUser(stores[0], 'anna');
  expect(await stores[1].users.count()).toBe(1);
  for (const store of stores) await store[Symbol.asyncDispose]();
});

test('everything that expires does so by the clock that was given', async () => {
  let now = new Date('2030-01-01T09:00:00Z');
  await using store = await openSqliteStore(file, { now: () => now });
  const anna = await addUser(store, 'anna');
  const until = new Date('2030-01-01T09:01:00Z');
  const { id } = await addServer(store, anna);
  await store.sessions.insert(await newSession(store, anna, { expiresAt: until }));
  await store.tokens.insert(newToken(anna, { expiresAt: until }));
  await store.throttles.hit('anna', 60);
  expect(anna.createdAt).toEqual(now);
  expect(await store.now()).toEqual(now);
  expect((await store.servers.claim(id, 'hub-1', 60))!.lease).toEqual({ holder: 'hub-1', until });
  const alive = async () => [
    (await store.sessions.byHash('hash-of-ses-anna')) !== undefined,
    (await store.tokens.byHash('hash-of-token-anna')) !== undefined,
    (await store.throttles.peek('anna')).count > 0,
    (await store.servers.claim(id, 'hub-2', 60)) === undefined,
  ];
  now = new Date(until.getTime() - 1);
  expect(await alive()).toEqual([true, true, true, true]);
  now = until;
  expect(await alive()).toEqual([false, false, false, false]);
});

test('a clock that is set back makes no lease and no throttle last longer', async () => {
  let now = new Date('2030-01-01T09:00:00Z');
  await using store = await openSqliteStore(file, { now: () => now });
  const { id } = await addServer(store, await addUser(store, 'anna'));
  await store.servers.claim(id, 'hub-1', 60);
  await store.throttles.hit('anna', 60);
  now = new Date('2030-01-01T08:59:58Z');
  expect(await store.servers.claim(id, 'hub-2', 60)).toBeUndefined();
  expect((await store.throttles.peek('anna')).count).toBe(1);
  now = new Date('2030-01-01T08:00:00Z');
  const until = new Date('2030-01-01T08:01:00Z');
  expect((await store.throttles.peek('anna')).count).toBe(0);
  expect(await store.throttles.hit('anna', 60)).toEqual({ count: 1, until });
  expect((await store.servers.claim(id, 'hub-2', 60))!.lease).toEqual({ holder: 'hub-2', until });
  expect(await store.servers.claim(id, 'hub-1', 60)).toBeUndefined();
});

test('a transaction that lost a race is run again, and happens once', async () => {
  await using store = await openSqliteStore(file);
  let runs = 0;
  const heard = vi.fn();
  store.subscribe('users', heard);
  await store.transaction(async (tx) => {
    runs += 1;
    await addUser(tx, `run-${runs}`);
    if (runs < 3) throw new LostRace('another was first');
  });
  expect((await store.users.list({})).items.map((user) => user.name)).toEqual(['run-3']);
  await vi.waitUntil(() => heard.mock.calls.length > 0);
  expect(heard).toHaveBeenCalledTimes(1);
});

test('a file that was taken away is missed, and used again when it is back', async () => {
  await using store = await openSqliteStore(file);
  await addUser(store, 'anna');
  renameSync(file, `${file}.away`);
  await expect(addUser(store, 'ben')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('removed'),
  });
  await expect(store.check()).rejects.toMatchObject({ code: 'unavailable' });
  writeFileSync(file, '');
  await expect(addUser(store, 'ben')).rejects.toMatchObject({ message: expect.stringContaining('replaced') });
  renameSync(`${file}.away`, file);
  await addUser(store, 'ben');
  await store.check();
  expect(await store.users.count()).toBe(2);
});

test('what requests ask for is found by an index, and opening looks through nothing', async () => {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
  await (await openSqliteStore(file))[Symbol.asyncDispose]();
  prepare.mockClear();
  await using store = await openSqliteStore(file);
  const atOpen = prepare.mock.calls.map(([sql]) => sql);
  const anna = await addUser(store, 'anna');
  const { id } = await addServer(store, anna);
  await store.sessions.insert(await newSession(store, anna));
  await store.users.byId(anna.id);
  await store.users.list({ sort: '-last_activity', limit: 10 });
  await store.users.list({ sort: 'name', names: ['anna'], limit: 10 });
  await store.users.list({ state: 'active' });
  await store.users.touch([{ id: anna.id, at: new Date() }]);
  await store.users.delete(999);
  await store.servers.get('anna', '');
  await store.servers.byOAuthClient('x');
  await store.servers.ofUsers([anna.id]);
  await store.servers.inStates(['queued']);
  await store.servers.claim(id, 'hub-1', 60);
  await store.servers.touch([{ id, at: new Date() }]);
  await store.sessions.byHash('x');
  await store.sessions.ofUser(anna.id);
  await store.sessions.delete('ses-none');
  await store.sessions.deleteExpired();
  await store.tokens.byHash('x');
  await store.tokens.list({ serverId: id });
  await store.tokens.delete({ sessionId: 'ses-none' });
  await store.tokens.deleteExpired();
  await store.throttles.peek('x');
  await store.throttles.deleteExpired();
  await store.oauthCodes.take('x');
  await store.progress.since(id, 1, 0);
  const texts = new Set(
    prepare.mock.calls.map(([sql]) => sql).filter((sql) => /^\s*(select|update|delete)/.test(sql)),
  );
  expect(texts.size).toBeGreaterThan(25);

  using explaining = new DatabaseSync(file);
  const scans = (sql: string) => {
    const steps = explaining.prepare(`explain query plan ${sql}`);
    const values = Array.from(sql.matchAll(/\?/g), () => null);
    const details = steps.all(...values).map((step) => String(step.detail));
    return details.filter((detail) =>
      /^SCAN (?!CONSTANT|json_each|touch|kysely|sqlite|\(subquery|\d)/.test(detail),
    );
  };
  // An ordered page is a walk along an index, which stops at the end of the page.
  const expected = /^SCAN users USING (COVERING )?INDEX/;
  const slow = [...texts].flatMap((sql) => scans(sql).map((step) => ({ sql, step })));
  expect(slow.filter(({ step }) => !expected.test(step))).toEqual([]);
  expect(atOpen.filter((sql) => /from "?(users|servers|tokens|sessions)/.test(sql))).toEqual([]);
});
