import { expect } from 'vitest';
import type { Topic } from '../store.ts';
import { addServer, addUser, newSession, newToken, nextNotice, type StoreTest } from './store-test.ts';

export function transactionsConformance(test: StoreTest): void {
  test('all of a transaction happens, and its own reads see it', async ({ store }) => {
    const result = await store.transaction(async (tx) => {
      const user = await addUser(tx, 'anna');
      await addServer(tx, user);
      await tx.servers.update('srv-anna-', (server) => ({ ...server, displayName: 'mine' }));
      expect(await tx.users.get('anna')).toEqual(user);
      return (await tx.servers.get('anna', ''))!.displayName;
    });
    expect(result).toBe('mine');
    expect((await store.servers.get('anna', ''))!.displayName).toBe('mine');
  });

  test('nothing of a transaction that throws happens, and what was thrown is passed on', async ({
    store,
    anna,
  }) => {
    const error = new Error('changed my mind');
    const work = store.transaction(async (tx) => {
      await tx.users.insert(Array.from({ length: 700 }, (_, index) => ({ name: `u${index}`, admin: false })));
      await addServer(tx, anna);
      await tx.users.delete(anna.id);
      throw error;
    });
    await expect(work).rejects.toBe(error);
    expect(await store.users.list({})).toEqual({ items: [anna], total: 1 });
    expect(await store.servers.get('anna', '')).toBeUndefined();
  });

  test('others do not see a transaction before it is committed', async ({ store, anna }) => {
    await store.transaction(async (tx) => {
      await tx.users.update(anna.id, { admin: true });
      expect((await store.users.get('anna'))!.admin).toBe(false);
    });
    expect((await store.users.get('anna'))!.admin).toBe(true);
  });

  test('a failure within a transaction ends it, even where it was caught', async ({ store, anna }) => {
    const work = store.transaction(async (tx) => {
      await addUser(tx, 'ben');
      await addServer(tx, { ...anna, id: 999 }).catch(() => {});
    });
    await expect(work).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.users.get('ben')).toBeUndefined();
  });

  test('a refusal of our own within a transaction may be caught', async ({ store, anna }) => {
    await addUser(store, 'ben');
    await store.transaction(async (tx) => {
      await expect(tx.users.update(anna.id, { name: 'ben' })).rejects.toMatchObject({ code: 'conflict' });
      await tx.users.update(anna.id, { name: 'ben2' });
    });
    expect(await store.users.get('ben2')).toBeDefined();
  });

  test('a write past the transaction that is open is refused, not waited for', async ({ store }) => {
    const work = store.transaction(() => store.users.insert([{ name: 'anna', admin: false }]));
    await expect(work).rejects.toThrow('through its tx');
    await addUser(store, 'anna');
  });

  test('what a transaction set going may write when the transaction is over', async ({ store }) => {
    const { promise: over, resolve: end } = Promise.withResolvers<void>();
    let later: Promise<unknown> | undefined;
    await store.transaction(async (tx) => {
      await addUser(tx, 'anna');
      later = over.then(() => addUser(store, 'ben'));
    });
    end();
    await later;
    expect(await store.users.count()).toBe(2);
  });

  test('whoever listens hears of what was committed', async ({ store, anna }) => {
    const heard: Promise<void>[] = (['users', 'servers', 'sessions', 'tokens', 'progress'] as const).map(
      (topic) => nextNotice(store, topic),
    );
    await addUser(store, 'ben');
    await heard[0];
    const server = await addServer(store, anna);
    await heard[1];
    await store.sessions.insert(await newSession(store, anna));
    await heard[2];
    await store.tokens.insert(newToken(anna));
    await heard[3];
    await store.progress.append(server.id, 1, { phase: 'ready', message: '', percent: 100 }, new Date());
    await heard[4];
  });

  test('who listens sees what it hears of', async ({ store, anna }) => {
    const { id } = await addServer(store, anna);
    const heard = nextNotice(store, 'servers').then(() => store.servers.byId(id));
    await store.transaction(async (tx) => {
      await tx.servers.update(id, (server) => ({ ...server, displayName: 'new' }));
      await tx.users.touch([{ id: anna.id, at: new Date() }]);
    });
    expect((await heard)!.displayName).toBe('new');
  });

  test('nobody is woken by what changed nothing, was taken back, or is no news', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    const token = await store.tokens.insert(newToken(anna));
    const session = await store.sessions.insert(await newSession(store, anna));
    // What was committed until here is told first.
    await new Promise((resolve) => setImmediate(resolve));
    const heard: Topic[] = [];
    const topics: Topic[] = ['users', 'servers', 'sessions', 'tokens', 'progress'];
    const stops = topics.map((topic) => store.subscribe(topic, () => heard.push(topic)));
    await store.users.insert([{ name: 'anna', admin: true }]);
    await store.users.update(anna.id, { admin: false });
    await store.users.touch([{ id: anna.id, at: new Date() }]);
    await store.servers.update(server.id, (row) => row);
    await store.servers.touch([{ id: server.id, at: new Date() }]);
    await store.servers.claim(server.id, 'hub-1', 60);
    await store.servers.release(server.id, 'hub-1');
    await store.servers.delete('srv-none');
    await store.tokens.touch([{ id: token.id, at: new Date() }]);
    await store.tokens.deleteExpired();
    await store.sessions.touch(session.id, new Date());
    await store.sessions.deleteExpired();
    await expect(
      store.transaction(async (tx) => {
        await tx.users.delete(anna.id);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    // A notice that comes shows that the earlier ones would have come.
    stops[0]!();
    const last = nextNotice(store, 'users');
    await addUser(store, 'ben');
    await last;
    expect(heard).toEqual([]);
    for (const stop of stops) stop();
  });

  test('a store that answers passes its check', async ({ store }) => {
    await store.check();
    await store.check();
    expect(Math.abs((await store.now()).getTime() - Date.now())).toBeLessThan(60_000);
  });

  test('what was stored is there when the store is opened again', async ({ database }) => {
    {
      await using first = await database.open();
      await addServer(first, await addUser(first, 'anna'));
    }
    await using second = await database.open();
    expect(await second.servers.get('anna', '')).toMatchObject({ owner: 'anna', id: 'srv-anna-' });
  });

  test('a store that was closed says so', async ({ database }) => {
    const store = await database.open();
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await expect(store.users.count()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(addUser(store, 'anna')).rejects.toMatchObject({ code: 'unavailable' });
  });
}
