import { homedir } from 'node:os';
import { join } from 'node:path';

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
