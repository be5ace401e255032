import { setTimeout as delay } from 'node:timers/promises';
import {
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { SqliteConnection } from './sqlite-connection.ts';
import { isBusy } from './sqlite-errors.ts';

/** Kysely's SQLite dialect on a driver of our own. */
export class OwnSqliteDialect implements Dialect {
  readonly #driver: Driver;

  constructor(driver: Driver) {
    this.#driver = driver;
  }

  createDriver(): Driver {
    return this.#driver;
  }

  createAdapter(): SqliteAdapter {
    return new OwnSqliteAdapter();
  }

  createIntrospector(db: Kysely<unknown>): SqliteIntrospector {
    return new SqliteIntrospector(db);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }
}

class OwnSqliteAdapter extends SqliteAdapter {
  /** The drivers below take turns themselves. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite takes back changes of tables with the transaction that made them. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** Statements that only read, each by itself: nobody waits for anybody. */
export class SqliteReadDriver implements Driver {
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(): Promise<void> {
    throw new Error('transactions run on the connection that writes');
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#connection.close();
  }
}

/** How long a transaction waits for its turn and for other processes. */
const WAIT_MILLISECONDS = 5_000;
/** How often it looks whether another process has let go. */
const RETRY_MILLISECONDS = 20;

/** One transaction at a time. */
export class SqliteWriteDriver implements Driver {
  readonly #connection: SqliteConnection;
  #last: Promise<void> = Promise.resolve();
  readonly #turns = new WeakMap<DatabaseConnection, Turn>();

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    const deadline = performance.now() + WAIT_MILLISECONDS;
    await before;
    this.#turns.set(this.#connection, { end: resolve, deadline });
    return this.#connection;
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    this.#turns.get(connection)!.end();
  }

  /**
   * Takes the write lock at once, so that nothing later in the transaction fails for want of it. SQLite's own waiting
   * would stop this whole process; so it waits not at all, and we come back.
   */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const { deadline } = this.#turns.get(connection)!;
    for (;;) {
      try {
        this.#connection.run('begin immediate');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
        await delay(RETRY_MILLISECONDS);
      }
    }
  }

  async commitTransaction(): Promise<void> {
    this.#connection.run('commit');
  }

  /** An error may have ended the transaction already. */
  async rollbackTransaction(): Promise<void> {
    if (this.#connection.isInTransaction) this.#connection.run('rollback');
  }

  async destroy(): Promise<void> {
    await this.#last;
    this.#connection.close();
  }
}

interface Turn {
  readonly end: () => void;
  readonly deadline: number;
}
