/** Hubs on this machine whose servers are pods of a simulated one: Polder's, and JupyterHub's with KubeSpawner. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { cacheFolder } from '../src/main/cache-folder.ts';
import { newest } from '../test/e2e/single-user-environments.ts';
import { end, freePorts, launch, person, untilHealthy } from './contender.ts';
import { adminToken } from './hub-client.ts';
import { installProxy } from './peers.ts';
import { addAdminToken, polderProgram } from './polder.ts';
import type { SimulatedMachine } from './simulated-machine.ts';

export const kubeSpawnerVersion = '7.1.0';
/** More than this at once, and both only wait for the API server. */
const STARTS_AT_ONCE = 100;

export interface KubernetesHub extends AsyncDisposable {
  /** Of the hub itself, without a path. */
  readonly url: string;
  readonly pid: number;
}

export async function startPolder(folder: string, machine: SimulatedMachine): Promise<KubernetesHub> {
  const [port] = await freePorts(1);
  const data = join(folder, 'data');
  await mkdir(data, { recursive: true });
  await addAdminToken(join(data, 'polder.sqlite'));
  const values = {
    polder: { generation: 'current' },
    hub: {
      concurrentSpawnLimit: STARTS_AT_ONCE,
      config: {
        JupyterHub: { authenticator_class: 'dummy' },
        Authenticator: { allow_all: true },
        DummyAuthenticator: { password: person.password },
        KubeSpawner: { port: machine.port },
      },
    },
    singleuser: {
      image: { name: 'registry.example.org/nothing', tag: '1' },
      storage: { type: 'none' },
      cloudMetadata: { blockWithIptables: false },
      extraPodConfig: machine.podSpec,
    },
    cull: { enabled: false },
  };
  const config = join(folder, 'config.yaml');
  await writeFile(config, stringify(values));
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, 'polder.log');
  const command = [
    ...[process.execPath, polderProgram, 'hub', `--config=${config}`, `--data=${data}`, `--port=${port}`],
    ...['--spawner=kubernetes', `--kubeconfig=${machine.kubeconfig}`, `--namespace=${machine.namespace}`],
  ];
  const environment = { CONFIGPROXY_AUTH_TOKEN: 'c'.repeat(64) };
  const child = await launch(command, { cwd: folder, log, environment });
  await untilHealthy(`${url}/hub/health`, child, log);
  return { url, pid: child.pid!, [Symbol.asyncDispose]: () => end(child) };
}

/** With its proxy, which it cannot be without. */
export async function startJupyterHub(folder: string, machine: SimulatedMachine): Promise<KubernetesHub> {
  const python = installKubeSpawner();
  const [port, hubPort, proxyApi] = await freePorts(3);
  const settings = {
    'JupyterHub.bind_url': `http://127.0.0.1:${port}`,
    'JupyterHub.hub_port': hubPort!,
    'JupyterHub.db_url': `sqlite:///${join(folder, 'jupyterhub.sqlite')}`,
    'JupyterHub.authenticator_class': 'dummy',
    'JupyterHub.spawner_class': 'kubespawner.KubeSpawner',
    'JupyterHub.concurrent_spawn_limit': STARTS_AT_ONCE,
    'JupyterHub.services': [{ name: 'bench', api_token: adminToken }],
    'JupyterHub.load_roles': [
      { name: 'bench', services: ['bench'], scopes: ['admin:users', 'admin:servers', 'list:users'] },
    ],
    'DummyAuthenticator.password': person.password,
    'Authenticator.allow_all': 'TRUE',
    'KubeSpawner.namespace': machine.namespace,
    'KubeSpawner.image': 'registry.example.org/nothing:1',
    'KubeSpawner.port': machine.port,
    'KubeSpawner.extra_pod_config': { nodeName: machine.podSpec.nodeName, hostNetwork: 'TRUE' },
    'ConfigurableHTTPProxy.command': [process.execPath, await installProxy()],
    'ConfigurableHTTPProxy.api_url': `http://127.0.0.1:${proxyApi}`,
  };
  const config = join(folder, 'jupyterhub_config.py');
  const lines = Object.entries(settings).map(([name, value]) => `c.${name} = ${JSON.stringify(value)}\n`);
  // JSON's only word that Python spells otherwise.
  await writeFile(config, lines.join('').replaceAll('"TRUE"', 'True'));
  const log = join(folder, 'jupyterhub.log');
  const environment = { KUBECONFIG: machine.kubeconfig };
  const child = await launch([python, '-m', 'jupyterhub', '-f', config], { cwd: folder, log, environment });
  const url = `http://127.0.0.1:${hubPort}`;
  await untilHealthy(`${url}/hub/health`, child, log);
  return { url, pid: child.pid!, [Symbol.asyncDispose]: () => end(child) };
}

/** From its registry, once. @returns the interpreter */
function installKubeSpawner(): string {
  const folder = join(cacheFolder(), 'peers', `kubespawner-${kubeSpawnerVersion}-${newest.version}`);
  const python = join(folder, 'bin/python');
  if (!existsSync(join(folder, 'bin/jupyterhub'))) {
    execFileSync('python3', ['-m', 'venv', folder]);
    const wanted = [`jupyterhub==${newest.version}`, `jupyterhub-kubespawner==${kubeSpawnerVersion}`];
    execFileSync(python, ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...wanted]);
  }
  return python;
}
