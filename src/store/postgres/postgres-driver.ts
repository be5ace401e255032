import type { Driver, TransactionSettings } from 'kysely';
import pg from 'pg';
import { HubError } from '../../domain/errors.ts';
import { PostgresConnection } from './postgres-connection.ts';
import { ConnectionLost } from './postgres-errors.ts';
import { StatementNames } from './statement-names.ts';

export interface PoolSettings {
  readonly client: pg.ClientConfig;
  /** Whether a connection is the same session of the server from one transaction to the next. */
  readonly keepsSession: boolean;
  readonly connections: number;
  /** How long one waits for a connection while all are in use. */
  readonly waitSeconds: number;
}

/** A connection that nobody uses is kept for as long. */
const IDLE_SECONDS = 60;
/** After this a connection is made anew, so that it finds a database that has moved. */
const LIFETIME_SECONDS = 1800;

/** Kysely's way to a pool of connections. Those who wait for one get it in the order in which they came. */
export class PostgresDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #names: StatementNames | undefined;
  readonly #waitSeconds: number;
  readonly #connections: number;
  readonly #waiting: (() => void)[] = [];
  readonly #drained = Promise.withResolvers<void>();
  #taken = 0;
  #ended: Promise<void> | undefined;

  constructor({ client, keepsSession, connections, waitSeconds }: PoolSettings) {
    this.#names = keepsSession ? new StatementNames() : undefined;
    this.#connections = connections;
    this.#waitSeconds = waitSeconds;
    this.#pool = new pg.Pool({
      ...client,
      max: connections,
      idleTimeoutMillis: IDLE_SECONDS * 1000,
      maxLifetimeSeconds: LIFETIME_SECONDS,
    });
    // A connection that is lost while nobody uses it is no failure of anybody's; without a listener it ends the process.
    this.#pool.on('error', () => {});
    this.#pool.on('connect', (lost) => lost.on('error', () => {}));
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PostgresConnection> {
    await this.#takeTurn();
    try {
      return new PostgresConnection(await this.#pool.connect(), this.#names);
    } catch (error) {
      this.#passTurn();
      throw new ConnectionLost(error);
    }
  }

  async beginTransaction(connection: PostgresConnection, settings: TransactionSettings): Promise<void> {
    await connection.run(`begin isolation level ${settings.isolationLevel ?? 'serializable'}`);
    connection.isInTransaction = true;
  }

  async commitTransaction(connection: PostgresConnection): Promise<void> {
    const { command } = await connection.run('commit');
    // PostgreSQL answers so, without an error, where a statement had failed.
    if (command !== 'COMMIT') throw new Error('a transaction that had failed was to be committed');
  }

  async rollbackTransaction(connection: PostgresConnection): Promise<void> {
    if (connection.broken) return;
    // What went wrong before is what the caller is told; a connection that cannot even do this is not used again.
    await connection.run('rollback').catch(() => {
      connection.broken = true;
    });
  }

  async releaseConnection(connection: PostgresConnection): Promise<void> {
    connection.release();
    this.#passTurn();
  }

  /** Resolves when all that was begun has ended and the connections are closed. */
  destroy(): Promise<void> {
    this.#ended ??= this.#end();
    return this.#ended;
  }

  async #end(): Promise<void> {
    if (this.#taken > 0) await this.#drained.promise;
    await this.#pool.end();
  }

  async #takeTurn(): Promise<void> {
    if (this.#ended !== undefined) throw new Error('the store has been closed');
    if (this.#taken < this.#connections) {
      this.#taken += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const turn = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      this.#waiting.splice(this.#waiting.indexOf(turn), 1);
      reject(new HubError('unavailable', 'The database has more to do than it can: try again in a moment.'));
    }, this.#waitSeconds * 1000);
    this.#waiting.push(turn);
    await promise;
  }

  #passTurn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#taken -= 1;
    else next();
    if (this.#ended !== undefined && this.#taken === 0) this.#drained.resolve();
  }
}
