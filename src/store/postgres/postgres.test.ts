import { afterAll, beforeAll, describe } from 'vitest';
import { storeConformance } from '../conformance.ts';
import { openPostgresStore } from './postgres-store.ts';
import { describeOnPostgres, makePostgresDatabase, type PostgresTestDatabase } from './test-server.ts';

// Making a database takes longer than most of the tests: they share one, emptied after each.
describeOnPostgres('PostgreSQL is a store', () => {
  let database: PostgresTestDatabase;
  beforeAll(async () => {
    database = await makePostgresDatabase();
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
  });
  const empty = async () => {
    await database.run('truncate users, passwords, groups, routes, throttles, health cascade');
    await database.run("delete from agreements where name <> 'oldest-schema'");
    await database.run('update route_feed set number = 0, forgotten_up_to = 0');
  };

  describe('reached directly', () => {
    storeConformance(async () => ({ open: database.open, [Symbol.asyncDispose]: empty }));
  });

  describe('with nothing that lasts longer than a transaction', () => {
    const open = () => openPostgresStore(database.url, { pooler: true, pollSeconds: 3600 });
    storeConformance(async () => ({ open, [Symbol.asyncDispose]: empty }));
  });
});
