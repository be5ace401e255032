/**
 * A course moves over while a student works: JupyterHub with KubeSpawner makes the pod, is ended, its database is taken
 * over, and a hub of ours goes on with the pod. On the cluster that `POLDER_TEST_KUBECONFIG` names.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../../src/lib/free-port.ts';
import { importJupyterHub } from '../../src/main/jupyterhub-import.ts';
import { addressTowardsCluster } from '../../src/main/open-spawner.ts';
import { noCluster, TestNamespace, testKubeconfig } from '../../src/spawner/kubernetes/test-cluster.ts';
import { logIn, openBrowser } from './browser.ts';
import { runInKernel, startKernel } from './kernel.ts';
import { RunningCourse } from './running-course.ts';
import { RunningJupyterHub } from './running-jupyterhub.ts';
import { pythonOf } from './single-user-environments.ts';

const image = process.env.POLDER_TEST_NOTEBOOK_IMAGE ?? 'lab.local/notebook:1';
const password = 'moving-house';

if (testKubeconfig === null) test.skip(`a course that moves over: ${noCluster}`, () => {});

describe.runIf(testKubeconfig !== null)('a course that moves over from JupyterHub with KubeSpawner', () => {
  let namespace: TestNamespace;
  let course: RunningCourse;
  let folder: string;
  let configFile: string;
  let jupyterHub: RunningJupyterHub;
  let browser: Browser;
  let page: Page;
  let kernel: string;
  let pod: { readonly metadata: { readonly uid: string } };

  beforeAll(async () => {
    namespace = await TestNamespace.open();
    const address = await addressTowardsCluster(testKubeconfig);
    const ports = { hub: await freePort(address, 18081), proxyApi: await freePort('127.0.0.1', 18001) };
    folder = await mkdtemp(join(tmpdir(), 'polder-moving-'));
    configFile = join(folder, 'config.yaml');
    await writeFile(configFile, stringify(values));
    const args = ['--config', configFile, '--spawner=kubernetes', `--kubeconfig=${testKubeconfig}`];
    course = await RunningCourse.start({ args: [...args, `--namespace=${namespace.name}`], ports });
    await course.interrupt();
    jupyterHub = await RunningJupyterHub.start({
      python: await pythonOf({
        version: '6.1.1',
        requirements: ['jupyterhub==6.1.1', 'jupyterhub-kubespawner==7.1.0'],
        landing: 'lab',
      }),
      kubeconfig: testKubeconfig!,
      namespace: namespace.name,
      image,
      address,
      ports: { ...ports, front: Number(new URL(course.url).port) },
      password,
    });
    browser = await openBrowser();
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await jupyterHub?.[Symbol.asyncDispose]();
    await course?.[Symbol.asyncDispose]();
    await namespace?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const podNow = async () => (await namespace.get('pods', 'jupyter-anna')) as unknown as typeof pod | null;

  test('a student works in a pod that JupyterHub made', async () => {
    await page.goto(`${course.url}/hub/spawn`);
    await page.locator('input[name=username]').fill('anna');
    await page.locator('input[name=password]').fill(password);
    await page.locator('input[name=password]').press('Enter');
    await page.waitForURL(/\/user\/anna\//, { timeout: 120_000 });
    await page.locator('.jp-Launcher').waitFor({ timeout: 90_000 });
    kernel = await startKernel(page, '/user/anna/');
    expect(await runInKernel(page, '/user/anna/', 'x = 41\nx', { kernel })).toBe('41');
    pod = (await podNow())!;
  });

  test('with JupyterHub ended, the pod is taken over', async () => {
    await jupyterHub.stop();
    const said: string[] = [];
    const options = {
      ...{ configFiles: [configFile], data: course.data, accept: [], db: jupyterHub.database },
      cluster: { kubeconfig: testKubeconfig, namespace: namespace.name },
    };
    await importJupyterHub({ ...options, dryRun: true }, () => {});
    expect(await podNow()).not.toHaveProperty(['metadata', 'annotations', 'polder/server']);
    await importJupyterHub({ ...options, dryRun: false }, (line) => said.push(line));
    expect(said).toEqual(expect.arrayContaining(['users: 1 taken', 'running servers: 1 taken']));
    const again: string[] = [];
    await importJupyterHub({ ...options, dryRun: false }, (line) => again.push(line));
    expect(again).toContain('running servers: 0 taken, 1 here already');
    course = await course.restart({
      args: [
        ...['--config', configFile, '--spawner=kubernetes'],
        ...[`--kubeconfig=${testKubeconfig}`, `--namespace=${namespace.name}`],
      ],
    });
    expect((await podNow())?.metadata.uid).toBe(pod.metadata.uid);
  });

  test('the student goes on in the same kernel, in the same page', async () => {
    const goOn = () => runInKernel(page, '/user/anna/', 'x + 1', { kernel }).catch(String);
    await expect.poll(goOn, { timeout: 30_000 }).toBe('42');
  });

  test('another browser is let in, to the same kernel: the pod shows our hub the token that JupyterHub gave it', async () => {
    const other = await (await browser.newContext()).newPage();
    await logIn(other, `${course.url}/hub/home`, 'anna', password);
    await other.waitForURL(/\/hub\/home/);
    await other.goto(`${course.url}/user/anna/lab`);
    await other.locator('.jp-Launcher').waitFor({ timeout: 60_000 });
    expect(await runInKernel(other, '/user/anna/', 'x + 2', { kernel })).toBe('43');
  });

  test('stopped, it is no pod any more, and its disk is found at the next start', async () => {
    const disks = async () => {
      const { items } = (await namespace.api.request('GET', namespace.path('persistentvolumeclaims'))) as {
        items: readonly { metadata: { name: string } }[];
      };
      return items.map(({ metadata }) => metadata.name);
    };
    const before = await disks();
    await page.goto(`${course.url}/hub/home`);
    if (await page.locator('input[name=username]').count()) await logIn(page, page.url(), 'anna', password);
    await page.getByRole('button', { name: /stop/i }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: /stop/i }).click();
    await expect.poll(podNow, { timeout: 60_000 }).toBe(null);
    await page.getByRole('button', { name: /start/i }).first().click();
    await page.waitForURL(/\/user\/anna\//, { timeout: 120_000 });
    expect(before).toHaveLength(1);
    expect(await disks()).toEqual(before);
  });
});

const [name, tag] = image.split(/:(?=[^:/]*$)/);

const values = {
  hub: {
    config: {
      JupyterHub: { authenticator_class: 'dummy' },
      DummyAuthenticator: { password },
      Authenticator: { allow_all: true },
    },
  },
  singleuser: {
    image: { name, tag },
    memory: { limit: '1G', guarantee: '128M' },
    storage: { type: 'dynamic', capacity: '1Gi' },
    cloudMetadata: { blockWithIptables: false },
  },
};
