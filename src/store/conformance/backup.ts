import { expect } from 'vitest';
import { transition } from '../../domain/server.ts';
import type { Piece, Store } from '../store.ts';
import { addServer, addUser, HOUR, newCode, newSession, newToken, type StoreTest } from './store-test.ts';

const NOW = new Date(1_700_000_000_000);

export async function dumpOf(store: Store): Promise<Piece[]> {
  const pieces: Piece[] = [];
  await store.dump(async (piece) => void pieces.push(piece));
  // As it comes back from a file.
  return JSON.parse(JSON.stringify(pieces)) as Piece[];
}

export async function* streamOf(pieces: readonly Piece[]): AsyncGenerator<Piece> {
  yield* pieces;
}

/** A server that runs its first attempt, with the token of that. */
async function running(store: Store, owner: string) {
  const user = (await store.users.get(owner)) ?? (await addUser(store, owner));
  const { id, oauthClientId } = await addServer(store, user);
  const server = (await store.servers.update(id, (row) => {
    const wanted = transition(row, { kind: 'start_wanted' }, NOW);
    const begun = transition(wanted, { kind: 'attempt_begun' }, NOW);
    const handle = { run: `${owner}-${begun.attempt}` };
    const launched = transition(begun, { kind: 'launched', handle, target: 'http://127.0.0.1:9' }, NOW);
    return transition(launched, { kind: 'became_ready', hook: null }, NOW);
  }))!;
  await store.tokens.insert(
    newToken(user, { hash: `hash-of-run-${server.id}-${server.attempt}`, serverId: id, oauthClientId }),
  );
  return server;
}

const stop = (store: Store, server: { readonly id: `srv-${string}` }) =>
  store.servers.update(server.id, (row) =>
    transition(transition(row, { kind: 'stop_wanted', reason: 'user' }, NOW), { kind: 'stopped' }, NOW),
  );

export function backupConformance(test: StoreTest): void {
  test('what was dumped is there again, whatever happened since', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    const session = await newSession(store, anna);
    await store.sessions.insert(session);
    await store.tokens.insert(newToken(anna, { sessionId: session.id }));
    await store.oauthCodes.insert(await newCode(store, anna, session.id));
    await store.progress.append(server.id, 1, { phase: 'ready', message: 'a “note”', percent: 12.5 }, NOW);
    const pieces = await dumpOf(store);

    await store.users.delete(anna.id);
    const late = await addUser(store, 'late');
    expect(await store.restore(() => streamOf(pieces))).toEqual({
      users: 1,
      servers: 1,
      running: 0,
      claimed: 0,
      ended: 0,
    });
    expect(await store.users.get('late')).toBeUndefined();
    expect(await store.users.get('anna')).toEqual(anna);
    expect(await store.servers.byId(server.id)).toEqual({ ...server, revision: server.revision + 1 });
    expect(await store.tokens.byHash('hash-of-token-anna')).toMatchObject({ sessionId: session.id });
    expect((await store.oauthCodes.take('hash-of-code'))?.used).toBe(false);
    expect(await store.progress.since(server.id, 1, 0)).toMatchObject([{ percent: 12.5 }]);
    // Ids go on after all that there ever were, or were put back.
    expect((await addUser(store, 'next')).id).toBeGreaterThan(anna.id);
    expect(late.id).toBeGreaterThan(anna.id);
    expect((await store.tokens.insert(newToken(anna, { hash: 'another' }))).id).toBeGreaterThan(0);
  });

  test('a server that runs and was there goes on, with the token of its run', async ({ store, anna }) => {
    const first = await running(store, 'anna');
    const pieces = await dumpOf(store);
    await stop(store, first);
    await store.tokens.delete({ oauthClientId: first.oauthClientId });
    const second = await running(store, 'anna');
    expect(second).toMatchObject({ id: first.id, attempt: 2 });
    const leased = await store.servers.claim(second.id, 'hub-1', 60);

    expect(await store.restore(() => streamOf(pieces))).toMatchObject({ running: 1, claimed: 0, ended: 0 });
    expect(await store.servers.byId(first.id)).toEqual({ ...leased, revision: second.revision + 1 });
    const tokens = await store.tokens.list({ userId: anna.id });
    expect(tokens).toMatchObject([{ serverId: second.id }]);
    expect(await store.tokens.byHash(`hash-of-run-${second.id}-2`)).toBeDefined();
  });

  test('what ran then and is at rest now stays at rest, and never has an attempt twice', async ({
    store,
  }) => {
    const server = await running(store, 'anna');
    const pieces = await dumpOf(store);
    await stop(store, server);
    await stop(store, await running(store, 'anna'));
    expect(await store.restore(() => streamOf(pieces))).toMatchObject({ running: 0, claimed: 0, ended: 0 });
    expect(await store.servers.byId(server.id)).toMatchObject({ state: 'stopped', attempt: 2, handle: null });
  });

  test('of servers that nobody knows now, those that were ready are looked at, and no other starts', async ({
    store,
    anna,
  }) => {
    const ready = await running(store, 'ben');
    const queued = await addServer(store, anna);
    await store.servers.update(queued.id, (row) => transition(row, { kind: 'start_wanted' }, NOW));
    const pieces = await dumpOf(store);
    await store.users.delete(ready.userId);
    await store.users.delete(anna.id);
    const stranger = await running(store, 'cleo');
    expect(await store.restore(() => streamOf(pieces))).toEqual({
      users: 2,
      servers: 2,
      running: 0,
      claimed: 1,
      ended: 1,
    });
    expect(await store.servers.byId(ready.id)).toMatchObject({ state: 'ready', handle: ready.handle });
    expect(await store.servers.byId(queued.id)).toMatchObject({ state: 'stopped', desired: 'stopped' });
    expect(await store.servers.byId(stranger.id)).toBeUndefined();
  });

  test('who looked at a row before the restore does not write over it', async ({ store, database, anna }) => {
    await using other = await database.open();
    const { id } = await addServer(store, anna);
    const pieces = await dumpOf(store);
    const before = (await other.servers.byId(id))!;
    await store.restore(() => streamOf(pieces));
    expect((await other.servers.byId(id))!.revision).toBeGreaterThan(before.revision);
  });

  test('a restore that fails changes nothing', async ({ store, anna }) => {
    const pieces = await dumpOf(store);
    await store.sessions.insert(await newSession(store, anna));
    const broken = async function* () {
      yield* pieces;
      throw new Error('the file ends here');
    };
    await expect(store.restore(broken)).rejects.toThrow('ends here');
    const unknown = [...pieces, { table: 'colours', columns: ['name'], rows: [['red']] }];
    await expect(store.restore(() => streamOf(unknown))).rejects.toMatchObject({ code: 'invalid' });
    expect(await store.sessions.ofUser(anna.id)).toHaveLength(1);
  });

  test('a dump is of one moment, and holds nobody up', async ({ store, database }) => {
    await using other = await database.open();
    for (let n = 0; n < 12; n++) {
      await store.users.insert(
        Array.from({ length: 100 }, (_, index) => ({ name: `u${n}-${index}`, admin: false })),
      );
    }
    let written = 0;
    const pieces: Piece[] = [];
    await store.dump(async (piece) => {
      pieces.push(piece);
      // Were it not of one moment, the last would be missing.
      const newest = (await other.users.list({ sort: '-id', limit: 1 })).items[0]!;
      await other.users.delete(newest.id);
      written += 1;
      await other.throttles.hit('during', HOUR);
    });
    expect(written).toBeGreaterThan(1);
    const users = pieces.filter(({ table }) => table === 'users').flatMap(({ rows }) => rows);
    expect(users).toHaveLength(1200);
  });
}
