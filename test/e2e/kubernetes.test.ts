/**
 * The way of a student whose server is a pod: the example course as it stands, on the cluster that
 * `POLDER_TEST_KUBECONFIG` names, with an image of that cluster (`POLDER_TEST_NOTEBOOK_IMAGE`) in place of the course's.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { freePort } from '../../src/lib/free-port.ts';
import { addressTowardsCluster } from '../../src/main/open-spawner.ts';
import { noCluster, TestNamespace, testKubeconfig } from '../../src/spawner/kubernetes/test-cluster.ts';
import { logIn, openBrowser, takePicture } from './browser.ts';
import { demoPassword, exampleFile } from './example.ts';
import { runInKernel } from './kernel.ts';
import { RunningCourse } from './running-course.ts';

const [name, tag] = (process.env.POLDER_TEST_NOTEBOOK_IMAGE ?? 'lab.local/notebook:1').split(/:(?=[^:/]*$)/);
const notebook = '01-advection-diffusion.ipynb';

if (testKubeconfig === null) test.skip(`a course on a cluster: ${noCluster}`, () => {});

describe.runIf(testKubeconfig !== null)('a course on a cluster', () => {
  let folder: string;
  let namespace: TestNamespace;
  let repository: GitServer;
  let course: RunningCourse;
  let browser: Browser;
  let page: Page;

  const argsWith = (...files: readonly string[]) => [
    '--config',
    exampleFile,
    join(folder, 'local.yaml'),
    ...files,
    '--spawner=kubernetes',
    `--kubeconfig=${testKubeconfig}`,
    `--namespace=${namespace.name}`,
  ];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polder-cluster-'));
    namespace = await TestNamespace.open();
    repository = await GitServer.open(folder, await addressTowardsCluster(testKubeconfig));
    const local = {
      singleuser: {
        image: { name, tag },
        // Four of the course's own do not fit into a small machine.
        memory: { limit: '1G', guarantee: '128M' },
        cpu: { limit: 1, guarantee: 0.05 },
        lifecycleHooks: {
          postStart: { exec: { command: ['gitpuller', repository.url, 'master', 'notebooks'] } },
        },
      },
    };
    await writeFile(join(folder, 'local.yaml'), stringify(local));
    const storage = { type: 'dynamic', capacity: '1Gi' };
    await writeFile(join(folder, 'dynamic.yaml'), stringify({ singleuser: { storage } }));
    course = await RunningCourse.start({ args: argsWith() });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(async () => {
    await browser?.close();
    await course?.[Symbol.asyncDispose]();
    await repository?.[Symbol.asyncDispose]();
    await namespace?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const startServer = async () => {
    await page.goto(`${course.url}/hub/home`);
    await page.getByRole('button', { name: /start/i }).first().click();
    await page.waitForURL(/\/user\/user1\//, { timeout: 120_000 });
    await page.locator('.jp-Launcher, .jp-Notebook').first().waitFor({ timeout: 90_000 });
  };
  const stopServer = async () => {
    await page.goto(`${course.url}/hub/home`);
    await page.getByRole('button', { name: /stop/i }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: /stop/i }).click();
    await expect
      .poll(() => page.getByRole('button', { name: /start/i }).count(), { timeout: 60_000 })
      .toBeGreaterThan(0);
    await expect.poll(() => namespace.exists('pods', 'jupyter-user1'), { timeout: 30_000 }).toBe(false);
  };
  const run = (code: string) => runInKernel(page, '/user/user1/', code);

  test('a student starts a pod, and JupyterLab opens', async () => {
    await logIn(page, `${course.url}/hub/home`, 'user1', demoPassword);
    await page.waitForURL(/\/hub\/home/);
    await startServer();
    await takePicture(page, 'kubernetes-lab');
    expect(await namespace.get('pods', 'jupyter-user1')).toMatchObject({
      metadata: { annotations: { 'hub.jupyter.org/username': 'user1' } },
      status: { phase: 'Running' },
    });
  });

  test('the notebooks of the course are there, and a cell runs', async () => {
    await page.goto(`${course.url}/user/user1/lab/tree/notebooks/${notebook}`);
    await page.locator('.jp-Notebook').waitFor({ timeout: 60_000 });
    expect(await run('6*7')).toBe('42');
    await takePicture(page, 'kubernetes-notebook');
  });

  test('the hub is killed, and the student notices nothing lasting', async () => {
    const before = await course.pid('hub');
    process.kill(before, 'SIGKILL');
    await expect.poll(() => course.pid('hub'), { timeout: 20_000 }).not.toBe(before);
    const status = () =>
      page.request.get(`${course.url}/user/user1/api/status`).then((answer) => answer.status());
    await expect.poll(status, { timeout: 30_000 }).toBe(200);
    const stopButtons = async () => {
      await page.goto(`${course.url}/hub/home`);
      return await page.getByRole('button', { name: /stop/i }).count();
    };
    await expect.poll(stopButtons, { timeout: 30_000, interval: 500 }).toBeGreaterThan(0);
  });

  test('a stopped server is no pod any more', async () => {
    await stopServer();
  });

  test('with storage of their own, a student’s file is there after a stop and a start', async () => {
    course = await course.restart({ args: argsWith(join(folder, 'dynamic.yaml')) });
    await startServer();
    await run("open('mine.txt', 'w').write('kept')");
    await stopServer();
    await startServer();
    expect(await run("open('mine.txt').read()")).toBe("'kept'");
    await stopServer();
  });

  test('values of today with profiles: a student gets the one that was asked for, and its options', async () => {
    await writeFile(join(folder, 'modern.yaml'), stringify(modernValues));
    course = await course.restart({
      args: [
        ...['--config', join(folder, 'modern.yaml')],
        ...['--spawner=kubernetes', `--kubeconfig=${testKubeconfig}`, `--namespace=${namespace.name}`],
      ],
    });
    const profiled = await (await browser.newContext()).newPage();
    await logIn(profiled, `${course.url}/hub/home`, 'anna@example.org', demoPassword);
    await profiled.waitForURL(/\/hub\/home/);
    const cookies = await profiled.context().cookies();
    const xsrf = cookies.find(({ name, path }) => name === '_xsrf' && path === '/hub/')?.value ?? '';
    const started = await profiled.request.post(`${course.url}/hub/api/users/anna@example.org/server`, {
      headers: { 'X-XSRFToken': xsrf },
      data: { profile: 'large', greeting: 'french' },
    });
    expect([201, 202]).toContain(started.status());
    await profiled.goto(`${course.url}/hub/spawn-pending/anna@example.org`);
    await profiled.waitForURL(/\/user\/anna@example.org\//, { timeout: 120_000 });
    await profiled.locator('.jp-Launcher').waitFor({ timeout: 90_000 });
    const code = "__import__('os').environ['GREETING'] + __import__('os').environ['MEM_LIMIT']";
    expect(await runInKernel(profiled, '/user/anna@example.org/', code)).toBe("'bonjour1610612736'");
    // A pod's name cannot have an @: it is told apart from others by a part of its hash.
    const pod = await namespace.get('pods', 'jupyter-anna-example-org---a3bf8623');
    expect(pod).toMatchObject({
      metadata: { annotations: { 'hub.jupyter.org/username': 'anna@example.org' } },
    });
  });
});

/** As the chart of today has them. */
const modernValues = {
  hub: {
    config: {
      JupyterHub: { authenticator_class: 'dummy' },
      DummyAuthenticator: { password: demoPassword },
      Authenticator: { allowed_users: ['anna@example.org'] },
    },
  },
  singleuser: {
    image: { name, tag },
    memory: { limit: '512M', guarantee: '64M' },
    storage: { type: 'none' },
    cloudMetadata: { blockWithIptables: false },
    profileList: [
      { display_name: 'Small', default: true },
      {
        display_name: 'Large',
        kubespawner_override: { mem_limit: '1.5G' },
        profile_options: {
          greeting: {
            display_name: 'Greeting',
            choices: {
              english: {
                display_name: 'English',
                kubespawner_override: { environment: { GREETING: 'hello' } },
              },
              french: {
                display_name: 'French',
                kubespawner_override: { environment: { GREETING: 'bonjour' } },
              },
            },
          },
        },
      },
    ],
  },
};

/** The example's notebooks as a repository that pods can fetch. */
class GitServer implements AsyncDisposable {
  readonly url: string;
  readonly #daemon: ChildProcess;

  private constructor(url: string, daemon: ChildProcess) {
    this.url = url;
    this.#daemon = daemon;
  }

  static async open(folder: string, address: string): Promise<GitServer> {
    const repository = join(folder, 'course');
    await cp(join(exampleFile, '../notebooks'), repository, { recursive: true });
    const git = (...args: readonly string[]) => execFileSync('git', ['-C', repository, ...args]);
    git('init', '--quiet', '--initial-branch=master');
    git('add', '.');
    git(
      '-c',
      'user.name=course',
      '-c',
      'user.email=course@example.org',
      'commit',
      '--quiet',
      '-m',
      'Notebooks',
    );
    const port = await freePort(address, 9418);
    const daemon = spawn(
      'git',
      [
        ...['daemon', '--verbose', '--export-all', '--reuseaddr', `--base-path=${folder}`],
        ...[`--listen=${address}`, `--port=${port}`],
      ],
      // Its helper is a process of its own, which ends with the group.
      { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
    );
    await once(daemon.stderr, 'data');
    return new GitServer(`git://${address}:${port}/course`, daemon);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    process.kill(-this.#daemon.pid!, 'SIGTERM');
    await once(this.#daemon, 'exit');
  }
}
