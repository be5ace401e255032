import {
  type Compilable,
  type CompiledQuery,
  type Expression,
  Kysely,
  type QueryResult,
  type SqlBool,
  sql,
} from 'kysely';
import { HubError } from '../../domain/errors.ts';
import type { ColumnTypes } from '../migrations/column-types.ts';
import { isCurrent, migrate, readDone, type Steps } from '../migrations/migrations.ts';
import type { Backend } from '../sql/backend.ts';
import type { Tables } from '../sql/tables.ts';
import { CLOCK, SqliteConnection, type SqliteConnectionOptions } from './sqlite-connection.ts';
import { OwnSqliteDialect } from './sqlite-dialect.ts';
import { translateSqliteError } from './sqlite-errors.ts';
import { SqliteJournal } from './sqlite-journal.ts';
import { SqliteReadDriver } from './sqlite-read-driver.ts';
import type { SqliteStoreOptions } from './sqlite-store.ts';
import { SqliteWriteDriver } from './sqlite-write-driver.ts';

/** All in which SQLite differs from other databases. */
export class SqliteBackend implements Backend {
  readonly reader: Kysely<Tables>;
  readonly writer: Kysely<Tables>;
  readonly clock: Expression<number> = sql.val(CLOCK as unknown as number);
  readonly steps: Steps;
  readonly #file: string;
  readonly #reading: SqliteConnectionOptions;
  readonly #write: SqliteConnection;
  readonly #read: SqliteConnection;
  readonly #journal: SqliteJournal;
  #closed = false;

  constructor(file: string, options: Required<SqliteStoreOptions>) {
    const { now, lockWaitSeconds, steps } = options;
    this.steps = steps;
    this.#journal = new SqliteJournal(file);
    this.#write = new SqliteConnection(file, {
      readOnly: false,
      now,
      pragmas: [
        // Readers go on while one writes.
        'journal_mode = wal',
        // The journal sees to it that what was acknowledged survives a power cut, and keeps the log short.
        'synchronous = normal',
        'wal_autocheckpoint = 0',
        'foreign_keys = on',
        // Nothing of the database is written outside of its folder.
        'temp_store = memory',
        // A burst of writes may make the journal long; it does not stay so.
        'journal_size_limit = 67108864',
      ],
    });
    this.#file = file;
    this.#reading = { readOnly: true, now, pragmas: ['busy_timeout = 200', 'temp_store = memory'] };
    this.#read = new SqliteConnection(file, this.#reading);
    this.writer = new Kysely({
      dialect: new OwnSqliteDialect(new SqliteWriteDriver(this.#write, this.#journal, lockWaitSeconds)),
    });
    this.reader = new Kysely({ dialect: new OwnSqliteDialect(new SqliteReadDriver(this.#read)) });
  }

  read<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>> {
    return this.#read.executeQuery<Row>(query);
  }

  among(column: string, values: readonly string[] | readonly number[]): Expression<SqlBool> {
    return sql<SqlBool>`${sql.ref(column)} in (select value from json_each(${values}))`;
  }

  /** Whoever writes is alone. */
  lock<Row>(query: Compilable<Row>): Compilable<Row> {
    return query;
  }

  async snapshot<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    // On the connection where others read, they would see the same old rows.
    const connection = new SqliteConnection(this.#file, this.#reading);
    const db = new Kysely<Tables>({ dialect: new OwnSqliteDialect(new SqliteReadDriver(connection)) });
    try {
      connection.run('begin');
      return await work(db);
    } finally {
      await db.destroy();
      connection.close();
    }
  }

  readonly bulk = { lock: () => undefined, ownIds: sql``, resume: () => undefined };

  translate(error: unknown): unknown {
    const translated = translateSqliteError(error);
    if (!this.#closed || translated instanceof HubError) return translated;
    return new HubError('unavailable', 'The hub is shutting down: try again in a moment.', { cause: error });
  }

  /** Brings the file to today's tables; where it has them already, this asks two small questions. */
  async migrate(): Promise<void> {
    await this.writer.transaction().execute(async (tx) => {
      const has = async (table: string) =>
        (await sql`select 1 from sqlite_master where name = ${table}`.execute(tx)).rows.length > 0;
      if (isCurrent(await readDone(tx, has), this.steps)) return;
      const types: ColumnTypes = {
        integer: sql`integer`,
        generatedId: (column) => column.primaryKey().autoIncrement(),
        text: sql`text`,
      };
      await migrate(tx, types, this.steps);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    // The last connection to close tidies the journal away, which one that only reads cannot.
    await this.reader.destroy();
    this.#read.close();
    await this.writer.destroy();
    await this.#journal[Symbol.asyncDispose]();
    this.#write.close();
  }
}
