/** A cluster that does not answer for a while. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { noCluster, steadyCommand, TestNamespace, testKubeconfig } from './test-cluster.ts';

const never = new AbortController().signal;
const ignore = () => {};

// A cluster beside other tests on few cores is slow.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

if (testKubeconfig === null) test.skip(`a cluster that does not answer: ${noCluster}`, () => {});

describe.runIf(testKubeconfig !== null)('a cluster that does not answer for a while', () => {
  let namespace: TestNamespace;
  let relay: Relay;
  beforeEach(async () => {
    namespace = await TestNamespace.open();
    relay = await Relay.open(testKubeconfig!);
  });
  afterEach(async () => {
    await relay.reopen();
    await namespace[Symbol.asyncDispose]();
    await relay[Symbol.asyncDispose]();
  });

  test('leaves running servers running, and what happened meanwhile is found out', async () => {
    const cut = await namespace.spawner(namespace.settings(), { kubeconfig: relay.kubeconfig });
    const whole = await namespace.spawner();
    const anna = await cut.start(specOf('anna'), ignore, never);
    const bea = await cut.start(specOf('bea'), ignore, never);
    await relay.close();
    expect(await cut.poll(anna.handle)).toEqual({ kind: 'running' });
    expect(await cut.list()).toHaveLength(2);
    await whole.stop(bea.handle, 5);
    const carl = await whole.start(specOf('carl'), ignore, never);
    await relay.reopen();
    await expect.poll(() => cut.poll(bea.handle), { timeout: 25_000 }).toMatchObject({ kind: 'exited' });
    expect(await cut.poll(carl.handle)).toEqual({ kind: 'running' });
    expect(await cut.poll(anna.handle)).toEqual({ kind: 'running' });
    const listed = async () => (await cut.list()).map(({ serverId }) => serverId).sort();
    await expect.poll(listed, { timeout: 25_000 }).toEqual(['srv-anna', 'srv-carl']);
  });

  test('does not fail a start that goes on when it is back', async () => {
    const cut = await namespace.spawner(namespace.settings(), { kubeconfig: relay.kubeconfig });
    await cut.list();
    await relay.close();
    const start = cut.start(specOf('anna'), ignore, never);
    await relay.refused();
    await relay.reopen();
    expect((await start).target).toMatch(/^http:/);
    expect(await cut.list()).toHaveLength(1);
  });

  test('is not taken for the end of a server that another hub started meanwhile', async () => {
    const cut = await namespace.spawner(namespace.settings(), { kubeconfig: relay.kubeconfig });
    await cut.list();
    await relay.close();
    const whole = await namespace.spawner();
    const { handle } = await whole.start(specOf('anna'), ignore, never);
    const asked = cut.poll(handle);
    await relay.refused();
    await relay.reopen();
    expect(await asked).toEqual({ kind: 'running' });
  });
});

function specOf(name: string) {
  return {
    serverId: `srv-${name}` as const,
    attempt: 1,
    owner: { id: 1, name },
    serverName: '',
    path: `/user/${name}/`,
    environment: {},
    command: steadyCommand,
    postStart: null,
    memory: { limit: null, guarantee: null },
    cpu: { limit: null, guarantee: null },
    userOptions: {},
  };
}

/** Stands between a spawner and its cluster, and can be closed and opened again. */
class Relay implements AsyncDisposable {
  readonly kubeconfig: string;
  readonly #folder: string;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #open = true;
  #refused = Promise.withResolvers<void>();

  private constructor(folder: string, target: { host: string; port: number }) {
    this.#folder = folder;
    this.kubeconfig = join(folder, 'kubeconfig');
    this.#target = target;
    this.#server = createServer((socket) => this.#connect(socket));
  }

  static async open(kubeconfig: string): Promise<Relay> {
    const config = parse(await readFile(kubeconfig, 'utf8'));
    const { hostname, port } = new URL(config.clusters[0].cluster.server);
    const relay = new Relay(await mkdtemp(join(tmpdir(), 'polder-relay-')), {
      host: hostname,
      port: Number(port || 443),
    });
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    const cluster = config.clusters[0].cluster;
    cluster.server = `https://127.0.0.1:${(relay.#server.address() as AddressInfo).port}`;
    // The certificate names the cluster, and not us.
    delete cluster['certificate-authority-data'];
    delete cluster['certificate-authority'];
    cluster['insecure-skip-tls-verify'] = true;
    await writeFile(relay.kubeconfig, stringify(config));
    return relay;
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#refused = Promise.withResolvers();
    for (const socket of this.#sockets) socket.destroy();
  }

  async reopen(): Promise<void> {
    this.#open = true;
  }

  /** Resolves when somebody has knocked in vain. */
  async refused(): Promise<void> {
    await this.#refused.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await rm(this.#folder, { recursive: true });
  }

  #connect(socket: Socket): void {
    if (!this.#open) {
      this.#refused.resolve();
      socket.destroy();
      return;
    }
    const onward = connect(this.#target);
    for (const end of [socket, onward]) {
      this.#sockets.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        this.#sockets.delete(end);
        socket.destroy();
        onward.destroy();
      });
    }
    socket.pipe(onward).pipe(socket);
  }
}
