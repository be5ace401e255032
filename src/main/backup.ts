/** `polder backup` and `polder restore`: all that is in the database, to a file and back, while hubs run. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { HubError } from '../domain/errors.ts';
import { POLDER_VERSION } from '../lib/version.ts';
import { checkBackup, readPieces, writeBackup } from '../store/backup-file.ts';
import type { Store } from '../store/store.ts';
import { findDatabase } from './find-database.ts';
import type { CourseFiles } from './prepare-course.ts';

export interface BackupOptions extends CourseFiles {
  readonly file: string;
}

/** @throws HubError with what to do */
export async function backupCommand(
  options: BackupOptions & { readonly force: boolean },
  say: (line: string) => void,
): Promise<void> {
  const { path, isThere, open } = await findDatabase(options);
  if (!isThere) {
    throw new HubError(
      'not_found',
      `There is no database in ${path}. Name the folder of the course with --data.`,
    );
  }
  await using store = await open();
  const { rows } = await backUp(store, options.file, options.force);
  say(`${options.file} holds the database: ${rows} rows.`);
  if (existsSync(join(path, 'keys.json')))
    say(
      `Not in it: the keys in ${join(path, 'keys.json')}, the homes and the logs. Keep a copy of them in another place than this one.`,
    );
}

/** @throws HubError with what to do; nothing is changed then */
export async function restoreCommand(options: BackupOptions, say: (line: string) => void): Promise<void> {
  const { file } = options;
  const head = await checkBackup(file);
  const { path, isThere, open } = await findDatabase(options);
  await using store = await open();
  if (head.schema.oldest > store.schema.number) {
    throw new HubError(
      'invalid',
      `${file} was made by Polder ${head.polder}, which is newer than this one: restore it with that version.`,
    );
  }
  const before = join(
    path,
    'backups',
    `before-restore-${new Date().toISOString().replaceAll(':', '-')}.polder`,
  );
  if (isThere) {
    await mkdir(join(path, 'backups'), { recursive: true, mode: 0o700 });
    await backUp(store, before, false);
  }
  const restored = await store.restore(() => readPieces(file));
  say(`The database is what it was at ${head.made}: ${head.rows} rows, ${people(restored.users)}.`);
  const { running, claimed, ended } = restored;
  if (running > 0) say(`Going on, since the backup knows of them: ${servers(running)}.`);
  if (claimed > 0)
    say(`Ready then and unknown now, so that a hub looks whether they run: ${servers(claimed)}.`);
  if (ended > 0)
    say(`Unknown to the backup, so that a hub ends them and names them in its log: ${servers(ended)}.`);
  say('Who logged in after the backup was made logs in again.');
  if (isThere) say(`What was there before is in ${before}.`);
}

async function backUp(store: Store, file: string, force: boolean): Promise<{ readonly rows: number }> {
  const head = { made: new Date().toISOString(), polder: POLDER_VERSION, schema: store.schema };
  return await writeBackup(file, head, { dump: (write) => store.dump(write), force });
}

function people(count: number): string {
  return count === 1 ? '1 user' : `${count} users`;
}

function servers(count: number): string {
  return count === 1 ? '1 server' : `${count} servers`;
}
