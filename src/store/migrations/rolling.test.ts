/** Hubs of two versions on one database, while one replaces the other. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { addServer, addUser } from '../conformance/store-test.ts';
import { openPostgresStore } from '../postgres/postgres-store.ts';
import { describeOnPostgres, makePostgresDatabase } from '../postgres/test-server.ts';
import { openSqliteStore } from '../sqlite/sqlite-store.ts';
import type { Store } from '../store.ts';
import { STEPS, type Steps, schemaOf } from './migrations.ts';

const today = schemaOf(STEPS);

/** A step of tomorrow, which adds to what is there. */
const adding: Steps = {
  ...STEPS,
  '9998-colour': {
    oldest: today,
    async up(db: Kysely<unknown>) {
      await db.schema.alterTable('servers').addColumn('colour', 'text').execute();
      await db.schema.createTable('colours').addColumn('name', 'text').execute();
    },
  },
};

/** And the one after it, which takes away. */
const removing: Steps = {
  ...adding,
  '9999-no-health': {
    oldest: 9999,
    async up(db: Kysely<unknown>) {
      await sql`alter table throttles rename to doors`.execute(db);
    },
  },
};

type Open = (steps?: Steps) => Promise<Store>;

function rolling(withDatabase: (work: (open: Open) => Promise<void>) => Promise<void>): void {
  test('an older hub runs on, and starts again, after a newer one has added to the tables', async () => {
    await withDatabase(async (open) => {
      await using old = await open();
      const anna = await addUser(old, 'anna');
      const { id } = await addServer(old, anna);
      // What is kept of a statement from now on was made before the tables changed.
      for (let run = 0; run < 3; run++) await old.servers.byId(id);
      await using young = await open(adding);
      await using again = await open();
      for (const store of [old, young, again]) {
        await store.check();
        const before = (await store.servers.byId(id))!;
        const after = await store.servers.update(id, (server) => ({ ...server, displayName: 'changed' }));
        expect(after?.revision).toBe(before.revision + 1);
        await addUser(store, `user-of-${[old, young, again].indexOf(store)}`);
      }
      expect(await young.users.count()).toBe(4);
    });
  });

  test('a hub for which something was taken away says so, and does not start again', async () => {
    await withDatabase(async (open) => {
      await using old = await open();
      await using young = await open(removing);
      await young.check();
      const refusal = { code: 'unavailable', message: expect.stringContaining('newer version') };
      await expect(old.check()).rejects.toMatchObject(refusal);
      await expect(open()).rejects.toMatchObject(refusal);
      await expect(open(adding)).rejects.toMatchObject(refusal);
      await expect(addUser(young, 'anna')).resolves.toBeDefined();
    });
  });

  test('a hub of a branch that lacks one of its steps does not start', async () => {
    await withDatabase(async (open) => {
      await (await open(adding))[Symbol.asyncDispose]();
      const other = { ...STEPS, '9997-other': { oldest: today, up: async () => {} } };
      await expect(open(other)).rejects.toMatchObject({ detail: expect.stringContaining('9997-other') });
    });
  });

  test('of many new hubs that start at once beside an old one, one changes the tables', async () => {
    await withDatabase(async (open) => {
      await using old = await open();
      const young = await Promise.all(Array.from({ length: 4 }, () => open(adding)));
      await Promise.all([old, ...young].map((store, n) => addUser(store, `user-${n}`)));
      expect(await old.users.count()).toBe(5);
      for (const store of young) await store[Symbol.asyncDispose]();
    });
  });
}

test('every step says which hubs its tables still serve, never fewer than the step before', () => {
  const oldest = Object.values(STEPS).map((step) => step.oldest);
  expect(oldest).toEqual(oldest.toSorted((a, b) => a - b));
  for (const [name, step] of Object.entries(STEPS)) {
    expect(step.oldest).toBeLessThanOrEqual(Number.parseInt(name, 10));
  }
});

describe('on SQLite', () => {
  rolling(async (work) => {
    const folder = await mkdtemp(join(tmpdir(), 'polder-rolling-'));
    try {
      await work((steps = STEPS) => openSqliteStore(join(folder, 'hub.sqlite'), { steps }));
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describeOnPostgres('on PostgreSQL', () => {
  rolling(async (work) => {
    await using database = await makePostgresDatabase();
    await work((steps = STEPS) => openPostgresStore(database.url, { steps }));
  });
});
