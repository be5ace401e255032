import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { dumpOf, streamOf } from '../conformance/backup.ts';
import { addServer, addUser, newSession, newToken } from '../conformance/store-test.ts';
import { describeOnPostgres, makePostgresDatabase } from '../postgres/test-server.ts';
import { openSqliteStore } from '../sqlite/sqlite-store.ts';
import type { Store } from '../store.ts';
import { KEPT_TABLES, LEFT_OUT } from './dump.ts';

async function withSqlite(work: (store: Store, file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-dump-'));
  try {
    const file = join(folder, 'hub.sqlite');
    await using store = await openSqliteStore(file);
    await work(store, file);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('every table is kept, or left out on purpose', async () => {
  await withSqlite(async (_, file) => {
    using database = new DatabaseSync(file);
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    const ours = tables.map(({ name }) => String(name)).filter((name) => !/^(sqlite|kysely)_/.test(name));
    expect(ours.sort()).toEqual([...KEPT_TABLES, ...LEFT_OUT].sort());
  });
});

describeOnPostgres('from one kind of database to the other', () => {
  test('all of it moves, and back again', async () => {
    await using database = await makePostgresDatabase();
    await using postgres = await database.open();
    await withSqlite(async (sqlite) => {
      const anna = await addUser(sqlite, 'anna');
      await addServer(sqlite, anna);
      const session = await newSession(sqlite, anna);
      await sqlite.sessions.insert(session);
      await sqlite.tokens.insert(newToken(anna, { sessionId: session.id }));
      const pieces = await dumpOf(sqlite);
      await postgres.restore(() => streamOf(pieces));
      expect(await postgres.users.get('anna')).toEqual(anna);
      expect((await addUser(postgres, 'ben')).id).toBeGreaterThan(anna.id);
      const moved = await dumpOf(postgres);
      await sqlite.restore(() => streamOf(moved));
      expect((await sqlite.users.list({})).items).toEqual((await postgres.users.list({})).items);
      expect(await sqlite.tokens.byHash('hash-of-token-anna')).toMatchObject({ sessionId: session.id });
    });
  });
});
