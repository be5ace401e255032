/** `polder users import`: adds the people of a list or CSV, and to their groups, whether or not the hub runs. */
import { readFile } from 'node:fs/promises';
import { HubError } from '../domain/errors.ts';
import { type CheckedGroup, checkRoster, joinGroups } from '../hub/roster.ts';
import { findDatabase } from './find-database.ts';
import type { CourseFiles } from './prepare-course.ts';

export interface ImportOptions extends CourseFiles {
  readonly file: string;
  /** Says what would come of it, and changes nothing. */
  readonly dryRun: boolean;
}

/**
 * Lines that cannot be names are named and left out.
 * @returns the exit code: 0; 1 where there are such lines
 * @throws HubError with what to do
 */
export async function importUsers(options: ImportOptions, say: (line: string) => void): Promise<0 | 1> {
  const text = await readFile(options.file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new HubError('not_found', `${options.file} cannot be read: ${error.message}`);
  });
  const { config, open } = await findDatabase(options);
  await using store = await open();
  const logins = [config.login, ...config.login.others.map(({ login }) => login)];
  const managed = logins.some(({ service }) => service?.managesGroups);
  const roster = await checkRoster(store, text, () => !managed);
  const { lines, groups } = roster;
  const of = (status: (typeof lines)[number]['status']) => lines.filter((line) => line.status === status);
  for (const { line, name, problem } of of('invalid')) say(`${options.file}:${line}: “${name}”: ${problem}.`);
  const fresh = of('new').map(({ name }) => ({ name, admin: false }));
  const added = options.dryRun || fresh.length === 0 ? fresh : await store.users.insert(fresh);
  say(
    `${options.dryRun ? 'To add' : 'Added'}: ${added.length}. There already: ${of('exists').length}. ` +
      `Said twice: ${of('repeated').length}. Not a name: ${of('invalid').length}.`,
  );
  if (!options.dryRun) await joinGroups(store, roster);
  for (const group of groups) say(`Group “${group.name}”: ${cameOf(group, options)}`);
  return of('invalid').length > 0 ? 1 : 0;
}

function cameOf({ status, joining }: CheckedGroup, { dryRun }: Pick<ImportOptions, 'dryRun'>): string {
  if (status === 'closed') return 'left as it is, because logins say who is in it.';
  const made = status === 'new' ? (dryRun ? 'to make, ' : 'made, ') : '';
  return `${made}${joining.length} ${dryRun ? 'to put into it' : 'put into it'}.`;
}
