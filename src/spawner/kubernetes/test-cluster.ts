/** For tests: a real cluster, named by `POLDER_TEST_KUBECONFIG`, with a namespace of its own for each. */
import { randomBytes } from 'node:crypto';
import { expect, vi } from 'vitest';
import { ApiError, ApiServer } from '../../kubernetes/api-server.ts';
import type { KubernetesSettings } from './kubernetes-settings.ts';
import { KubernetesSpawner } from './kubernetes-spawner.ts';
import { type JsonMap, PLAIN_RECIPE, type PodRecipe } from './pod-recipe.ts';

export const testKubeconfig = process.env.POLDER_TEST_KUBECONFIG ?? null;

/** An image with Python, that the cluster has. */
export const testImage = process.env.POLDER_TEST_IMAGE ?? 'lab.local/python:1';

export const noCluster =
  'no cluster: POLDER_TEST_KUBECONFIG names none (a kubeconfig that may make namespaces; POLDER_TEST_IMAGE: an image with Python)';

export class TestNamespace implements AsyncDisposable {
  readonly api: ApiServer;
  readonly name: string;
  readonly #opened: KubernetesSpawner[] = [];

  private constructor(api: ApiServer, name: string) {
    this.api = api;
    this.name = name;
  }

  static async open(): Promise<TestNamespace> {
    const api = await ApiServer.open({ kubeconfig: testKubeconfig });
    const namespace = new TestNamespace(api, `polder-test-${randomBytes(4).toString('hex')}`);
    await api.request('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace.name } },
    });
    // Pods are refused until the namespace has its service account.
    const hasAccount = async () => expect(await namespace.exists('serviceaccounts', 'default')).toBe(true);
    await vi.waitFor(hasAccount, { timeout: 30_000 });
    return namespace;
  }

  settings(changes: Partial<PodRecipe> = {}, more: Partial<KubernetesSettings> = {}): KubernetesSettings {
    return {
      namespace: this.name,
      instance: 'test',
      naming: 'safe',
      labExtension: false,
      recipe: { ...PLAIN_RECIPE, image: testImage, uid: 1000, ...changes },
      profiles: [],
      startTimeoutSeconds: 60,
      events: true,
      ...more,
    };
  }

  async spawner(
    settings = this.settings(),
    options: {
      readonly onRequest?: (method: string, path: string) => void;
      readonly kubeconfig?: string;
      readonly labExtensions?: string;
      readonly now?: () => Date;
    } = {},
  ): Promise<KubernetesSpawner> {
    const logger = { warn: () => {}, info: () => {} };
    const opened = await KubernetesSpawner.open({
      kubeconfig: testKubeconfig,
      namespace: this.name,
      settingsIn: () => settings,
      labExtensions: null,
      logger,
      ...options,
    });
    this.#opened.push(opened);
    return opened;
  }

  path(kind: string, name?: string): string {
    return `/api/v1/namespaces/${this.name}/${kind}${name === undefined ? '' : `/${name}`}`;
  }

  async exists(kind: string, name: string): Promise<boolean> {
    return (await this.get(kind, name)) !== null;
  }

  async get(kind: string, name: string): Promise<JsonMap | null> {
    return await this.api.request('GET', this.path(kind, name)).catch((error) => {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    });
  }

  async create(kind: string, body: JsonMap): Promise<JsonMap> {
    return await this.api.request('POST', this.path(kind), { body });
  }

  /** Asks for its end, and does not wait for it. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const spawner of this.#opened) await spawner[Symbol.asyncDispose]();
    await this.api.request('DELETE', `/api/v1/namespaces/${this.name}`);
    await this.api[Symbol.asyncDispose]();
  }
}

/** Answers 200 to everything, writes three lines, ends when it is asked to. */
export const steadyCommand = [
  'python3',
  '-c',
  `
import http.server, os, signal
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
for word in ('first', 'second', 'third'):
    print(word, flush=True)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'here')
    def log_message(self, *_):
        pass
http.server.ThreadingHTTPServer(('', 8888), Handler).serve_forever()
`,
];
