import { AsyncLocalStorage } from 'node:async_hooks';
import { type IsolationLevel, sql } from 'kysely';
import { HubError } from '../../domain/errors.ts';
import { OLDEST, schemaOf, throwIfOutdated } from '../migrations/migrations.ts';
import type { ExclusiveName, Piece, Repositories, Restored, Store, Topic } from '../store.ts';
import { type Access, Connection, ReadConnection, TransactionConnection } from './access.ts';
import { SqlAgreements } from './agreements.ts';
import { SqlAnnouncements } from './announcements.ts';
import { SqlAuthStates } from './auth-states.ts';
import { type Backend, LostRace } from './backend.ts';
import { dump, load } from './dump.ts';
import { SqlGroups } from './groups.ts';
import { Notices } from './notices.ts';
import { SqlOAuthCodes } from './oauth-codes.ts';
import { SqlPasswords } from './passwords.ts';
import { SqlProgress } from './progress.ts';
import { SqlRoutes } from './routes.ts';
import { SqlServers } from './servers.ts';
import { SqlSessions } from './sessions.ts';
import { SqlShares } from './shares.ts';
import { statement } from './statement.ts';
import { SqlThrottles } from './throttles.ts';
import { SqlTokens } from './tokens.ts';
import { SqlUsers } from './users.ts';

/** How long a transaction that loses races is run again. */
const RETRY_MILLISECONDS = 10_000;

/** The store on any SQL database; `backend` is all in which they differ. */
export class SqlStore implements Store {
  readonly users: SqlUsers;
  readonly groups: SqlGroups;
  readonly servers: SqlServers;
  readonly shares: SqlShares;
  readonly routes: SqlRoutes;
  readonly tokens: SqlTokens;
  readonly sessions: SqlSessions;
  readonly authStates: SqlAuthStates;
  readonly passwords: SqlPasswords;
  readonly announcements: SqlAnnouncements;
  readonly oauthCodes: SqlOAuthCodes;
  readonly progress: SqlProgress;
  readonly throttles: SqlThrottles;
  readonly agreements: SqlAgreements;
  readonly #backend: Backend;
  readonly #reads: Connection;
  readonly #notices = new Notices();
  readonly #within = new AsyncLocalStorage<{ isOpen: boolean }>();

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#reads = new ReadConnection(backend.reader, backend);
    const access: Access = { reads: this.#reads, write: (work) => this.#transact('read committed', work) };
    const repositories = repositoriesOf(access);
    this.users = repositories.users;
    this.groups = repositories.groups;
    this.servers = repositories.servers;
    this.shares = repositories.shares;
    this.routes = repositories.routes;
    this.tokens = repositories.tokens;
    this.sessions = repositories.sessions;
    this.authStates = repositories.authStates;
    this.passwords = repositories.passwords;
    this.announcements = repositories.announcements;
    this.oauthCodes = repositories.oauthCodes;
    this.progress = repositories.progress;
    this.throttles = repositories.throttles;
    this.agreements = repositories.agreements;
    backend.wakeUps?.hear((topics) => this.#notices.announce(topics));
  }

  transaction<T>(work: (tx: Repositories) => Promise<T>): Promise<T> {
    return this.#transact('serializable', (tx) => work(repositoriesOf(tx)));
  }

  exclusive<T>(name: ExclusiveName, work: (tx: Repositories) => Promise<T>): Promise<T> {
    return this.#transact('read committed', async (tx) => {
      const exclude = this.#backend.exclude?.(name);
      if (exclude !== undefined) await tx.execute(exclude);
      return await work(repositoriesOf(tx));
    });
  }

  async now(): Promise<Date> {
    const row = await this.#reads.first(readClock);
    return new Date(row!.now);
  }

  subscribe(topic: Topic, listener: () => void): () => void {
    return this.#notices.subscribe(topic, listener);
  }

  async dump(write: (piece: Piece) => Promise<void>): Promise<void> {
    try {
      await this.#backend.snapshot((db) => dump(new Connection(db, this.#backend), write));
    } catch (error) {
      throw this.#backend.translate(error);
    }
  }

  restore(pieces: () => AsyncIterable<Piece>): Promise<Restored> {
    return this.#transact('read committed', (tx) => load(tx, pieces()));
  }

  get schema() {
    const steps = Object.values(this.#backend.steps);
    return { number: schemaOf(this.#backend.steps), oldest: Math.max(...steps.map((step) => step.oldest)) };
  }

  async check(): Promise<void> {
    const row = await this.#reads.first(readHealth);
    // A newer hub may have changed the tables since.
    throwIfOutdated(Number(row?.oldest ?? 0), this.#backend.steps);
    await this.#transact('read committed', (tx) => tx.change(writeHealth));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#backend[Symbol.asyncDispose]();
  }

  /**
   * What a repository does by itself is written so that it needs no more than `read committed`: others may change in
   * between what it does not lock, and it loses no races to those who only read. SQLite is always `serializable`.
   */
  async #transact<T>(isolation: IsolationLevel, work: (tx: TransactionConnection) => Promise<T>): Promise<T> {
    // It would wait for the one that waits for it.
    if (this.#within.getStore()?.isOpen) throw new Error('a write within a transaction goes through its tx');
    const deadline = performance.now() + RETRY_MILLISECONDS;
    for (let run = 1; ; run++) {
      try {
        const { result, topics } = await this.#runOnce(isolation, work);
        this.#notices.announce(topics);
        if (topics.size > 0) this.#backend.wakeUps?.tell(topics);
        return result;
      } catch (thrown) {
        const error = this.#backend.translate(thrown);
        if (!(error instanceof LostRace)) throw error;
        if (performance.now() > deadline) {
          throw new HubError('unavailable', 'Too many changes at once: try again in a moment.', {
            cause: error,
          });
        }
        // Those who lost to each other come back at different times.
        const pause = Math.random() * Math.min(2 ** run, 100);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }

  #runOnce<T>(
    isolation: IsolationLevel,
    work: (tx: TransactionConnection) => Promise<T>,
  ): Promise<{ result: T; topics: Set<Topic> }> {
    const transaction = this.#backend.writer.transaction().setIsolationLevel(isolation);
    return transaction.execute(async (db) => {
      const tx = new TransactionConnection(db, this.#backend);
      // What `work` sets going may outlive it.
      const surroundings = { isOpen: true };
      try {
        const result = await this.#within.run(surroundings, () => work(tx));
        tx.throwIfFailed();
        return { result, topics: tx.topics };
      } finally {
        surroundings.isOpen = false;
      }
    });
  }
}

function repositoriesOf(access: Access) {
  return {
    users: new SqlUsers(access),
    groups: new SqlGroups(access),
    servers: new SqlServers(access),
    shares: new SqlShares(access),
    routes: new SqlRoutes(access),
    tokens: new SqlTokens(access),
    sessions: new SqlSessions(access),
    authStates: new SqlAuthStates(access),
    passwords: new SqlPasswords(access),
    announcements: new SqlAnnouncements(access),
    oauthCodes: new SqlOAuthCodes(access),
    progress: new SqlProgress(access),
    throttles: new SqlThrottles(access),
    agreements: new SqlAgreements(access),
  };
}

const readClock = statement(({ db, clock }) => db.selectNoFrom(sql<number>`${clock}`.as('now')));

const readHealth = statement(({ db }) =>
  db
    .selectFrom('agreements')
    .leftJoin('health', (join) => join.onTrue())
    .select(['agreements.value as oldest', 'health.checked_at'])
    .where('agreements.name', '=', OLDEST),
);

const writeHealth = statement(({ db, clock }) =>
  db
    .insertInto('health')
    .values({ id: 1, checked_at: clock })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ checked_at: clock })),
);
