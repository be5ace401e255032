/** `polder stop-servers`: ends what runs on after hub and proxy have ended. */

import { pino } from 'pino';
import { HubError } from '../domain/errors.ts';
import { isActive, transition } from '../domain/server.ts';
import { isPortFree } from '../lib/free-port.ts';
import { ProcessSpawner } from '../spawner/process/process-spawner.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { defaultDataPath, openDataFolder, portsOf } from './data-folder.ts';

const STOP_GRACE_SECONDS = 10;

/** @throws HubError where the course's hub runs: then it is the hub that stops servers. */
export async function stopServers(
  options: { readonly config: string; readonly data?: string },
  say: (line: string) => void,
): Promise<void> {
  const folder = await openDataFolder(options.data ?? defaultDataPath(options.config));
  const ports = await portsOf(folder, () =>
    Promise.reject(new HubError('not_found', `No course was ever started in ${folder.path}.`)),
  );
  if (!(await isPortFree('127.0.0.1', ports.hub))) {
    throw new HubError(
      'conflict',
      'The hub of this course runs: stop servers on its pages, or end it first.',
    );
  }
  await using store = await openSqliteStore(folder.database);
  await using spawner = await ProcessSpawner.open({
    python: null,
    directory: folder.path,
    hookEnvironment: {},
    log: pino({ level: 'silent' }),
  });
  for (const run of await spawner.list()) {
    await spawner.stop(run.handle, STOP_GRACE_SECONDS);
    const now = new Date();
    const server = await store.servers.update(run.serverId, (row) => {
      if (!isActive(row) || row.state === 'queued') return row;
      const stopping = transition(row, { kind: 'stop_wanted', reason: 'shutdown' }, now);
      return transition(stopping, { kind: 'stopped' }, now);
    });
    if (server) await store.tokens.delete({ oauthClientId: server.oauthClientId });
    say(`Stopped the server of ${server?.owner ?? run.serverId}.`);
  }
}
