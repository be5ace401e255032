import { chmodSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SetUpError } from './say.mjs';

/**
 * Where set-up keeps what it installs: all of it can be made again. As root it is a place that students' processes can
 * execute from, which root's home is not.
 * @param {NodeJS.ProcessEnv} environment
 */
export function cacheFolder(environment = process.env) {
  if (environment.POLDER_CACHE) return environment.POLDER_CACHE;
  if (process.getuid?.() === 0) return '/var/cache/polder';
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'polder');
}

/**
 * The same, made where it is not there: open to others, whatever the umask, because students' processes run from it.
 * @throws {SetUpError}
 */
export function makeCacheFolder() {
  const folder = cacheFolder();
  try {
    if (mkdirSync(folder, { recursive: true }) !== undefined) chmodSync(folder, 0o755);
  } catch (error) {
    throw new SetUpError(
      `${folder} cannot be made (${error.code}). Name a folder for set-up that you can write: POLDER_CACHE=/path.`,
    );
  }
  return folder;
}
