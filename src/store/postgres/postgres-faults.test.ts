import { expect, test, vi } from 'vitest';
import { addServer, addUser, newToken } from '../conformance/store-test.ts';
import type { Store } from '../store.ts';
import { openPostgresStore, type PostgresStoreOptions } from './postgres-store.ts';
import { TestLink } from './test-link.ts';
import { describeOnPostgres, makePostgresDatabase, runOn, urlOf } from './test-server.ts';

describeOnPostgres('A PostgreSQL that fails', () => {
  test('a database that goes away and comes back has all that was acknowledged, and nothing half', async () => {
    await using database = await makePostgresDatabase();
    await using link = await TestLink.open(database.url);
    await using store = await openPostgresStore(link.url);
    const acknowledged: number[] = [];
    let group = 0;
    let stopped = false;
    let failures = 0;
    const writers = Array.from({ length: 8 }, async () => {
      while (!stopped) {
        const own = group++;
        try {
          await addGroup(store, own);
          acknowledged.push(own);
        } catch (error) {
          expect(error).toMatchObject({ code: 'unavailable' });
          failures += 1;
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
    });
    for (let round = 0; round < 3; round++) {
      const [before, failed] = [acknowledged.length, failures];
      await vi.waitUntil(() => acknowledged.length > before + 20, { timeout: 20_000 });
      await link.cut();
      await vi.waitUntil(() => failures > failed + 8, { timeout: 20_000 });
      await expect(store.check()).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('does not answer'),
      });
      await expect(store.users.count()).rejects.toMatchObject({ code: 'unavailable' });
      await link.restore();
    }
    const before = acknowledged.length;
    await vi.waitUntil(() => acknowledged.length > before + 20, { timeout: 20_000 });
    stopped = true;
    await Promise.all(writers);
    await store.check();
    const whole = await wholeGroups(store);
    expect(acknowledged.filter((own) => !whole.has(own))).toEqual([]);
  });

  test('a network that swallows everything is given up on, and used again when it carries', async () => {
    await using database = await makePostgresDatabase();
    await using link = await TestLink.open(database.url);
    await using store = await openPostgresStore(link.url, { ...impatient, waitSeconds: 1 });
    await addUser(store, 'anna');
    link.silence();
    const outcomes = await Promise.allSettled([
      ...Array.from({ length: 20 }, (_, index) => addUser(store, `u${index}`)),
      ...Array.from({ length: 20 }, () => store.users.count()),
    ]);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'unavailable' } });
    }
    link.endSilence();
    await vi.waitFor(() => store.check(), { timeout: 10_000 });
    await addUser(store, 'ben');
    expect(await store.users.get('ben')).toBeDefined();
  });

  test('a transaction whose connection ends in its midst leaves nothing behind', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    const work = store.transaction(async (tx) => {
      await addUser(tx, 'anna');
      await endConnections(database.url);
      await addUser(tx, 'ben');
    });
    await expect(work).rejects.toMatchObject({ code: 'unavailable' });
    await vi.waitFor(() => store.check(), { timeout: 10_000 });
    expect(await store.users.count()).toBe(0);
    await addUser(store, 'anna');
  });

  test('connections that the server ended while nobody used them are no trouble', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    await Promise.all(Array.from({ length: 10 }, (_, index) => addUser(store, `u${index}`)));
    await endConnections(database.url);
    await vi.waitFor(() => store.check(), { timeout: 10_000 });
    expect(await store.users.count()).toBe(10);
  });

  test('who waits too long for what another has locked is told, and may try again', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    await using hasty = await openPostgresStore(database.url, impatient);
    const server = await addServer(store, await addUser(store, 'anna'));
    await store.transaction(async (tx) => {
      await tx.servers.update(server.id, (row) => ({ ...row, displayName: 'slow' }));
      await expect(hasty.servers.update(server.id, (row) => ({ ...row, attempt: 9 }))).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('took too long'),
      });
    });
    await hasty.servers.update(server.id, (row) => ({ ...row, attempt: 9 }));
    expect(await store.servers.byId(server.id)).toMatchObject({ displayName: 'slow', attempt: 9 });
  });

  test('a database that takes no changes is unavailable, and read, until it takes them', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    await addUser(store, 'anna');
    const setReadOnly = async (value: string) => {
      await database.run(
        `alter database ${new URL(database.url).pathname.slice(1)} set default_transaction_read_only = ${value}`,
      );
      await endConnections(database.url);
    };
    await setReadOnly('on');
    await vi.waitFor(async () => {
      await expect(addUser(store, 'ben')).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('takes no changes'),
      });
    });
    expect(await store.users.count()).toBe(1);
    await runOn(urlOf('postgres'), `alter database ${new URL(database.url).pathname.slice(1)} reset all`);
    // Without anybody ending a connection: one that cannot write is not used again.
    await vi.waitFor(() => addUser(store, 'ben'));
  });

  test('many wait for few connections, and none is made beyond them', async () => {
    await using database = await makePostgresDatabase();
    await using store = await openPostgresStore(database.url, { readConnections: 2, writeConnections: 2 });
    let most = 0;
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        await addUser(store, `u${index}`);
        await store.users.get(`u${index}`);
        if (index % 20 === 0) most = Math.max(most, await connectionsOf(database.url));
      }),
    );
    expect(most).toBeGreaterThan(2);
    expect(most).toBeLessThanOrEqual(5);
    expect(await store.users.count()).toBe(100);
  });

  test('who waits too long for a connection is told', async () => {
    await using database = await makePostgresDatabase();
    await using store = await openPostgresStore(database.url, { writeConnections: 1, waitSeconds: 0.1 });
    const { promise: enough, resolve: end } = Promise.withResolvers<void>();
    const first = store.transaction(async (tx) => {
      await addUser(tx, 'anna');
      await enough;
    });
    await expect(addUser(store, 'ben')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('more to do than it can'),
    });
    end();
    await first;
    await addUser(store, 'ben');
  });

  test('a store that is closed has done what was asked for, and leaves no connection', async () => {
    await using database = await makePostgresDatabase();
    const store = await openPostgresStore(database.url, { writeConnections: 2 });
    const writes = Array.from({ length: 30 }, (_, index) => addUser(store, `u${index}`));
    await store[Symbol.asyncDispose]();
    await Promise.all(writes);
    await vi.waitFor(async () => expect(await connectionsOf(database.url)).toBe(0));
    await using again = await database.open();
    expect(await again.users.count()).toBe(30);
  });

  test('tables that a newer version changes under a hub are used as before', async () => {
    await using database = await makePostgresDatabase();
    await using store = await database.open();
    const anna = await addUser(store, 'anna');
    const server = await addServer(store, anna);
    await store.tokens.insert(newToken(anna));
    const use = async () => {
      expect(await store.users.get('anna')).toEqual(anna);
      expect(await store.tokens.byHash('hash-of-token-anna')).toBeDefined();
      await store.servers.update(server.id, (row) => ({ ...row, attempt: row.attempt + 1 }));
    };
    for (let round = 0; round < 3; round++) await use();
    for (const table of ['users', 'servers', 'tokens']) {
      await database.run(`alter table ${table} add column later text not null default ''`);
    }
    for (let round = 0; round < 3; round++) await use();
    expect((await store.servers.byId(server.id))!.attempt).toBe(6);
  });
});

const impatient: PostgresStoreOptions = { connectSeconds: 0.3, statementSeconds: 0.3 };

/** Three rows of one transaction. */
async function addGroup(store: Store, group: number): Promise<void> {
  await store.transaction(async (tx) => {
    for (const part of 'abc') await addUser(tx, `${group}-${part}`);
  });
}

/** @throws where a group is there in part. */
async function wholeGroups(store: Store): Promise<Set<number>> {
  const parts = new Map<number, number>();
  for (const { name } of (await store.users.list({})).items) {
    const group = Number.parseInt(name, 10);
    parts.set(group, (parts.get(group) ?? 0) + 1);
  }
  expect([...parts.values()].filter((count) => count !== 3)).toEqual([]);
  return new Set(parts.keys());
}

const others = `datname = current_database() and pid <> pg_backend_pid() and application_name = 'polder'`;

async function endConnections(url: string): Promise<void> {
  await runOn(url, `select pg_terminate_backend(pid) from pg_stat_activity where ${others}`);
}

async function connectionsOf(url: string): Promise<number> {
  const [row] = await runOn(url, `select count(*)::int as count from pg_stat_activity where ${others}`);
  return row!.count as number;
}
