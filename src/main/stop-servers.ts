/** `polder stop-servers`: ends what runs on after hub and proxy have ended. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pino } from 'pino';
import { loadConfig } from '../config/load.ts';
import { HubError } from '../domain/errors.ts';
import { isActive, transition } from '../domain/server.ts';
import { isPortFree } from '../lib/free-port.ts';
import { holdLockFile } from '../lib/lock-file.ts';
import { readHandle } from '../spawner/kubernetes/run-handle.ts';
import { endRuns } from '../spawner/process/end-runs.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { type DataFolder, defaultDataPath, openDataFolder, portsOf } from './data-folder.ts';
import { openDatabase } from './database.ts';
import type { CourseFiles } from './prepare-course.ts';

const STOP_GRACE_SECONDS = 10;

/** @throws HubError where the course's hub runs: then it is the hub that stops servers. */
export async function stopServers(options: CourseFiles, say: (line: string) => void): Promise<void> {
  const path = resolve(options.data ?? defaultDataPath(options.configFiles[0]!));
  const never = new HubError('not_found', `No course was ever started in ${path}.`);
  if (!existsSync(path)) throw never;
  const folder = await openDataFolder(path);
  // `polder up` or `polder hub` holds it while it runs; the hub of an `up` that was killed outlives it for a moment.
  await using alone = await holdLockFile(join(folder.run, 'up.lock'));
  const wasUp = existsSync(join(path, 'ports.json'));
  if (!wasUp && !existsSync(join(folder.run, 'servers'))) throw never;
  const port = wasUp ? (await portsOf(folder, () => Promise.reject(never))).hub : null;
  if (alone === null || (port !== null && !(await isPortFree('127.0.0.1', port)))) {
    throw new HubError(
      'conflict',
      'The hub of this course runs: stop servers on its pages, or end it first.',
    );
  }
  await using store = await openStoreOf(options, folder);
  const logger = pino({ level: 'silent' });
  const ended = await endRuns({ directory: folder.path, graceSeconds: STOP_GRACE_SECONDS, logger });
  for (const run of ended) {
    const now = new Date();
    const server = await store?.servers.update(run.serverId, (row) => {
      if (!isActive(row) || row.state === 'queued' || row.attempt !== run.attempt) return row;
      const stopping = transition(row, { kind: 'stop_wanted', reason: 'shutdown' }, now);
      return transition(stopping, { kind: 'stopped' }, now);
    });
    if (server) await store?.tokens.delete({ oauthClientId: server.oauthClientId });
    say(`Stopped the server of ${server?.owner ?? run.serverId}.`);
  }
  const pods = (await store?.servers.inStates(['starting', 'ready', 'stopping']))?.filter(
    ({ handle }) => readHandle(handle) !== null,
  );
  if (pods !== undefined && pods.length > 0) {
    // Whether they run still, only the cluster knows.
    say(
      `This command ends processes of this machine only. This course has ${pods.length} ${pods.length === 1 ? 'server' : 'servers'} ` +
        'in a cluster, which it leaves alone: start the course and stop them on its pages.',
    );
  } else if (ended.length === 0) {
    say('No server was running.');
  }
}

/**
 * What the file says of the database, or the folder's own. Undefined where that is on a server and the file is not
 * here: the next hub sees by itself which servers have ended.
 */
async function openStoreOf(course: CourseFiles, folder: DataFolder): Promise<Store | undefined> {
  const file = folder.database;
  const loaded = await loadConfig(course.configFiles, course);
  if (loaded.config !== undefined && loaded.secrets.databaseUrl !== null) {
    return await openDatabase({ config: loaded.config, secrets: loaded.secrets, file });
  }
  return existsSync(file) ? await openSqliteStore(file) : undefined;
}
