import pg from 'pg';
import { HubError } from '../../domain/errors.ts';
import { STEPS, type Steps } from '../migrations/migrations.ts';
import { SqlStore } from '../sql/sql-store.ts';
import type { Store } from '../store.ts';
import { PostgresBackend } from './postgres-backend.ts';
import { NotifyWakeUps, PollingWakeUps } from './postgres-wake-ups.ts';

export interface PostgresAddress {
  readonly host: string;
  readonly port?: number;
  readonly database: string;
  readonly user: string;
  readonly password?: string;
  readonly ssl?: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export interface PostgresStoreOptions {
  /**
   * Whether a pooler that gives each transaction another connection (PgBouncer's `transaction` mode) is in front:
   * nothing is then used that lasts longer than a transaction. By default not.
   */
  readonly pooler?: boolean;
  /** With a pooler: how often everybody looks for what other hubs changed; by default every second. */
  readonly pollSeconds?: number;
  /** How many connections at most are used for reading; by default 5. */
  readonly readConnections?: number;
  /** How many connections at most are used for changes; by default 5. One more is used for notices. */
  readonly writeConnections?: number;
  /** How long making a connection may take; by default 5. */
  readonly connectSeconds?: number;
  /** How long a statement may take; by default 30. */
  readonly statementSeconds?: number;
  /** How long one waits for a connection while all are in use; by default 30. */
  readonly waitSeconds?: number;
  /** By default all that there are. */
  readonly steps?: Steps;
}

/**
 * Opens the store in a PostgreSQL database, which must exist and have the encoding UTF8, and brings it to
 * today's tables. Any number of hubs may use it.
 *
 * @param address `postgres://user:password@host:port/database`, where `?sslmode=…` and such may follow, or its parts.
 * @throws HubError `invalid` when the address cannot be understood, and `unavailable` when the database cannot be
 * reached and written; the message says what to do.
 */
export async function openPostgresStore(
  address: string | PostgresAddress,
  options: PostgresStoreOptions = {},
): Promise<Store> {
  const {
    pooler = false,
    pollSeconds = 1,
    readConnections = 5,
    writeConnections = 5,
    waitSeconds = 30,
    steps = STEPS,
  } = options;
  const client = clientConfigOf(address, options);
  const notify = pooler ? undefined : new NotifyWakeUps(client);
  const wakeUps = notify ?? new PollingWakeUps(pollSeconds);
  const backend = new PostgresBackend({
    client,
    keepsSession: !pooler,
    readConnections,
    writeConnections,
    waitSeconds,
    wakeUps,
    steps,
  });
  try {
    await backend.migrate();
  } catch (thrown) {
    const error = backend.translate(thrown);
    await backend[Symbol.asyncDispose]();
    throw error;
  }
  const store = new SqlStore(backend);
  await notify?.tried;
  return store;
}

function clientConfigOf(
  address: string | PostgresAddress,
  { pooler = false, connectSeconds = 5, statementSeconds = 30 }: PostgresStoreOptions,
): pg.ClientConfig {
  const config: pg.ClientConfig = {
    ...(typeof address === 'string' ? { connectionString: address } : (address as pg.ClientConfig)),
    application_name: 'polder',
    connectionTimeoutMillis: connectSeconds * 1000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    // The server's own limit comes first, and leaves the connection usable.
    query_timeout: 1.25 * statementSeconds * 1000,
    types: { getTypeParser },
  };
  if (!pooler) {
    // Poolers refuse settings of a session.
    config.statement_timeout = statementSeconds * 1000;
    // What a hub that hangs has locked is free again after this.
    config.idle_in_transaction_session_timeout = 2 * statementSeconds * 1000;
  }
  if (typeof address === 'string') checkUrl(address, config);
  return config;
}

function checkUrl(url: string, config: pg.ClientConfig): void {
  try {
    if (!/^postgres(ql)?:\/\//.test(url)) throw new TypeError();
    new pg.Client(config);
  } catch {
    // What was thrown may hold the URL, and the URL the password.
    throw new HubError(
      'invalid',
      'The address of the database cannot be understood: write postgres://user:password@host:port/database, with what is special in the password encoded (%40 for @).',
    );
  }
}

const BIGINT = 20;

/** `bigint` as a number: times in milliseconds and ids fit. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === BIGINT ? Number : pg.types.getTypeParser(oid, format as 'text');
}
