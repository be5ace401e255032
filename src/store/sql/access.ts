import type { Compilable, CompiledQuery, Kysely, QueryResult } from 'kysely';
import type { Topic } from '../store.ts';
import type { Backend } from './backend.ts';
import type { Statement } from './statement.ts';
import type { Tables } from './tables.ts';

/** How a repository reaches the database, within a transaction or outside of one. */
export interface Access {
  readonly reads: Connection;
  /** Runs `work` in the transaction that is open, or else in one of its own; there it may run more than once. */
  write<T>(work: (tx: TransactionConnection) => Promise<T>): Promise<T>;
}

/** Runs statements and translates what goes wrong. */
export class Connection {
  readonly db: Kysely<Tables>;
  readonly backend: Backend;

  constructor(db: Kysely<Tables>, backend: Backend) {
    this.db = db;
    this.backend = backend;
  }

  async execute<Row>(query: Compilable<Row>): Promise<QueryResult<Row>> {
    try {
      return await this.run(query.compile());
    } catch (error) {
      throw this.fail(this.backend.translate(error));
    }
  }

  async all<Arguments extends readonly unknown[], Row>(
    statement: Statement<Arguments, Row>,
    ...values: Arguments
  ): Promise<Row[]> {
    return (await this.#run(statement, values)).rows;
  }

  async first<Arguments extends readonly unknown[], Row>(
    statement: Statement<Arguments, Row>,
    ...values: Arguments
  ): Promise<Row | undefined> {
    return (await this.#run(statement, values)).rows[0];
  }

  /** @returns how many rows the statement inserted, updated or deleted. */
  async change<Arguments extends readonly unknown[]>(
    statement: Statement<Arguments, unknown>,
    ...values: Arguments
  ): Promise<number> {
    return Number((await this.#run(statement, values)).numAffectedRows ?? 0);
  }

  /** @returns what to throw. */
  fail(error: unknown): unknown {
    return error;
  }

  protected run<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>> {
    return this.db.executeQuery(query);
  }

  async #run<Arguments extends readonly unknown[], Row>(
    statement: Statement<Arguments, Row>,
    values: Arguments,
  ): Promise<QueryResult<Row>> {
    try {
      return await this.run(statement.compiled(this.backend, values));
    } catch (error) {
      throw this.fail(this.backend.translate(error));
    }
  }
}

/** Outside of transactions. */
export class ReadConnection extends Connection {
  protected override run<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>> {
    return this.backend.read?.(query) ?? super.run(query);
  }
}

/** Within one run of a transaction. */
export class TransactionConnection extends Connection implements Access {
  /** What to announce once it is committed. */
  readonly topics = new Set<Topic>();
  #failure: { readonly error: unknown } | undefined;

  get reads(): Connection {
    return this;
  }

  write<T>(work: (tx: TransactionConnection) => Promise<T>): Promise<T> {
    return work(this);
  }

  announce(...topics: readonly Topic[]): void {
    for (const topic of topics) this.topics.add(topic);
  }

  /**
   * Throws what a statement threw, if one did: some databases refuse all that comes after it in the transaction, so on
   * none does a caller that caught the error get half of its work committed.
   */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** Whatever becomes of what it returns, the transaction will not be committed. */
  override fail(error: unknown): unknown {
    this.#failure ??= { error };
    return error;
  }
}
