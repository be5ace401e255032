/** JupyterHub with configurable-http-proxy, as its documentation sets it up on one machine. */
import { type ChildProcess, execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Contender,
  end,
  freePorts,
  launch,
  people,
  person,
  type RunningContender,
  untilAnswers,
  untilGone,
  untilHealthy,
} from './contender.ts';
import { adminToken } from './hub-client.ts';
import type { Peers } from './peers.ts';
import { cpuSeconds } from './process-figures.ts';
import { serversBelow } from './small-servers.ts';

/** A spawner whose servers are all the same small HTTP server, which answers for every one of them. */
const NOTHING_SPAWNER = `
from jupyterhub.spawner import Spawner

class NothingSpawner(Spawner):
    up = False

    def load_state(self, state):
        super().load_state(state)
        self.up = state.get('up', False)

    def get_state(self):
        return {**super().get_state(), 'up': self.up}

    def clear_state(self):
        super().clear_state()
        self.up = False

    async def start(self):
        self.up = True
        return ('127.0.0.1', PORT)

    async def poll(self):
        return None if self.up else 0

    async def stop(self, now=False):
        self.up = False

c.JupyterHub.spawner_class = NothingSpawner
`;

const ADMIN_SERVICE = {
  'JupyterHub.services': [{ name: 'bench', api_token: adminToken }],
  'JupyterHub.load_roles': [
    {
      name: 'bench',
      services: ['bench'],
      scopes: ['admin:users', 'admin:servers', 'list:users', 'tokens', 'read:metrics'],
    },
  ],
};

/** What a hub starts for its users: JupyterLab, a small process each, or nothing, since one server answers for all. */
export type Servers =
  | { readonly kind: 'real' }
  | { readonly kind: 'small'; readonly python: string }
  | { readonly kind: 'nothing'; readonly port: number };

export async function prepareJupyterHub(
  folder: string,
  { python, proxyProgram }: Peers,
  servers: Servers,
): Promise<Contender> {
  const [port, hubPort, proxyApi] = await freePorts(3);
  const configFile = join(folder, 'jupyterhub_config.py');
  const database = join(folder, 'jupyterhub.sqlite');
  const log = join(folder, 'jupyterhub.log');
  const singleUser = join(dirname(python), 'jupyterhub-singleuser');
  const settings = {
    'JupyterHub.bind_url': `http://127.0.0.1:${port}`,
    'JupyterHub.hub_port': hubPort!,
    'JupyterHub.db_url': `sqlite:///${database}`,
    'JupyterHub.authenticator_class': 'dummy',
    'JupyterHub.spawner_class': 'simple',
    'DummyAuthenticator.password': person.password,
    'Authenticator.allowed_users': people,
    'Authenticator.admin_users': ['admin'],
    ...(servers.kind === 'real' ? {} : ADMIN_SERVICE),
    'SimpleLocalProcessSpawner.home_dir_template': join(folder, 'homes', '{username}'),
    'SimpleLocalProcessSpawner.cmd':
      servers.kind === 'small' ? [servers.python, '-m', 'jupyterhub.singleuser'] : [singleUser],
    'SimpleLocalProcessSpawner.args':
      servers.kind !== 'small' && process.getuid?.() === 0 ? ['--allow-root'] : [],
    'ConfigurableHTTPProxy.command': [process.execPath, proxyProgram],
    'ConfigurableHTTPProxy.api_url': `http://127.0.0.1:${proxyApi}`,
  };
  await writeFile(
    configFile,
    Object.entries(settings)
      // What JSON writes, Python reads: strings, numbers and lists.
      .map(([name, value]) => `c.${name} = ${JSON.stringify(value)}\n`)
      .concat(servers.kind === 'nothing' ? [NOTHING_SPAWNER.replace('PORT', String(servers.port))] : [])
      .join(''),
  );

  let hubProcess: ChildProcess | undefined;
  const proxyPid = async () => Number(await readFile(join(folder, 'jupyterhub-proxy.pid'), 'utf8'));
  const start = async (): Promise<RunningContender> => {
    const began = performance.now();
    const child = await launch([python, '-m', 'jupyterhub', '-f', configFile], { cwd: folder, log });
    hubProcess = child;
    await untilHealthy(`http://127.0.0.1:${hubPort}/hub/health`, child, log);
    const healthySeconds = (performance.now() - began) / 1000;
    const hubCpuSeconds = cpuSeconds(child.pid!);
    const proxy = await proxyPid();
    return {
      url: `http://127.0.0.1:${port}`,
      hub: child.pid!,
      proxy,
      supervisor: null,
      healthySeconds,
      hubCpuSeconds,
      allCpuSeconds: hubCpuSeconds + cpuSeconds(proxy),
      [Symbol.asyncDispose]: () => end(child),
    };
  };
  return {
    name: 'JupyterHub',
    async addUsers(names) {
      const program = [
        'import json, sys',
        'from jupyterhub import orm',
        'db = orm.new_session_factory(sys.argv[1])()',
        "role = orm.Role.find(db, 'user')",
        'for name in json.load(sys.stdin):',
        '    db.add(orm.User(name=name, roles=[role]))',
        'db.commit()',
      ].join('\n');
      execFileSync(python, ['-c', program, `sqlite:///${database}`], { input: JSON.stringify(names) });
    },
    async stopServers() {
      // They end with the hub, but for those that it has forgotten.
      for (const { pid } of serversBelow(folder)) process.kill(pid, 'SIGKILL');
    },
    start,
    async refresh(running) {
      await untilGone(running);
      if (ended(hubProcess!)) return start();
      for (const at of [hubPort, port]) await untilAnswers(`http://127.0.0.1:${at}/hub/health`);
      return { ...running, proxy: await proxyPid() };
    },
  };
}

function ended(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
