import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
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
  readonly #statements = new Map<string, StatementSync>();
  #database: DatabaseSync | undefined;

  constructor(file: string, options: SqliteConnectionOptions) {
    this.#file = file;
    this.#options = options;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#guarded(() => {
      const statement = this.#prepare(sql);
      const values = this.#bind(parameters);
      if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] };
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
      this.#prepare(sql).run();
    });
  }

  get isInTransaction(): boolean {
    return this.#database?.isTransaction === true;
  }

  close(): void {
    this.#statements.clear();
    const database = this.#database;
    this.#database = undefined;
    database?.close();
  }

  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (breaksConnection(error)) this.close();
      throw error;
    }
  }

  #open(): DatabaseSync {
    if (this.#database !== undefined) return this.#database;
    const { readOnly, pragmas } = this.#options;
    const database = new DatabaseSync(this.#file, { readOnly });
    try {
      for (const pragma of pragmas) database.exec(`pragma ${pragma}`);
    } catch (error) {
      database.close();
      throw error;
    }
    this.#database = database;
    return database;
  }

  /** Least recently used statements are dropped first. */
  #prepare(sql: string): StatementSync {
    const database = this.#open();
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      if (this.#statements.size >= MAX_STATEMENTS) {
        this.#statements.delete(this.#statements.keys().next().value!);
      }
    } else {
      this.#statements.delete(sql);
    }
    this.#statements.set(sql, statement);
    return statement;
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
