/** What is said of a cluster where things are wrong, each of them made wrong for real on the one of `POLDER_TEST_KUBECONFIG`. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { noCluster, TestNamespace, testImage, testKubeconfig } from '../spawner/kubernetes/test-cluster.ts';
import { checkCluster } from './check-cluster.ts';
import { readCluster } from './cluster-view.ts';
import { describeStatus, statusOf } from './status.ts';

if (testKubeconfig === null) test.skip(`what is wrong in a cluster: ${noCluster}`, () => {});

const WAIT = { timeout: 60_000, interval: 500 };

describe.runIf(testKubeconfig !== null)('what is wrong in a cluster', { timeout: 120_000 }, () => {
  let namespace: TestNamespace;
  let folder: string;

  beforeAll(async () => {
    namespace = await TestNamespace.open();
    folder = await mkdtemp(join(tmpdir(), 'cluster-'));
  });
  afterAll(async () => {
    await namespace?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const view = () => readCluster(namespace.api, namespace.name);
  const status = async () => statusOf(await view());

  /** A student's pod that is not as it should be. */
  const makePod = (name: string, { container = {}, spec = {} }: { container?: object; spec?: object }) =>
    namespace.create('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: { component: 'singleuser-server' } },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'notebook', image: testImage, command: ['sleep', '600'], ...container }],
        ...spec,
      },
    });

  const troubleOf = (name: string) =>
    vi.waitFor(async () => {
      const found = (await status()).troubles.find(({ of }) => of.includes(name));
      if (found === undefined) throw new Error(`nothing is said of ${name}`);
      return found;
    }, WAIT);

  test('nothing deployed is told as such', async () => {
    expect(describeStatus(await status())).toContain(
      `Nothing is deployed in the namespace ${namespace.name}`,
    );
  });

  test('an image that is not in its registry', async () => {
    await makePod('absent', { container: { image: '127.0.0.1:5000/no-such-course:v9' } });
    const { message } = await vi.waitFor(async () => {
      const found = await troubleOf('absent');
      expect(found.code).toMatch(/^image-not-/);
      return found;
    }, WAIT);
    expect(message).toContain('127.0.0.1:5000/no-such-course:v9');
  });

  test('a name that is none of an image', async () => {
    await makePod('misnamed', { container: { image: 'loginServer<>/course' } });
    expect((await troubleOf('misnamed')).code).toBe('image-name');
  });

  test('a server that is larger than every machine, and one for machines with a label', async () => {
    await makePod('huge', { container: { resources: { requests: { memory: '4Ti' } } } });
    expect(await troubleOf('huge')).toMatchObject({
      code: 'no-node-fits',
      message: expect.stringContaining('memory'),
    });
    await makePod('elsewhere', { spec: { nodeSelector: { pool: 'none-such' } } });
    expect(await troubleOf('elsewhere')).toMatchObject({ message: expect.stringContaining('labels') });
  });

  test('a claim that is missing, and one of a storage class that is not there', async () => {
    await makePod('claimless', {
      spec: { volumes: [{ name: 'n', persistentVolumeClaim: { claimName: 'notebooks' } }] },
    });
    expect(await troubleOf('claimless')).toMatchObject({ code: 'claim-missing' });
    await namespace.create('persistentvolumeclaims', {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'pending' },
      spec: {
        storageClassName: 'managed-premium',
        accessModes: ['ReadWriteOnce'],
        resources: { requests: { storage: '1Gi' } },
      },
    });
    expect(await troubleOf('pending')).toMatchObject({
      code: 'claim-pending',
      message: expect.stringContaining('managed-premium'),
    });
  });

  test('a secret that is missing', async () => {
    const env = [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'course-key', key: 'key' } } }];
    await makePod('secretless', { container: { env } });
    expect(await troubleOf('secretless')).toMatchObject({ code: 'secret-missing' });
  });

  test('a program that needs more memory than it may have, and one that ends', async () => {
    await makePod('greedy', {
      container: {
        command: ['python3', '-c', 'x = bytearray(10**9); import time; time.sleep(600)'],
        resources: { limits: { memory: '64Mi' } },
      },
    });
    expect(await troubleOf('greedy')).toMatchObject({ code: 'out-of-memory' });
    await makePod('ended', { container: { command: ['sh', '-c', 'exit 7'] } });
    expect(await troubleOf('ended')).toMatchObject({ message: expect.stringContaining('code 7') });
  });

  test('a deployment whose pods a quota forbids', async () => {
    await namespace.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'small' },
      spec: { hard: { 'requests.memory': '32Mi' } },
    });
    const path = `/apis/apps/v1/namespaces/${namespace.name}/deployments`;
    const labels = { component: 'hub' };
    await namespace.api.request('POST', path, {
      body: {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'hub', labels },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: {
              containers: [{ name: 'hub', image: testImage, resources: { requests: { memory: '64Mi' } } }],
            },
          },
        },
      },
    });
    expect(await troubleOf('hub')).toMatchObject({ code: 'quota-used-up' });
    const { deployed, servers, components } = await status();
    expect({ deployed, hub: components[0]?.ready }).toEqual({ deployed: true, hub: 0 });
    expect(servers.starting).toBeGreaterThan(0);
  });

  test('what a course lacks is found before anything of it is started, where the file says it', async () => {
    const file = join(folder, 'config.yaml');
    const elsewhere = `there-${randomBytes(3).toString('hex')}`;
    await namespace.create('secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: elsewhere },
    });
    await writeFile(
      file,
      `hub: {config: {DummyAuthenticator: {password: tide and wave}, Authenticator: {allowed_users: [anna]}}}
imagePullSecrets: [${elsewhere}]
singleuser:
  image: {name: course, tag: v4}
  memory: {guarantee: 900T}
  cpu: {guarantee: 1000}
  storage:
    type: dynamic
    dynamic: {storageClass: managed-premium}
    extraVolumes: [{name: shared, persistentVolumeClaim: {claimName: never-made}}]
`,
    );
    const loaded = await loadConfig([file]);
    if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.findings));
    const other = `${namespace.name}-other`;
    const found = await checkCluster(namespace.api, await readCluster(namespace.api, other), loaded);
    expect(found.map(({ code, position }) => `${code}:${position?.line}`)).toEqual([
      'namespace-missing:undefined',
      'storage-class-missing:9',
      'claim-missing:10',
      'secret-missing:2',
      'server-fits-nowhere:5',
      'server-fits-nowhere:6',
    ]);
    expect(found.find(({ code }) => code === 'secret-missing')?.message).toContain(namespace.name);
    const here = await checkCluster(namespace.api, await view(), loaded);
    expect(here.map(({ code }) => code)).toContain('quota-used-up');
    expect(here.map(({ code }) => code)).not.toContain('secret-missing');
  });
});
