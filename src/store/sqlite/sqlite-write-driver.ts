import { setTimeout as delay } from 'node:timers/promises';
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from 'kysely';
import type { SqliteConnection } from './sqlite-connection.ts';
import { isBusy } from './sqlite-errors.ts';
import type { SqliteJournal } from './sqlite-journal.ts';

/** How often it looks whether another process has let go. */
const RETRY_MILLISECONDS = 20;
/** How many transactions are made durable by one write to the disk. */
const MAX_BATCH = 100;
/** How long transactions follow each other before whatever else this process has to do gets a turn. */
const UNBROKEN_MILLISECONDS = 8;

/**
 * Runs one transaction at a time. Those that wait while one runs share its write to the disk, which costs far more than
 * what they do: each is a savepoint within one transaction of SQLite's, and none is answered before that is committed.
 */
export class SqliteWriteDriver implements Driver {
  readonly #connection: SqliteConnection;
  readonly #journal: SqliteJournal;
  readonly #lockWaitSeconds: number;
  readonly #waiting: (() => void)[] = [];
  #taken = false;
  #batch: Batch | undefined;
  #unbrokenSince = 0;

  constructor(connection: SqliteConnection, journal: SqliteJournal, lockWaitSeconds: number) {
    this.#connection = connection;
    this.#journal = journal;
    this.#lockWaitSeconds = lockWaitSeconds;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Turn> {
    const deadline = performance.now() + this.#lockWaitSeconds * 1000;
    if (this.#taken) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#taken = true;
    return new Turn(this.#connection, deadline);
  }

  async beginTransaction(turn: Turn): Promise<void> {
    if (this.#batch === undefined) {
      await this.#lock(turn.deadline);
      this.#batch = new Batch();
      this.#unbrokenSince = performance.now();
    }
    this.#connection.run('savepoint member');
    turn.state = 'open';
  }

  async commitTransaction(turn: Turn): Promise<void> {
    turn.throwIfLost();
    this.#connection.run('release member');
    turn.state = 'ended';
    const batch = this.#batch!;
    batch.members++;
    if (batch.members >= MAX_BATCH || !this.#handOver(turn)) this.#commit(batch);
    return batch.committed.promise;
  }

  async rollbackTransaction(turn: Turn): Promise<void> {
    if (turn.state !== 'open') return;
    turn.state = 'ended';
    const batch = this.#batch!;
    if (!this.#connection.isInTransaction) {
      // The error was such that SQLite gave up the whole transaction, and with it those who were before.
      this.#batch = undefined;
      batch.committed.reject(turn.error);
      return;
    }
    this.#connection.run('rollback to member');
    this.#connection.run('release member');
    this.#handOver(turn);
  }

  async releaseConnection(turn: Turn): Promise<void> {
    if (turn.handedOver) return;
    await this.#commitRest();
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken = false;
    // Others than writers get a turn too.
    else setImmediate(next);
  }

  /** Resolves when all transactions have ended; whoever made the connection closes it. */
  async destroy(): Promise<void> {
    await this.acquireConnection();
    await this.#commitRest();
  }

  /** The last member of a batch was rolled back: those before it wait for the commit. */
  async #commitRest(): Promise<void> {
    if (this.#batch === undefined) return;
    const { committed } = this.#batch;
    this.#commit(this.#batch);
    await committed.promise.catch(() => {});
  }

  /**
   * Takes the write lock at once, so that nothing later in the transaction fails for want of it. SQLite's own waiting
   * would stop this whole process; so it waits not at all, and we come back.
   */
  async #lock(deadline: number): Promise<void> {
    for (;;) {
      try {
        this.#connection.throwIfMoved();
        this.#connection.run('begin immediate');
        return;
      } catch (error) {
        if (!isBusy(error) || performance.now() > deadline) throw error;
        await delay(RETRY_MILLISECONDS);
      }
    }
  }

  /** Lets the next one that waits go on within the same batch. @returns whether there was one. */
  #handOver(turn: Turn): boolean {
    const next = this.#waiting.shift();
    if (next === undefined) return false;
    turn.handedOver = true;
    if (performance.now() - this.#unbrokenSince < UNBROKEN_MILLISECONDS) {
      next();
    } else {
      setImmediate(() => {
        this.#unbrokenSince = performance.now();
        next();
      });
    }
    return true;
  }

  #commit(batch: Batch): void {
    this.#batch = undefined;
    try {
      this.#connection.run('commit');
      batch.committed.resolve(batch.members === 0 ? undefined : this.#journal.sync(this.#connection.opening));
    } catch (error) {
      if (this.#connection.isInTransaction) this.#connection.run('rollback');
      batch.committed.reject(error);
    }
  }
}

/** The transactions that are committed together. */
class Batch {
  members = 0;
  readonly committed = Promise.withResolvers<void>();

  constructor() {
    // Where the only member was rolled back nobody waits for the outcome.
    this.committed.promise.catch(() => {});
  }
}

/** One transaction's hold of the connection. */
class Turn implements DatabaseConnection {
  readonly deadline: number;
  readonly #connection: SqliteConnection;
  state: 'new' | 'open' | 'ended' = 'new';
  handedOver = false;
  /** What the last statement that failed threw. */
  error: unknown;

  constructor(connection: SqliteConnection, deadline: number) {
    this.#connection = connection;
    this.deadline = deadline;
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    this.throwIfLost();
    try {
      return await this.#connection.executeQuery<Row>(query);
    } catch (error) {
      this.error = error;
      throw error;
    }
  }

  /** A statement that followed the loss of its transaction would be committed by itself. */
  throwIfLost(): void {
    if (this.state !== 'open' || this.#connection.isInTransaction) return;
    throw this.error ?? new Error('the transaction is over');
  }

  streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    return this.#connection.streamQuery();
  }
}
