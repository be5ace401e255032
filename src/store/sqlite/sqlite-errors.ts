import { HubError } from '../../domain/errors.ts';

/** Primary result codes, the low byte of what SQLite reports: https://www.sqlite.org/rescode.html */
const BUSY = 5;
const LOCKED = 6;
const NOMEM = 7;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

const CONSTRAINT_FOREIGNKEY = 787;
const CONSTRAINT_PRIMARYKEY = 1555;
const CONSTRAINT_UNIQUE = 2067;

/** What to do about it, by primary code. */
const remedies: Readonly<Record<number, string>> = {
  [BUSY]: 'Another program has the database locked. Close what else has it open, then try again.',
  [LOCKED]: 'Another program has the database locked. Close what else has it open, then try again.',
  [NOMEM]: 'There is no memory left for the database. Free some, then try again.',
  [READONLY]:
    'The database cannot be written. Make its file and folder writable for the hub, then try again.',
  [IOERR]: 'The disk that holds the database does not answer as it should. Check the disk, then try again.',
  [CORRUPT]: 'The database file is damaged. Stop the hub and put back a backup.',
  [FULL]: 'The disk that holds the database is full. Free some space, then try again.',
  [CANTOPEN]: 'The database file cannot be opened. Check that its folder exists and is writable for the hub.',
  [NOTADB]: 'The database file is not a database. Give the path of another file, or put back a backup.',
};

/** After these the connection itself may be broken: the next use opens a new one. */
const breaking: ReadonlySet<number> = new Set([READONLY, IOERR, CORRUPT, CANTOPEN, NOTADB]);

interface SqliteError extends Error {
  readonly code: 'ERR_SQLITE_ERROR';
  /** Extended result code. */
  readonly errcode: number;
}

export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && (error as { code?: unknown }).code === 'ERR_SQLITE_ERROR';
}

export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && primaryCode(error) === BUSY;
}

export function breaksConnection(error: unknown): boolean {
  return isSqliteError(error) && breaking.has(primaryCode(error));
}

/** A HubError that says what to do, or the error itself when it is our own mistake. */
export function translateSqliteError(error: unknown): unknown {
  if (!isSqliteError(error)) return error;
  const options = { cause: error, detail: `SQLite ${error.errcode}: ${error.message}` };
  if (error.errcode === CONSTRAINT_UNIQUE || error.errcode === CONSTRAINT_PRIMARYKEY) {
    return new HubError('conflict', 'There is one like it already.', options);
  }
  if (error.errcode === CONSTRAINT_FOREIGNKEY) {
    return new HubError('not_found', 'What this belongs to does not exist any more.', options);
  }
  const remedy = remedies[primaryCode(error)];
  return remedy === undefined ? error : new HubError('unavailable', remedy, options);
}

function primaryCode(error: SqliteError): number {
  return error.errcode & 0xff;
}
