import type {
  Compilable,
  CompiledQuery,
  Expression,
  Kysely,
  QueryResult,
  RawBuilder,
  SelectQueryBuilder,
  SqlBool,
} from 'kysely';
import type { Steps } from '../migrations/migrations.ts';
import type { ExclusiveName, Topic } from '../store.ts';
import type { Tables } from './tables.ts';

/** All in which one database differs from another: the repositories know no more of it. */
export interface Backend extends AsyncDisposable {
  /** Where reads outside of transactions go: sees committed rows. */
  readonly reader: Kysely<Tables>;
  /** Runs a statement as `reader` does, where there is a shorter way than through it. */
  read?<Row>(query: CompiledQuery<Row>): Promise<QueryResult<Row>>;
  /** Where transactions run. */
  readonly writer: Kysely<Tables>;

  /** The database's clock as SQL, in milliseconds since 1970 UTC, the same throughout a statement. */
  readonly clock: Expression<number>;

  /**
   * Whether `column` (`table.column`) is one of any number of values, which are one parameter: the statement's text
   * stays the same.
   */
  among(column: string, values: readonly string[] | readonly number[]): Expression<SqlBool>;

  /**
   * `query` so that the rows of `table` that it finds stay as they are read until the transaction ends. Who wants them
   * too waits, instead of losing the race.
   */
  lock<Row>(query: SelectQueryBuilder<Tables, keyof Tables, Row>, table: keyof Tables): Compilable<Row>;

  /**
   * The first statement of a transaction that is to be the only one of its name, where that takes one: it waits until it
   * is. Later statements see what was committed meanwhile.
   */
  exclude?(name: ExclusiveName): Compilable<unknown>;

  /** From an empty database to the tables that this hub knows. */
  readonly steps: Steps;

  /** Runs `work` so that all it reads through `db` is as of one moment, while others write. */
  snapshot<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;

  /** How many rows are put back as they were. */
  readonly bulk: {
    /** Keeps others from writing these tables until the transaction ends; undefined where nobody could. */
    lock(tables: readonly (keyof Tables)[]): Compilable<unknown> | undefined;
    /** In an `insert`: ids are those that are given, where the database would make them. */
    readonly ownIds: RawBuilder<unknown>;
    /** Ids that the database makes go on after those of the table; undefined where they do anyway. */
    resume(table: 'users' | 'tokens'): Compilable<unknown> | undefined;
  };

  /** How hubs that share the database wake each other; where one hub has it to itself there is none. */
  readonly wakeUps?: WakeUps;

  /**
   * What a database's error means: a HubError that says what to do, a LostRace when the transaction should run again,
   * or the error itself when it is our own mistake.
   */
  translate(error: unknown): unknown;
}

/** Wakes those who listen in other hubs. Notices may be merged, repeated or lost, and hold nobody up. */
export interface WakeUps extends AsyncDisposable {
  /** Calls `listener` with what others have told. Called once. */
  hear(listener: (topics: Iterable<Topic>) => void): void;
  /** Tells others that something of `topics` was committed here. */
  tell(topics: Iterable<Topic>): void;
}

/** Another transaction was first: nothing was written, and running the transaction again may succeed. */
export class LostRace extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LostRace';
  }
}
