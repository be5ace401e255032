import { statSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { HubError } from '../../domain/errors.ts';
import { breaksConnection } from './sqlite-errors.ts';

/** Stands for the time at which the statement runs. */
export const CLOCK = Symbol('clock');

/** How many prepared statements are kept; texts that vary with the number of rows would else pile up. */
const MAX_STATEMENTS = 256;

export interface SqliteConnectionOptions {
  readonly readOnly: boolean;
  readonly now: () => Date;
  /** Run when the file is opened. */
  readonly pragmas: readonly string[];
}

/** One open database file, for Kysely. Opened when first used, and again after an error that may have broken it. */
export class SqliteConnection implements DatabaseConnection {
  readonly #file: string;
  readonly #options: SqliteConnectionOptions;
  readonly #statements = new Map<string, Prepared>();
  #database: DatabaseSync | undefined;
  #identity: string | undefined;
  #opening = 0;
  #closed = false;

  constructor(file: string, options: SqliteConnectionOptions) {
    this.#file = file;
    this.#options = options;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#guarded(() => {
      const { statement, givesRows } = this.#prepare(sql);
      const values = this.#bind(parameters);
      if (givesRows) return { rows: statement.all(...values) as Row[] };
      const { changes } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes) };
    });
  }

  // biome-ignore lint/correctness/useYield: it only refuses.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('this connection does not stream');
  }

  /** Runs statements that take and give nothing. */
  run(sql: string): void {
    this.#guarded(() => {
      this.#prepare(sql).statement.run();
    });
  }

  /**
   * SQLite goes on with a file that has lost its name, and what it writes there is gone at the next start.
   * @throws HubError `unavailable`
   */
  throwIfMoved(): void {
    if (this.#database === undefined) return;
    const identity = identityOf(this.#file);
    if (identity === this.#identity) return;
    throw new HubError(
      'unavailable',
      `The database file was ${identity === undefined ? 'removed' : 'replaced'} while the hub was running. ` +
        'Put it back where it was, or start the hub again.',
      { detail: this.#file },
    );
  }

  /** Rises whenever the file is opened anew. */
  get opening(): number {
    return this.#opening;
  }

  get isInTransaction(): boolean {
    return this.#database?.isTransaction === true;
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.#reset();
  }

  #reset(): void {
    this.#statements.clear();
    const database = this.#database;
    this.#database = undefined;
    database?.close();
  }

  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (breaksConnection(error)) this.#reset();
      throw error;
    }
  }

  #open(): DatabaseSync {
    if (this.#database !== undefined) return this.#database;
    if (this.#closed) throw new Error('the database is closed');
    const { readOnly, pragmas } = this.#options;
    // Not to be made anew where it has vanished: an empty database would look as if nobody had ever worked here.
    const url = pathToFileURL(this.#file);
    url.searchParams.set('mode', readOnly ? 'ro' : 'rw');
    const database = new DatabaseSync(url, { readOnly });
    try {
      for (const pragma of pragmas) database.exec(`pragma ${pragma}`);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#identity = identityOf(this.#file);
    this.#database = database;
    this.#opening += 1;
    return database;
  }

  /** Least recently used statements are dropped first. */
  #prepare(sql: string): Prepared {
    const database = this.#open();
    let prepared = this.#statements.get(sql);
    if (prepared === undefined) {
      const statement = database.prepare(sql);
      prepared = { statement, givesRows: statement.columns().length > 0 };
      if (this.#statements.size >= MAX_STATEMENTS) {
        this.#statements.delete(this.#statements.keys().next().value!);
      }
    } else {
      this.#statements.delete(sql);
    }
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /** Arrays become JSON text, which `json_each` takes apart. */
  #bind(parameters: readonly unknown[]): SQLInputValue[] {
    let now: number | undefined;
    return parameters.map((value) => {
      if (value === CLOCK) {
        now ??= this.#options.now().getTime();
        return now;
      }
      return Array.isArray(value) ? JSON.stringify(value) : (value as SQLInputValue);
    });
  }
}

interface Prepared {
  readonly statement: StatementSync;
  readonly givesRows: boolean;
}

/** Tells files apart, whatever they are called; undefined where it cannot be reached. */
function identityOf(file: string): string | undefined {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
