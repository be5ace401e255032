import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where set-up keeps what it installs: `bin/polder.mjs` says where; without it, the same place as there. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.POLDER_CACHE) return environment.POLDER_CACHE;
  if (process.getuid?.() === 0) return '/var/cache/polder';
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'polder');
}
