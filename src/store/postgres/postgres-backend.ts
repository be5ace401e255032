import {
  type Compilable,
  type Expression,
  Kysely,
  type RawBuilder,
  type SelectQueryBuilder,
  type SqlBool,
  sql,
} from 'kysely';
import type pg from 'pg';
import { HubError } from '../../domain/errors.ts';
import type { ColumnTypes } from '../migrations/column-types.ts';
import { isCurrent, migrate, readDone, type Steps } from '../migrations/migrations.ts';
import type { Backend, WakeUps } from '../sql/backend.ts';
import type { Tables } from '../sql/tables.ts';
import type { ExclusiveName } from '../store.ts';
import { OwnPostgresDialect } from './postgres-dialect.ts';
import { PostgresDriver } from './postgres-driver.ts';
import { translatePostgresError } from './postgres-errors.ts';

/** Any number that no other program takes for its lock. */
const MIGRATION_LOCK = 7_655_337_118;

const EXCLUSIVE_LOCKS: Readonly<Record<ExclusiveName, number>> = { places: 7_655_337_119 };

export interface PostgresBackendOptions {
  readonly client: pg.ClientConfig;
  readonly keepsSession: boolean;
  readonly readConnections: number;
  readonly writeConnections: number;
  readonly waitSeconds: number;
  readonly wakeUps: WakeUps;
  readonly steps: Steps;
}

/** All in which PostgreSQL differs from other databases. */
export class PostgresBackend implements Backend {
  /** On connections of its own: who waits for a transaction may itself be read for by it. */
  readonly reader: Kysely<Tables>;
  readonly writer: Kysely<Tables>;
  readonly wakeUps: WakeUps;
  readonly steps: Steps;
  // The time at which the statement came, also where it then waited for a row: a lease is never longer than was asked.
  readonly clock: Expression<number> =
    sql<number>`cast(floor(extract(epoch from statement_timestamp()) * 1000) as bigint)`;
  readonly #client: pg.ClientConfig;
  readonly #drivers: readonly PostgresDriver[];
  #closed = false;

  constructor(options: PostgresBackendOptions) {
    const { client, keepsSession, readConnections, writeConnections, waitSeconds, wakeUps } = options;
    this.#client = client;
    this.wakeUps = wakeUps;
    this.steps = options.steps;
    const read = new PostgresDriver({ client, keepsSession, connections: readConnections, waitSeconds });
    const write = new PostgresDriver({ client, keepsSession, connections: writeConnections, waitSeconds });
    this.#drivers = [read, write];
    this.reader = kyselyOn(read);
    this.writer = kyselyOn(write);
  }

  among(column: string, values: readonly string[] | readonly number[]): Expression<SqlBool> {
    return sql<SqlBool>`${sql.ref(column)} = any(${values})`;
  }

  lock<Row>(query: SelectQueryBuilder<Tables, keyof Tables, Row>, table: keyof Tables): Compilable<Row> {
    // Rows that belong to it may still be inserted.
    return query.forNoKeyUpdate(table);
  }

  exclude(name: ExclusiveName): Compilable<unknown> {
    return {
      compile: () =>
        sql`select pg_advisory_xact_lock(${sql.lit(EXCLUSIVE_LOCKS[name])})`.compile(this.writer),
    };
  }

  snapshot<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
    return this.reader.transaction().setIsolationLevel('repeatable read').execute(work);
  }

  readonly bulk: Backend['bulk'] = {
    lock: (tables) =>
      this.#raw(sql`lock table ${sql.join(tables.map((name) => sql.table(name)))} in exclusive mode`),
    ownIds: sql`overriding system value`,
    resume: (table) =>
      this.#raw(
        sql`select setval(pg_get_serial_sequence(${table}, 'id'), coalesce((select max(id) from ${sql.table(table)}), 0) + 1, false)`,
      ),
  };

  #raw(statement: RawBuilder<unknown>): Compilable<unknown> {
    return { compile: () => statement.compile(this.writer) };
  }

  translate(error: unknown): unknown {
    const translated = translatePostgresError(error);
    if (!this.#closed || translated instanceof HubError) return translated;
    return new HubError('unavailable', 'The hub is shutting down: try again in a moment.', { cause: error });
  }

  /** Brings the database to today's tables. Of several hubs that start at once one does, and the others wait for it. */
  async migrate(): Promise<void> {
    // Nobody knows how long it takes: no statement of it is cut short.
    const client = { ...this.#client, query_timeout: 0, statement_timeout: 0 };
    const db = kyselyOn(new PostgresDriver({ client, keepsSession: false, connections: 1, waitSeconds: 0 }));
    try {
      await this.#checkEncoding(db);
      if (isCurrent(await readDone(db, hasTable(db)), this.steps)) return;
      // Each statement sees what was committed before it, so that who waited sees the tables.
      const transaction = db.transaction().setIsolationLevel('read committed');
      await transaction.execute(async (tx) => {
        await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(tx);
        if (isCurrent(await readDone(tx, hasTable(tx)), this.steps)) return;
        const types: ColumnTypes = {
          integer: sql`bigint`,
          generatedId: (column) => column.primaryKey().generatedAlwaysAsIdentity(),
          text: sql`text collate "C"`,
        };
        await migrate(tx, types, this.steps);
      });
    } finally {
      await db.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    await this.wakeUps[Symbol.asyncDispose]();
    // Kysely passes this on only where it was used before.
    await Promise.all(this.#drivers.map((driver) => driver.destroy()));
  }

  async #checkEncoding(db: Kysely<Tables>): Promise<void> {
    const { rows } = await sql<{ encoding: string }>`
      select current_setting('server_encoding') as encoding`.execute(db);
    const { encoding } = rows[0]!;
    if (encoding === 'UTF8') return;
    throw new HubError(
      'unavailable',
      `The database keeps text as ${encoding}, which cannot hold every name: make one with the encoding UTF8.`,
    );
  }
}

function kyselyOn(driver: PostgresDriver): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new OwnPostgresDialect(driver) });
}

function hasTable(db: Kysely<Tables>) {
  return async (table: string): Promise<boolean> => {
    const { rows } = await sql<{ made: boolean }>`select to_regclass(${table}) is not null as made`.execute(
      db,
    );
    return rows[0]!.made;
  };
}
