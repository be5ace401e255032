import { expect } from 'vitest';
import type { Server } from '../../domain/server.ts';
import { addServer, addUser, newCode, newSession, newToken, type StoreTest } from './store-test.ts';

const MANY = 100;

export function concurrencyConformance(test: StoreTest): void {
  test('of many updates of one row none is lost', async ({ store, anna }) => {
    const { id } = await addServer(store, anna);
    const updates = times(MANY, () => store.servers.update(id, countUp));
    const revisions = (await Promise.all(updates)).map((server) => server!.revision);
    expect(revisions.sort((a, b) => a - b)).toEqual(times(MANY, (index) => index + 1));
    expect(await store.servers.byId(id)).toMatchObject({ attempt: MANY, revision: MANY });
  });

  test('of updates by two hubs none is lost', async ({ store, database, anna }) => {
    await using other = await database.open();
    const { id } = await addServer(store, anna);
    await Promise.all(times(MANY, (index) => (index % 2 ? store : other).servers.update(id, countUp)));
    expect(await store.servers.byId(id)).toMatchObject({ attempt: MANY, revision: MANY });
    expect(await other.servers.byId(id)).toEqual(await store.servers.byId(id));
  });

  test('transactions that read before they write do not pass each other', async ({ store, database }) => {
    await using other = await database.open();
    const addIfFewer = (index: number) =>
      (index % 2 ? store : other).transaction(async (tx) => {
        if ((await tx.users.count()) >= 10) return 0;
        return (await tx.users.insert([{ name: `u${index}`, admin: false }])).length;
      });
    const added = await Promise.all(times(40, addIfFewer));
    expect(added.filter((count) => count === 1)).toHaveLength(10);
    expect(await store.users.count()).toBe(10);
  });

  test('exclusive transactions come one after another, each seeing those before it', async ({
    store,
    database,
  }) => {
    await using other = await database.open();
    const addIfFewer = (index: number) =>
      (index % 2 ? store : other).exclusive('places', async (tx) => {
        const count = await tx.users.count();
        if (count < 10) await tx.users.insert([{ name: `u${index}`, admin: false }]);
        return count;
      });
    const counts = await Promise.all(times(40, addIfFewer));
    expect(counts.toSorted((a, b) => a - b)).toEqual(times(40, (index) => Math.min(index, 10)));
    expect(await store.users.count()).toBe(10);
  });

  test('of many holders who claim one row, one has it', async ({ store, database, anna }) => {
    await using other = await database.open();
    const { id } = await addServer(store, anna);
    const claims = await Promise.all(
      times(20, (index) => (index % 2 ? store : other).servers.claim(id, `hub-${index}`, 60)),
    );
    const winners = claims.flatMap((server) => (server ? [server.lease!.holder] : []));
    expect(winners).toEqual([(await store.servers.byId(id))!.lease!.holder]);
  });

  test('of many who take one code, one finds it unused', async ({ store, database, anna }) => {
    await using other = await database.open();
    const session = await store.sessions.insert(await newSession(store, anna));
    const code = await newCode(store, anna, session.id);
    await store.oauthCodes.insert(code);
    const taken = await Promise.all(
      times(40, (index) => (index % 2 ? store : other).oauthCodes.take(code.hash)),
    );
    expect(taken.map((result) => result!.code)).toEqual(times(40, () => code));
    expect(taken.filter((result) => !result!.used)).toHaveLength(1);
  });

  test('of many who make the same thing, all get the one that there is', async ({
    store,
    database,
    anna,
  }) => {
    await using other = await database.open();
    const either = (index: number) => (index % 2 ? store : other);
    const users = await Promise.all(
      times(20, (index) => either(index).users.insert([{ name: 'ben', admin: false }])),
    );
    expect(users.flat()).toEqual([await store.users.get('ben')]);
    const servers = await Promise.all(
      times(20, (index) => addServer(either(index), anna, { id: `srv-${index}` })),
    );
    expect(new Set(servers.map((server) => server.id)).size).toBe(1);
    const tokens = await Promise.all(times(20, (index) => either(index).tokens.insert(newToken(anna))));
    expect(new Set(tokens.map((token) => token.id)).size).toBe(1);
  });

  test('hits at the same time are all counted', async ({ store, database }) => {
    await using other = await database.open();
    const hits = await Promise.all(
      times(MANY, (index) => (index % 2 ? store : other).throttles.hit('anna', 600)),
    );
    expect(hits.map((hit) => hit.count).sort((a, b) => a - b)).toEqual(times(MANY, (index) => index + 1));
    expect(new Set(hits.map((hit) => hit.until.getTime())).size).toBe(1);
  });

  test('events at the same time are counted without a gap', async ({ store, database, anna }) => {
    await using other = await database.open();
    const { id } = await addServer(store, anna);
    const events = await Promise.all(
      times(40, (index) => {
        const progress = { phase: 'launching', message: `${index}`, percent: index } as const;
        return (index % 2 ? store : other).progress.append(id, 1, progress, new Date());
      }),
    );
    const stored = await store.progress.since(id, 1, 0);
    expect(stored.map((event) => event.sequence)).toEqual(times(40, (index) => index + 1));
    expect(new Set(stored)).toEqual(new Set(events));
    expect(stored.map((event) => event.percent)).toEqual(
      stored.map((event) => event.percent).sort((a, b) => a - b),
    );
  });

  test('one that throws among many takes nobody with it', async ({ store, anna }) => {
    const { id } = await addServer(store, anna);
    const outcomes = await Promise.allSettled(
      times(MANY, (index) =>
        store.transaction(async (tx) => {
          await tx.servers.update(id, countUp);
          await addUser(tx, `u${index}`);
          if (index % 3 === 0) throw new Error('no');
        }),
      ),
    );
    const done = outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [`u${index}`] : []));
    expect(done).toHaveLength(66);
    expect((await store.servers.byId(id))!.attempt).toBe(66);
    const { items } = await store.users.list({ nameContains: 'u' });
    expect(new Set(items.map((user) => user.name))).toEqual(new Set(done));
  });
}

function times<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function countUp(server: Server): Server {
  return { ...server, attempt: server.attempt + 1 };
}
