import { chmodSync, closeSync, fstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Expression, Kysely, type SqlBool, sql } from 'kysely';
import { HubError } from '../../domain/errors.ts';
import { isCurrent, migrate } from '../migrations/migrations.ts';
import type { Backend } from '../sql/backend.ts';
import { SqlStore } from '../sql/sql-store.ts';
import type { Tables } from '../sql/tables.ts';
import type { Store } from '../store.ts';
import { CLOCK, SqliteConnection } from './sqlite-connection.ts';
import { OwnSqliteDialect, SqliteReadDriver, SqliteWriteDriver } from './sqlite-dialect.ts';
import { translateSqliteError } from './sqlite-errors.ts';

/**
 * Opens the store in the SQLite file `file`, which is made where there is none, for its owner alone, and brought to
 * today's tables. Its folder must exist. `now` is the database's clock.
 *
 * @throws HubError `unavailable` when the file cannot be opened and written; the message says what to do.
 */
export async function openSqliteStore(
  file: string,
  options: { readonly now?: () => Date } = {},
): Promise<Store> {
  makePrivateFile(file);
  const backend = new SqliteBackend(file, options.now ?? (() => new Date()));
  try {
    await backend.migrate();
  } catch (error) {
    await backend[Symbol.asyncDispose]();
    throw backend.translate(error);
  }
  return new SqlStore(backend);
}

/** SQLite gives the files that it makes beside this one the same mode. */
function makePrivateFile(file: string): void {
  try {
    const descriptor = openSync(file, 'a', 0o600);
    const { mode } = fstatSync(descriptor);
    closeSync(descriptor);
    if ((mode & 0o077) !== 0) chmodSync(file, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message =
      code === 'ENOENT'
        ? `The folder ${dirname(file)} does not exist: make it, or give another path for the database.`
        : `The database ${file} cannot be written (${code}): make it and its folder writable for the hub.`;
    throw new HubError('unavailable', message, { cause: error });
  }
}

class SqliteBackend implements Backend {
  readonly reader: Kysely<Tables>;
  readonly writer: Kysely<Tables>;
  readonly clock: Expression<number> = sql.val(CLOCK as unknown as number);

  constructor(file: string, now: () => Date) {
    const write = new SqliteConnection(file, {
      readOnly: false,
      now,
      pragmas: [
        // Readers go on while one writes.
        'journal_mode = wal',
        // What was acknowledged survives a power cut.
        'synchronous = full',
        'foreign_keys = on',
        // A burst of writes may make the journal long; it does not stay so.
        'journal_size_limit = 67108864',
      ],
    });
    const read = new SqliteConnection(file, { readOnly: true, now, pragmas: ['busy_timeout = 200'] });
    this.writer = new Kysely({ dialect: new OwnSqliteDialect(new SqliteWriteDriver(write)) });
    this.reader = new Kysely({ dialect: new OwnSqliteDialect(new SqliteReadDriver(read)) });
  }

  among(column: string, values: readonly string[] | readonly number[]): Expression<SqlBool> {
    return sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${values}))`;
  }

  translate(error: unknown): unknown {
    return translateSqliteError(error);
  }

  async migrate(): Promise<void> {
    await this.writer.transaction().execute(async (tx) => {
      const made = await sql`select 1 from sqlite_master where name = 'kysely_migration'`.execute(tx);
      const done =
        made.rows.length === 0
          ? []
          : (await sql<{ name: string }>`select name from kysely_migration`.execute(tx)).rows;
      if (isCurrent(done.map((row) => row.name))) return;
      await migrate(tx, {
        generatedId: (column) => column.primaryKey().autoIncrement(),
        text: sql`text`,
      });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The last connection to close tidies the journal away, which one that only reads cannot.
    await this.reader.destroy();
    await this.writer.destroy();
  }
}
