/** For tests: databases of their own on the server that `POLDER_TEST_POSTGRES` names. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { describe, test } from 'vitest';
import type { TestDatabase } from '../conformance/store-test.ts';
import { openPostgresStore, type PostgresStoreOptions } from './postgres-store.ts';

export interface PostgresTestDatabase extends TestDatabase {
  readonly url: string;
  /** Runs one statement on a connection that is nobody's. */
  run(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

const serverUrl = process.env.POLDER_TEST_POSTGRES;

/** Declares the tests that `declare` does where there is a server, and otherwise one that says how to have it. */
export function describeOnPostgres(name: string, declare: () => void): void {
  if (serverUrl) describe(name, declare);
  else test.skip(`${name}: set POLDER_TEST_POSTGRES=postgres://user:password@host, who may make databases`);
}

/** A new, empty database. Where the server can, it orders text by a language, as databases in the world do. */
export async function makePostgresDatabase(
  options: PostgresStoreOptions = {},
  { encoding = 'UTF8' } = {},
): Promise<PostgresTestDatabase> {
  const name = `polder_test_${randomBytes(6).toString('hex')}`;
  const [server] = await runOn(
    urlOf('postgres'),
    `select current_setting('server_version_num')::int as version`,
  );
  const hasIcu = encoding === 'UTF8' && (server!.version as number) >= 150_000;
  const order = hasIcu ? `locale_provider icu icu_locale 'en'` : `lc_collate 'C' lc_ctype 'C'`;
  await runOn(
    urlOf('postgres'),
    `create database ${name} encoding '${encoding}' ${order} template template0`,
  );
  const url = urlOf(name);
  return {
    url,
    open: () => openPostgresStore(url, options),
    run: (text, values) => runOn(url, text, values),
    async [Symbol.asyncDispose]() {
      await runOn(urlOf('postgres'), `drop database ${name} with (force)`);
    },
  };
}

export function urlOf(database: string): string {
  const url = new URL(serverUrl!);
  url.pathname = `/${database}`;
  return url.href;
}

export async function runOn(
  url: string,
  text: string,
  values: unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}
