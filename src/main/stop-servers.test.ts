import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { databaseOf } from './data-folder.ts';
import { stopServers } from './stop-servers.ts';

test('servers in a cluster are left alone, and that is said', async () => {
  const data = await mkdtemp(join(tmpdir(), 'polder-stop-'));
  try {
    await mkdir(join(data, 'run', 'servers'), { recursive: true });
    {
      await using store = await openSqliteStore(databaseOf(data));
      const [user] = await store.users.insert([{ name: 'anna', admin: false }]);
      const { id } = await store.servers.insert({
        id: 'srv-1',
        userId: user!.id,
        name: '',
        displayName: '',
        oauthClientId: 'jupyterhub-user-srv-1',
      });
      const handle = { serverId: id, attempt: 1, pod: 'jupyter-anna', uid: 'u' };
      await store.servers.update(id, (row) => ({ ...row, state: 'ready', desired: 'running', handle }));
    }
    const said: string[] = [];
    const files = { configFiles: [join(data, 'none.yaml')], accept: [], data };
    await stopServers(files, (line) => said.push(line));
    expect(said).toEqual([expect.stringMatching(/has 1 server in a cluster, which it leaves alone/)]);
  } finally {
    await rm(data, { recursive: true, force: true });
  }
});
