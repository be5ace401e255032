/**
 * The chart on a real cluster (`POLDER_TEST_KUBECONFIG`), with the images that `POLDER_TEST_HUB_IMAGE` and
 * `POLDER_TEST_NEXT_HUB_IMAGE` name: the example course is installed as it stands, a student works, and goes on working
 * while the course is upgraded to the next version.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { noCluster, TestNamespace, testKubeconfig } from '../../src/spawner/kubernetes/test-cluster.ts';
import { chart, hasHelm, noHelm, runHelm } from '../chart/helm.ts';
import { type Manifest, Manifests } from '../chart/manifests.ts';
import { publicUrl } from '../chart/public-url.ts';
import { logIn, openBrowser, takePicture } from './browser.ts';
import { demoPassword, exampleFile } from './example.ts';
import { runInKernel } from './kernel.ts';

const images = [process.env.POLDER_TEST_HUB_IMAGE, process.env.POLDER_TEST_NEXT_HUB_IMAGE] as const;
const imageParts = (image: string) => image.split(/:(?=[^:/]*$)/);
const [notebook, notebookTag] = imageParts(process.env.POLDER_TEST_NOTEBOOK_IMAGE ?? 'lab.local/notebook:1');
const lacking = [
  ...(testKubeconfig === null ? [noCluster] : []),
  ...(hasHelm() ? [] : [noHelm]),
  ...(images.includes(undefined)
    ? ['POLDER_TEST_HUB_IMAGE and POLDER_TEST_NEXT_HUB_IMAGE name no images']
    : []),
];

if (lacking.length > 0) test.skip(`the chart on a cluster: ${lacking.join('; ')}`, () => {});

describe.runIf(lacking.length === 0)('the chart on a cluster', () => {
  let folder: string;
  let namespace: TestNamespace;
  let browser: Browser;
  let page: Page;
  let url: string;

  const upgrade = async (image: string, changes: object = {}) => {
    const [name, tag] = imageParts(image);
    const small = { requests: { cpu: '10m', memory: '64Mi' } };
    const values = {
      polder: { image: { name, tag } },
      hub: { resources: small },
      // A key is made, and has to be the same ever after.
      proxy: { secretToken: null, service: { type: 'NodePort' }, chp: { resources: small } },
      singleuser: {
        image: { name: notebook, tag: notebookTag },
        memory: { limit: '1G', guarantee: '128M' },
        cpu: { limit: 1, guarantee: 0.05 },
        extraFiles: { motd: { mountPath: '/etc/course/motd.json', data: { hello: 'there' }, mode: 0o444 } },
        lifecycleHooks: {
          postStart: {
            exec: { command: ['sh', '-c', 'mkdir -p notebooks && echo here > notebooks/here.txt'] },
          },
        },
      },
      ...changes,
    };
    const file = join(folder, 'here.yaml');
    await writeFile(file, stringify(values));
    await runHelm(
      ...['upgrade', '--install', 'jhub', chart, '-f', exampleFile, '-f', file],
      ...['--kubeconfig', testKubeconfig!, '--namespace', namespace.name, '--wait', '--timeout', '3m'],
    );
  };
  const secretToken = async () => {
    const secret = (await namespace.get('secrets', 'hub')) as Manifest;
    return secret.data['hub.config.ConfigurableHTTPProxy.auth_token'];
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polder-chart-'));
    namespace = await TestNamespace.open();
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(async () => {
    await browser?.close();
    await namespace?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('the example course is installed, and its login page answers', async () => {
    await upgrade(images[0]!);
    url = await publicUrl(namespace);
    await logIn(page, `${url}/hub/home`, 'user1', demoPassword);
    await page.waitForURL(/\/hub\/home/);
  });

  test('a student starts a pod, and JupyterLab opens', async () => {
    await page.getByRole('button', { name: /start/i }).first().click();
    await page.waitForURL(/\/user\/user1\//, { timeout: 120_000 });
    await page.locator('.jp-Launcher, .jp-Notebook').first().waitFor({ timeout: 90_000 });
    expect(await runInKernel(page, '/user/user1/', "open('notebooks/here.txt').read()")).toBe("'here\\n'");
    const file = "open('/etc/course/motd.json').read()";
    expect(await runInKernel(page, '/user/user1/', file)).toContain('{"hello":"there"}');
    await takePicture(page, 'chart-lab');
  });

  test('a cell that runs comes to its end while hub and proxy are replaced by the next version', async () => {
    const token = await secretToken();
    const podsBefore = await podsOf('proxy');
    const cell = runInKernel(
      page,
      '/user/user1/',
      "import os, time\nwhile not os.path.exists('done'): time.sleep(0.2)\n6 * 7",
    );
    await expect
      .poll(() => page.request.get(`${url}/user/user1/api/kernels`).then((answer) => answer.json()), {
        timeout: 60_000,
      })
      .toContainEqual(expect.objectContaining({ execution_state: 'busy' }));
    await upgrade(images[1]!, { course: { name: 'The next version' } });
    const podsAfter = await podsOf('proxy');
    expect(podsAfter.filter((name) => !podsBefore.includes(name))).toHaveLength(1);
    // By a new connection, and so through the next proxy.
    const other = await browser.newContext({ storageState: await page.context().storageState() });
    const second = await other.newPage();
    await second.goto(`${url}/hub/home`);
    expect(await second.getByText('The next version').count()).toBeGreaterThan(0);
    await second.goto(`${url}/user/user1/lab`);
    await runInKernel(second, '/user/user1/', "open('done', 'w').close()\n1");
    await other.close();
    expect(await cell).toBe('42');
    expect(await secretToken()).toBe(token);
  });

  test('a file with an error changes nothing: Helm says what is wrong, and hub and proxy go on', async () => {
    const before = [await podsOf('hub'), await podsOf('proxy')];
    // A time zone that is none passes the chart's schema.
    const broken = upgrade(images[1]!, { course: { timeZone: 'Europe/Atlantis' } });
    await expect(broken).rejects.toThrow(/hub-check failed/);
    await expect.poll(() => namespace.exists('secrets', 'hub-check'), { timeout: 10_000 }).toBe(false);
    expect([await podsOf('hub'), await podsOf('proxy')]).toEqual(before);
    expect((await page.goto(`${url}/hub/home`))?.status()).toBe(200);
  });

  const podsOf = async (component: string): Promise<readonly string[]> => {
    const selector = `labelSelector=${encodeURIComponent(`component=${component}`)}`;
    const { items } = (await namespace.api.request(
      'GET',
      `${namespace.path('pods')}?${selector}`,
    )) as Manifest;
    return items.map(({ metadata }: Manifest) => metadata.name);
  };

  test('a stopped server is no pod any more, and starts again', async () => {
    await page.goto(`${url}/hub/home`);
    await page.getByRole('button', { name: /stop/i }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: /stop/i }).click();
    await expect.poll(() => namespace.exists('pods', 'jupyter-user1'), { timeout: 60_000 }).toBe(false);
    await page.goto(`${url}/hub/home`);
    await page.getByRole('button', { name: /start/i }).first().click();
    await page.waitForURL(/\/user\/user1\//, { timeout: 120_000 });
  });

  test('the API server takes everything that a wide set of values makes', async () => {
    const file = join(folder, 'wide.yaml');
    await writeFile(file, stringify(wideValues));
    const made = await Manifests.of([file], '--namespace', namespace.name);
    expect(new Set(made.all.map(({ kind }) => kind)).size).toBeGreaterThan(12);
    for (const manifest of made.all) {
      const path = pathOf(manifest, namespace.name);
      if (path === null) continue;
      const body = {
        ...manifest,
        metadata: { ...manifest.metadata, name: `wide-${manifest.metadata.name}` },
      };
      await namespace.api.request('POST', `${path}?dryRun=All&fieldValidation=Strict`, { body });
    }
  });
});

const plurals: Readonly<Record<string, string>> = {
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
  PriorityClass: 'priorityclasses',
};

/** Null where the cluster need not know the kind. */
function pathOf({ apiVersion, kind }: Manifest, namespace: string): string | null {
  if (kind === 'HTTPRoute') return null;
  const group = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`;
  const isGlobal = ['PriorityClass', 'ClusterRoleBinding'].includes(kind);
  const plural = plurals[kind] ?? `${kind.toLowerCase()}s`;
  return isGlobal ? `${group}/${plural}` : `${group}/namespaces/${namespace}/${plural}`;
}

const some = { name: 'registry.example.org/some', tag: 'v1' };

const wideValues = {
  polder: { replicas: { hub: 2, proxy: 3 } },
  hub: {
    baseUrl: '/courses',
    config: {
      JupyterHub: { authenticator_class: 'dummy' },
      DummyAuthenticator: { password: 'rising-tide-demo' },
    },
    db: { type: 'postgres', url: 'postgres://hub@db/hub', password: 'x' },
    extraEnv: { PLAIN: 'text', REFERRED: { valueFrom: { secretKeyRef: { name: 'some', key: 'key' } } } },
    extraFiles: { banner: { mountPath: '/etc/banner.txt', stringData: 'Welcome' } },
    extraVolumes: [{ name: 'more', emptyDir: {} }],
    extraVolumeMounts: [{ name: 'more', mountPath: '/more' }],
    extraContainers: [{ name: 'beside', image: 'registry.example.org/beside:1' }],
    initContainers: [{ name: 'before', image: 'registry.example.org/before:1' }],
    nodeSelector: { kind: 'core' },
    pdb: { enabled: true },
  },
  proxy: {
    https: { enabled: true, type: 'manual', manual: { key: 'k', cert: 'c' } },
    service: { type: 'LoadBalancer', loadBalancerIP: '192.0.2.1', annotations: { some: 'thing' } },
    chp: { pdb: { enabled: true }, tolerations: [{ operator: 'Exists' }] },
  },
  singleuser: {
    image: some,
    memory: { limit: '2G', guarantee: '1.5G' },
    profileList: [{ display_name: 'A', kubespawner_override: { image: 'registry.example.org/a:1' } }],
  },
  scheduling: {
    podPriority: { enabled: true },
    userPlaceholder: { replicas: 3 },
    userScheduler: { image: some },
    corePods: { nodeAffinity: { matchNodePurpose: 'require' } },
  },
  prePuller: { extraImages: { more: some }, pause: { image: some } },
  imagePullSecret: { create: true, registry: 'registry.example.org', username: 'some', password: 'one' },
  ingress: { enabled: true, hosts: ['course.example.org'], tls: [{ hosts: ['course.example.org'] }] },
  httpRoute: { enabled: true, parentRefs: [{ name: 'gateway' }] },
};
