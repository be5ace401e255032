/** A real JupyterHub with KubeSpawner, as a process of this machine whose servers are pods of a cluster. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, vi } from 'vitest';
import { isPortFree } from '../../src/lib/free-port.ts';

const polder = fileURLToPath(new URL('../../bin/polder.mjs', import.meta.url));

export interface JupyterHubOptions {
  /** The interpreter of an environment with jupyterhub and jupyterhub-kubespawner. */
  readonly python: string;
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly image: string;
  /** The address of this machine that pods reach. */
  readonly address: string;
  readonly ports: { readonly front: number; readonly hub: number; readonly proxyApi: number };
  readonly password: string;
}

export class RunningJupyterHub implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #ports: JupyterHubOptions['ports'];
  output = '';

  private constructor(child: ChildProcess, folder: string, ports: JupyterHubOptions['ports']) {
    this.#child = child;
    this.#folder = folder;
    this.#ports = ports;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
      });
    }
  }

  /** Resolves when it answers. */
  static async start(options: JupyterHubOptions): Promise<RunningJupyterHub> {
    const folder = await mkdtemp(join(tmpdir(), 'jupyterhub-'));
    await writeFile(join(folder, 'jupyterhub_config.py'), configOf(options));
    const child = spawn(options.python, ['-m', 'jupyterhub', '-f', 'jupyterhub_config.py'], {
      cwd: folder,
      env: {
        ...process.env,
        KUBECONFIG: options.kubeconfig,
        CONFIGPROXY_AUTH_TOKEN: 'a-token-of-the-proxy-of-tests',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hub = new RunningJupyterHub(child, folder, options.ports);
    try {
      const answers = async () => {
        if (child.exitCode !== null) return;
        expect((await fetch(`http://127.0.0.1:${options.ports.front}/hub/health`)).status).toBe(200);
      };
      await vi.waitFor(answers, { timeout: 60_000, interval: 200 });
      if (child.exitCode !== null) throw new Error(`JupyterHub ended at its start:\n${hub.output}`);
      return hub;
    } catch (error) {
      await hub[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** As `db_url` has it. */
  get database(): string {
    return `sqlite:///${join(this.#folder, 'jupyterhub.sqlite')}`;
  }

  /** Ends it as the cluster does, and its proxy; its servers run on, and its database stays. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
    // It asks its proxy to end and does not wait for it.
    const { front, proxyApi } = this.#ports;
    const areFree = async () => {
      for (const port of [front, proxyApi]) expect(await isPortFree('127.0.0.1', port)).toBe(true);
    };
    await vi.waitFor(areFree, { timeout: 20_000, interval: 200 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** What the chart of JupyterHub sets, as far as it concerns servers. */
function configOf({ python, namespace, image, address, ports, password }: JupyterHubOptions): string {
  const settings = {
    'JupyterHub.bind_url': `http://127.0.0.1:${ports.front}`,
    'JupyterHub.hub_ip': address,
    'JupyterHub.hub_port': ports.hub,
    'JupyterHub.spawner_class': 'kubespawner.KubeSpawner',
    'JupyterHub.authenticator_class': 'dummy',
    'JupyterHub.cleanup_servers': false,
    'JupyterHub.data_files_path': join(dirname(dirname(python)), 'share', 'jupyterhub'),
    'ConfigurableHTTPProxy.api_url': `http://127.0.0.1:${ports.proxyApi}`,
    'ConfigurableHTTPProxy.command': [process.execPath, polder, 'proxy'],
    'DummyAuthenticator.password': password,
    'Authenticator.allow_all': true,
    'KubeSpawner.namespace': namespace,
    'KubeSpawner.image': image,
    'KubeSpawner.image_pull_policy': 'IfNotPresent',
    'KubeSpawner.storage_pvc_ensure': true,
    'KubeSpawner.storage_capacity': '1Gi',
    'KubeSpawner.common_labels': { app: 'jupyterhub', release: 'jhub', chart: 'jupyterhub-4.3.1' },
    'KubeSpawner.mem_guarantee': '128M',
  };
  const text = (value: unknown) =>
    JSON.stringify(value).replace(/\b(true|false)\b/g, (word) => (word === 'true' ? 'True' : 'False'));
  return Object.entries(settings)
    .map(([trait, value]) => `c.${trait} = ${text(value)}\n`)
    .join('');
}
