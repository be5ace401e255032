import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import pg from 'pg';
import { breaksConnection, ConnectionLost } from './postgres-errors.ts';

/** One connection of the pool, from when it is taken until it is given back. */
export class PostgresConnection implements DatabaseConnection {
  /** Whether it can be used no more. */
  broken = false;
  readonly #client: pg.PoolClient;
  #failure: unknown;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const result = await this.run(sql, parameters.map(toStorable));
    const changed = changing.has(result.command) ? { numAffectedRows: BigInt(result.rowCount ?? 0) } : {};
    return { rows: result.rows as Row[], ...changed };
  }

  async run(text: string, values?: readonly unknown[]): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(text, values as unknown[]);
    } catch (error) {
      // All that follows a failure within a transaction fails with this: the first says more.
      if (isAborted(error) && this.#failure !== undefined) throw this.#failure;
      this.broken ||= breaksConnection(error);
      this.#failure = error instanceof pg.DatabaseError ? error : new ConnectionLost(error);
      throw this.#failure;
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
