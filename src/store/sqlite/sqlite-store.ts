import { accessSync, chmodSync, closeSync, constants, existsSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { HubError } from '../../domain/errors.ts';
import { STEPS, type Steps } from '../migrations/migrations.ts';
import { SqlStore } from '../sql/sql-store.ts';
import type { Store } from '../store.ts';
import { SqliteBackend } from './sqlite-backend.ts';

export interface SqliteStoreOptions {
  /** The database's clock; by default the machine's. */
  readonly now?: () => Date;
  /** How long a write waits while another process has the file locked; by default 5. */
  readonly lockWaitSeconds?: number;
  /** By default all that there are. */
  readonly steps?: Steps;
}

/**
 * Opens the store in the SQLite file `file`, which is made where there is none, for its owner alone, and brought to
 * today's tables. Its folder must exist.
 *
 * @throws HubError `unavailable` when the file cannot be opened and written; the message says what to do.
 */
export async function openSqliteStore(file: string, options: SqliteStoreOptions = {}): Promise<Store> {
  makePrivateFile(file);
  const { now = () => new Date(), lockWaitSeconds = 5, steps = STEPS } = options;
  const backend = new SqliteBackend(file, { now, lockWaitSeconds, steps });
  try {
    await backend.migrate();
  } catch (thrown) {
    const error = backend.translate(thrown);
    await backend[Symbol.asyncDispose]();
    throw error;
  }
  return new SqlStore(backend);
}

/** SQLite gives the files that it makes beside this one the same mode. */
function makePrivateFile(file: string): void {
  try {
    // An existing file is not opened here: closing it would end the locks of whoever has it open in this process.
    if (existsSync(file)) keepPrivate(file);
    else closeSync(openSync(file, 'ax', 0o600));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Another hub may have made it meanwhile.
    if (code === 'EEXIST') return;
    const message =
      code === 'ENOENT'
        ? `The folder ${dirname(file)} does not exist: make it, or give another path for the database.`
        : `The database ${file} cannot be written (${code}): make it and its folder writable for the hub.`;
    throw new HubError('unavailable', message, { cause: error });
  }
}

function keepPrivate(file: string): void {
  accessSync(file, constants.R_OK | constants.W_OK);
  if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
}
