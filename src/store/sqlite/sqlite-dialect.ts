import {
  type Dialect,
  type Driver,
  type Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';

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
  /** The drivers take turns themselves. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** SQLite takes back changes of tables with the transaction that made them. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
