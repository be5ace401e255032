import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { addServer, addUser, nextNotice } from '../conformance/store-test.ts';
import type { Topic } from '../store.ts';
import { openPostgresStore } from './postgres-store.ts';
import { describeOnPostgres, makePostgresDatabase, urlOf } from './test-server.ts';

afterEach(() => {
  vi.useRealTimers();
});

test.each(['mysql://polder:s3cr3t@db/polder', 'postgres://polder:s3cr3t@db:none/polder', 's3cr3t'])(
  'an address that cannot be understood (%s) is refused without repeating it',
  async (address) => {
    const error = await openPostgresStore(address).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: 'invalid', message: expect.stringContaining('postgres://') });
    expect([error.message, error.detail, error.stack, String(error.cause)].join()).not.toContain('s3cr3t');
  },
);

test('a server that is not there is named as what does not answer', async () => {
  const opening = openPostgresStore('postgres://polder:s3cr3t@127.0.0.1:1/polder');
  const error = await opening.catch((thrown) => thrown);
  expect(error).toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('does not answer'),
    detail: expect.stringContaining('ECONNREFUSED'),
  });
  expect(`${error.message} ${error.detail}`).not.toContain('s3cr3t');
});

describeOnPostgres('A PostgreSQL database', () => {
  test('that does not exist is said not to', async () => {
    await expect(openPostgresStore(urlOf(`polder_none_${randomUUID()}`))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('no database of that name'),
    });
  });

  test('of a newer version is refused and not touched', async () => {
    await using database = await makePostgresDatabase();
    await (await database.open())[Symbol.asyncDispose]();
    await database.run("insert into kysely_migration values ('9999-later', '2100-01-01T00:00:00.000Z')");
    await database.run("update agreements set value = '9999' where name = 'oldest-schema'");
    await expect(database.open()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('newer version'),
      detail: expect.stringContaining('9999-later'),
    });
  });

  test('that cannot hold every name is refused', async () => {
    await using database = await makePostgresDatabase({}, { encoding: 'LATIN1' });
    await expect(database.open()).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('LATIN1'),
    });
  });

  test('is brought to today’s tables once by many hubs that start at once', async () => {
    await using database = await makePostgresDatabase();
    const stores = await Promise.all(Array.from({ length: 6 }, () => database.open()));
    await addUser(stores[0]!, 'anna');
    expect(await Promise.all(stores.map((store) => store.users.count()))).toEqual([1, 1, 1, 1, 1, 1]);
    expect(await database.run('select id from route_feed')).toHaveLength(1);
    for (const store of stores) await store[Symbol.asyncDispose]();
  });

  test('measures leases by its own clock, whatever the hub takes the time for', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    await using other = await database.open();
    const { id } = await addServer(store, await addUser(store, 'anna'));
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2001-01-01T00:00:00Z') });
    const before = await store.now();
    const lease = (await store.servers.claim(id, 'hub-1', 60))!.lease!;
    expect(before.getFullYear()).toBeGreaterThan(2001);
    expect(lease.until.getTime() - before.getTime()).toBeGreaterThanOrEqual(60_000);
    expect(lease.until.getTime() - before.getTime()).toBeLessThan(90_000);
    vi.setSystemTime(new Date('2101-01-01T00:00:00Z'));
    expect(await other.servers.claim(id, 'hub-2', 60)).toBeUndefined();
  });

  test('holds what has a character that its text cannot', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    const { id } = await addServer(store, await addUser(store, 'anna'));
    const said = { phase: 'launching', message: 'a\0b', percent: 5 } as const;
    await store.progress.append(id, 1, said, new Date());
    expect((await store.progress.since(id, 1, 0))[0]!.message).toBe('a\uFFFDb');
    const userOptions = { note: 'a\0b' };
    await store.servers.update(id, (row) => ({ ...row, userOptions }));
    expect((await store.servers.byId(id))!.userOptions).toEqual(userOptions);
    expect(await store.users.get('an\0na')).toBeUndefined();
    expect((await store.users.list({ names: ['an\0na', 'anna'] })).total).toBe(1);
  });

  test('looks for ids and offsets that are larger than any there is', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    expect(await store.users.byId(Number.MAX_SAFE_INTEGER)).toBeUndefined();
    expect(await store.tokens.list({ id: 2 ** 40 })).toEqual([]);
    expect(await store.users.list({ offset: 2 ** 40, limit: 2 ** 40 })).toEqual({ items: [], total: 0 });
  });

  test('wakes those who listen at another hub', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    await using other = await database.open();
    const heard: Topic[] = [];
    other.subscribe('users', () => heard.push('users'));
    other.subscribe('tokens', () => heard.push('tokens'));
    const woken = nextNotice(other, 'servers');
    const anna = await addUser(store, 'anna');
    await addServer(store, anna);
    await woken;
    expect(await other.servers.get('anna', '')).toBeDefined();
    await vi.waitFor(() => expect(heard).toContain('users'));
    expect(heard).not.toContain('tokens');
  });

  test('wakes them again when the connection that listens was lost, with what was missed', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    await using other = await database.open();
    const heard: Topic[] = [];
    other.subscribe('users', () => heard.push('users'));
    const caughtUp = nextNotice(other, 'progress');
    await database.run(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and query ilike '%listen%' and pid <> pg_backend_pid()`,
    );
    await caughtUp;
    await vi.waitFor(() => expect(heard).toEqual(['users']));
    let index = 0;
    await vi.waitFor(
      async () => {
        await addUser(store, `u${index++}`);
        expect(heard.length).toBeGreaterThan(1);
      },
      { timeout: 10_000 },
    );
  });

  test('behind a pooler wakes everybody every so often', async () => {
    await using database = await makePostgresDatabase({ pooler: true, pollSeconds: 0.05 });
    await using store = await database.open();
    await nextNotice(store, 'servers');
    await nextNotice(store, 'progress');
    const listening = await database.run(
      `select 1 from pg_stat_activity where datname = current_database() and query ilike 'listen%'`,
    );
    expect(listening).toEqual([]);
  });
});
