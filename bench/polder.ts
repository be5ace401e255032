/** Polder as it is shipped: the bundle. */
import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { hashSecret } from '../src/lib/secret.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import {
  type Contender,
  end,
  freePorts,
  launch,
  people,
  person,
  untilAnswers,
  untilGone,
  untilHealthy,
} from './contender.ts';
import { adminToken } from './hub-client.ts';
import { cpuSeconds } from './process-figures.ts';

const repository = fileURLToPath(new URL('..', import.meta.url));
export const polderProgram = join(repository, 'dist/polder.mjs');

/** Makes the bundle of the sources as they are now. */
export function buildPolder(): void {
  execFileSync(process.execPath, [join(repository, 'bin/build.mjs')], { stdio: 'inherit' });
}

/** @param python null: the simulated spawner, which starts nothing */
export async function preparePolder(folder: string, python: string | null): Promise<Contender> {
  const [port, hubPort, proxyApi] = await freePorts(3);
  const data = join(folder, 'data');
  const configFile = join(folder, 'config.yaml');
  const log = join(folder, 'polder.log');
  await writeFile(
    configFile,
    stringify({
      auth: {
        type: 'dummy',
        dummy: { password: person.password },
        whitelist: { users: people },
        admin: { users: ['admin'] },
      },
    }),
  );
  const pid = async (name: string) => Number(await readFile(join(data, 'run', `${name}.pid`), 'utf8'));
  const command = [
    process.execPath,
    polderProgram,
    'up',
    `--config=${configFile}`,
    `--data=${data}`,
    `--port=${port}`,
    ...(python === null ? ['--spawner=simulated'] : [`--python=${python}`]),
  ];
  await mkdir(data, { recursive: true });
  await addAdminToken(join(data, 'polder.sqlite'));
  await writeFile(join(data, 'ports.json'), JSON.stringify({ hub: hubPort, proxyApi }));

  return {
    name: 'Polder',
    async addUsers(names) {
      await using store = await openSqliteStore(join(data, 'polder.sqlite'));
      await store.users.insert(names.map((name) => ({ name, admin: false })));
    },
    async stopServers() {
      execFileSync(process.execPath, [polderProgram, 'stop-servers', `--data=${data}`]);
    },
    async start() {
      const began = performance.now();
      const child = await launch(command, { cwd: folder, log });
      await untilHealthy(`http://127.0.0.1:${hubPort}/hub/health`, child, log);
      const healthySeconds = (performance.now() - began) / 1000;
      const [hub, proxy] = [await pid('hub'), await pid('proxy')];
      const hubCpuSeconds = cpuSeconds(hub);
      const allCpuSeconds = hubCpuSeconds + cpuSeconds(proxy) + cpuSeconds(child.pid!);
      // The proxy may need a moment more.
      await untilHealthy(`http://127.0.0.1:${port}/hub/health`, child, log);
      return {
        url: `http://127.0.0.1:${port}`,
        hub,
        proxy,
        supervisor: child.pid!,
        healthySeconds,
        hubCpuSeconds,
        allCpuSeconds,
        [Symbol.asyncDispose]: () => end(child),
      };
    },
    async refresh(running) {
      await untilGone(running);
      for (const at of [hubPort, port]) await untilAnswers(`http://127.0.0.1:${at}/hub/health`);
      return { ...running, hub: await pid('hub'), proxy: await pid('proxy') };
    },
  };
}

export async function addAdminToken(database: string): Promise<void> {
  await using store = await openSqliteStore(database);
  const [admin] = await store.users.insert([{ name: 'admin', admin: true }]);
  await store.tokens.insert({
    userId: admin!.id,
    scopes: ['inherit'],
    note: 'for measuring',
    createdAt: new Date(),
    expiresAt: null,
    sessionId: null,
    oauthClientId: null,
    serverId: null,
    hash: hashSecret(adminToken),
  });
}
