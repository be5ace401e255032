/** A cluster that does not answer for a while, or answers that it cannot. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { ApiFront } from './api-front.ts';
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

describe.runIf(testKubeconfig !== null)('a cluster in trouble', () => {
  let namespace: TestNamespace;
  let front: ApiFront;
  beforeEach(async () => {
    namespace = await TestNamespace.open();
    front = await ApiFront.open(testKubeconfig!);
  });
  afterEach(async () => {
    await namespace[Symbol.asyncDispose]();
    await front[Symbol.asyncDispose]();
  });

  test('that forgets where watches were (410) is listed anew, and nothing is missed', async () => {
    const behind = await namespace.spawner(namespace.settings(), { kubeconfig: front.kubeconfig });
    const anna = await behind.start(specOf('anna'), ignore, never);
    const whole = await namespace.spawner();
    let forgotten = 0;
    front.answer = ({ path, query }) => {
      if (!path.endsWith('/pods') || query.get('watch') === null || forgotten >= 3) return undefined;
      forgotten += 1;
      const object = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 };
      return { status: 200, body: { type: 'ERROR', object } };
    };
    front.cut();
    await whole.stop(anna.handle, 1);
    const bea = await whole.start(specOf('bea'), ignore, never);
    const listed = async () => (await behind.list()).map(({ serverId }) => serverId);
    await expect.poll(listed, { timeout: 25_000 }).toEqual(['srv-bea']);
    expect(await behind.poll(bea.handle)).toEqual({ kind: 'running' });
    expect(await behind.poll(anna.handle)).toMatchObject({ kind: 'exited' });
    await expect.poll(() => forgotten, { timeout: 25_000 }).toBe(3);
  });

  test('that has no time for us (429) is asked again, and a server is started and stopped once', async () => {
    const spawner = await namespace.spawner(namespace.settings(), { kubeconfig: front.kubeconfig });
    await spawner.list();
    let refusals = 4;
    front.answer = ({ method }) => {
      if (method === 'GET' || refusals === 0) return undefined;
      refusals -= 1;
      const body = { kind: 'Status', status: 'Failure', reason: 'TooManyRequests', code: 429 };
      return { status: 429, body, headers: { 'Retry-After': '1' } };
    };
    const { handle } = await spawner.start(specOf('anna'), ignore, never);
    expect(refusals).toBe(0);
    expect(await spawner.list()).toHaveLength(1);
    refusals = 2;
    await spawner.stop(handle, 1);
    expect(await namespace.exists('pods', 'jupyter-anna')).toBe(false);
  });

  test('whose machine is gone takes the server’s pod away, and the student is told so', async () => {
    const spawner = await namespace.spawner(
      namespace.settings({ extraPodConfig: { nodeName: 'machine-that-is-gone' } }),
    );
    const start = spawner.start(specOf('anna'), ignore, never);
    const isThere = async () => expect(await namespace.exists('pods', 'jupyter-anna')).toBe(true);
    await vi.waitFor(isThere, { timeout: 20_000 });
    // In the place of the kubelet, which there is none of.
    await namespace.api.request('PATCH', namespace.path('pods', 'jupyter-anna/status'), {
      contentType: 'application/merge-patch+json',
      body: {
        status: {
          phase: 'Running',
          podIP: '192.0.2.1',
          podIPs: [{ ip: '192.0.2.1' }],
          containerStatuses: [
            {
              ...{ name: 'notebook', image: 'some', imageID: 'some', ready: true, restartCount: 0 },
              state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
            },
          ],
        },
      },
    });
    const { handle } = await start;
    expect(await spawner.poll(handle)).toEqual({ kind: 'running' });
    // The cluster looks for pods without a machine every 20 seconds, and waits for another 40.
    await expect
      .poll(() => spawner.poll(handle), { timeout: 110_000, interval: 500 })
      .toMatchObject({
        kind: 'exited',
        explanation: { message: 'The machine that your server ran on is gone.' },
      });
    expect(await spawner.list()).toEqual([]);
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
