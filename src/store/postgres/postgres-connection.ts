import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import pg from 'pg';
import { breaksConnection, ConnectionLost, isStalePlan } from './postgres-errors.ts';
import type { StatementNames } from './statement-names.ts';

/** One connection of the pool, from when it is taken until it is given back. */
export class PostgresConnection implements DatabaseConnection {
  /** Whether it can be used no more. */
  broken = false;
  isInTransaction = false;
  readonly #client: pg.PoolClient;
  readonly #names: StatementNames | undefined;
  #failure: unknown;

  /** @param names undefined where no statement may be kept from one run to the next. */
  constructor(client: pg.PoolClient, names: StatementNames | undefined) {
    this.#client = client;
    this.#names = names;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const name = this.#names?.nameOf(query);
    const config = { text: query.sql, values: query.parameters.map(toStorable) };
    const result = await (name ? this.#runNamed({ ...config, name }) : this.run(config));
    const changed = changing.has(result.command) ? { numAffectedRows: BigInt(result.rowCount ?? 0) } : {};
    return { rows: result.rows as Row[], ...changed };
  }

  async run(config: string | pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(config);
    } catch (error) {
      // All that follows a failure within a transaction fails with this: the first says more.
      if (isAborted(error) && this.#failure !== undefined) throw this.#failure;
      this.broken ||= breaksConnection(error);
      this.#failure = error instanceof pg.DatabaseError ? error : new ConnectionLost(error);
      throw this.#failure;
    }
  }

  /** A transaction with an old plan is run again on another connection; a question is asked again. */
  async #runNamed({ name, ...config }: pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      return await this.run({ ...config, name });
    } catch (error) {
      if (!isStalePlan(error) || this.isInTransaction) throw error;
      return await this.run(config);
    }
  }

  // biome-ignore lint/correctness/useYield: it only refuses.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new Error('this connection does not stream');
  }

  release(): void {
    this.#client.release(this.broken);
  }
}

const changing: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE']);

/** PostgreSQL's text has no U+0000, which a log line may have: it becomes the sign for what cannot be shown. */
function toStorable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
  return Array.isArray(value) ? value.map(toStorable) : value;
}

function isAborted(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '25P02';
}
