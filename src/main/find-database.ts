/** Where the database of a course is: for commands that need no hub. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { HubError } from '../domain/errors.ts';
import { databaseOf, defaultDataPath, openDataFolder } from './data-folder.ts';
import { openDatabase } from './database.ts';
import type { CourseFiles } from './prepare-course.ts';

/**
 * The database of a course, whether or not its hub runs.
 * @returns what the file says, `path` of the data folder, whether there is a database yet, and how to open it, which makes it where not
 * @throws HubError where the file has errors
 */
export async function findDatabase({ configFiles, data, accept, generation }: CourseFiles) {
  const loaded = await loadConfig(configFiles, { accept, generation });
  if (loaded.config === undefined) {
    const files = configFiles.join(' -f ');
    const first = loaded.findings.find(({ severity }) => severity === 'error');
    throw new HubError(
      'invalid',
      `${first?.position?.file ?? configFiles[0]}: ${first?.message} The file says where the database is: ` +
        `name the right one with -f, or see polder check -f ${files}; errors may be accepted (--accept), as at the start.`,
    );
  }
  const { config, secrets } = loaded;
  const path = resolve(data ?? defaultDataPath(configFiles[0]!));
  const isThere = secrets.databaseUrl !== null || existsSync(databaseOf(path));
  const open = async () => {
    const folder = await openDataFolder(path);
    return await openDatabase({ config, secrets, file: folder.database });
  };
  return { config, secrets, path, isThere, open };
}
