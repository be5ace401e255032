/** The rights that `SPAWNER_RIGHTS` names are enough. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import type { ServerSpec } from '../spawner.ts';
import { SPAWNER_RIGHTS } from './rights.ts';
import { noCluster, steadyCommand, TestNamespace, testKubeconfig } from './test-cluster.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

if (testKubeconfig === null) test.skip(`rights in a cluster: ${noCluster}`, () => {});

describe.runIf(testKubeconfig !== null)('a hub with the least rights', () => {
  test('starts, prepares, reads and stops a server with a volume of its own, and makes the volume larger', async () => {
    await using namespace = await TestNamespace.open();
    await using limited = await LimitedAccount.open(namespace);
    const requests: string[] = [];
    const recipe = { storagePvcEnsure: true, storageCapacity: '1Gi' };
    const spawner = await namespace.spawner(namespace.settings(recipe), {
      kubeconfig: limited.kubeconfig,
      onRequest: (method, path) => requests.push(`${method} ${path}`),
    });
    const { handle } = await spawner.start(spec, () => {}, new AbortController().signal);
    const hook = await spawner.runHook(spec, handle, new AbortController().signal);
    expect(hook).toMatchObject({ exitCode: 0, output: 'prepared\n' });
    await expect.poll(() => spawner.log(spec, 1), { timeout: 20_000 }).toBe('third');
    await spawner.stop(handle, 5);
    const larger = await namespace.spawner(namespace.settings({ ...recipe, storageCapacity: '2Gi' }), {
      kubeconfig: limited.kubeconfig,
      onRequest: (method, path) => requests.push(`${method} ${path}`),
    });
    // Whether the claim grows is for its class to say; a start goes on without.
    const again = await larger.start({ ...spec, attempt: 2 }, () => {}, new AbortController().signal);
    await larger.stop(again.handle, 5);
    expect(requests.filter((request) => request.startsWith('PATCH'))).toHaveLength(1);
    expect(await spawner.findings()).toEqual([]);
  });

  test('is told which namespace it may not look into', async () => {
    await using namespace = await TestNamespace.open();
    await using limited = await LimitedAccount.open(namespace);
    const elsewhere = { ...namespace.settings(), namespace: 'default' };
    const spawner = await namespace.spawner(elsewhere, { kubeconfig: limited.kubeconfig });
    const [finding] = await spawner.findings();
    expect(finding).toMatchObject({
      code: 'cluster-not-heard',
      message: expect.stringContaining('forbidden'),
    });
    const start = spawner.start(spec, () => {}, AbortSignal.timeout(2_000));
    await expect(start).rejects.toThrow();
  });
});

const spec: ServerSpec = {
  serverId: 'srv-anna',
  attempt: 1,
  owner: { id: 1, name: 'anna' },
  serverName: '',
  path: '/user/anna/',
  environment: {},
  command: steadyCommand,
  postStart: ['echo', 'prepared'],
  memory: { limit: null, guarantee: null },
  cpu: { limit: null, guarantee: null },
  userOptions: {},
};

/** A service account of the namespace with those rights, by its token. */
class LimitedAccount implements AsyncDisposable {
  readonly kubeconfig: string;
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    this.kubeconfig = join(folder, 'kubeconfig');
  }

  static async open(namespace: TestNamespace): Promise<LimitedAccount> {
    const account = new LimitedAccount(await mkdtemp(join(tmpdir(), 'polder-rights-')));
    const metadata = { name: 'hub' };
    await namespace.create('serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace.name}`;
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    await namespace.api.request('POST', `${rbac}/roles`, {
      body: { apiVersion, kind: 'Role', metadata, rules: SPAWNER_RIGHTS },
    });
    await namespace.api.request('POST', `${rbac}/rolebindings`, {
      body: {
        apiVersion,
        kind: 'RoleBinding',
        metadata,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'hub' },
        subjects: [{ kind: 'ServiceAccount', name: 'hub', namespace: namespace.name }],
      },
    });
    const { status } = (await namespace.create('serviceaccounts/hub/token', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {},
    })) as { status: { token: string } };
    const config = parse(await readFile(testKubeconfig!, 'utf8'));
    config.users[0].user = { token: status.token };
    await writeFile(account.kubeconfig, stringify(config), { mode: 0o600 });
    return account;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}
