/** What pods have beside what KubeSpawner gives them, and what is known of them beside the cluster's core. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ServerSpec } from '../spawner.ts';
import { ApiFront } from './api-front.ts';
import { LAB_CONFIG_MAP, labVolume } from './lab-extension.ts';
import { PLAIN_RECIPE } from './pod-recipe.ts';
import { noCluster, steadyCommand, TestNamespace, testKubeconfig } from './test-cluster.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const never = new AbortController().signal;
const spec: ServerSpec = {
  serverId: 'srv-anna',
  attempt: 1,
  owner: { id: 1, name: 'anna' },
  serverName: '',
  path: '/user/anna/',
  environment: {},
  command: steadyCommand,
  postStart: ['cat', '/usr/local/share/jupyter/labextensions/polder/package.json'],
  memory: { limit: null, guarantee: null },
  cpu: { limit: null, guarantee: null },
  userOptions: {},
};

if (testKubeconfig === null) test.skip(`extras of pods: ${noCluster}`, () => {});

describe.runIf(testKubeconfig !== null)('extras of pods', () => {
  let namespace: TestNamespace;
  let folder: string;
  beforeEach(async () => {
    namespace = await TestNamespace.open();
    folder = await mkdtemp(join(tmpdir(), 'polder-lab-'));
    await mkdir(join(folder, 'polder'));
    await writeFile(join(folder, 'polder/package.json'), '{"name":"polder"}');
    await writeFile(join(folder, 'polder/entry.js'), 'one');
  });
  afterEach(async () => {
    await namespace[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test('the extension of JupyterLab is where Jupyter looks, and a newer hub brings its own', async () => {
    const settings = namespace.settings({}, { labExtension: true });
    const spawner = await namespace.spawner(settings, { labExtensions: folder });
    await vi.waitFor(
      async () => expect(await namespace.exists('configmaps', LAB_CONFIG_MAP)).toBe(true),
      20_000,
    );
    const { handle } = await spawner.start(spec, () => {}, never);
    expect(await spawner.runHook(spec, handle, never)).toMatchObject({ output: '{"name":"polder"}' });
    await rm(join(folder, 'polder/entry.js'));
    await writeFile(join(folder, 'polder/next.js'), 'two');
    await namespace.spawner(settings, { labExtensions: folder });
    const files = async () => (await namespace.get('configmaps', LAB_CONFIG_MAP))?.data;
    await expect
      .poll(files, { timeout: 20_000 })
      .toEqual({ 'package.json': '{"name":"polder"}', 'next.js': 'two' });
  });

  test('memory is that of the server’s container, asked for once for all pods, and unknown without metrics', async () => {
    await using front = await ApiFront.open(testKubeconfig!);
    const asked: string[] = [];
    let now = new Date('2026-01-01T09:00:00Z');
    const spawner = await namespace.spawner(namespace.settings(), {
      kubeconfig: front.kubeconfig,
      onRequest: (_, path) => void (path.startsWith('/apis/metrics.k8s.io/') && asked.push(path)),
      now: () => now,
    });
    const handleOf = (pod: string) => ({ pod, uid: 'some', serverId: 'srv-anna', attempt: 1 });
    expect(await spawner.memory(handleOf('jupyter-anna'))).toBeNull();
    front.answer = ({ path }) =>
      path.startsWith('/apis/metrics.k8s.io/') ? { status: 200, body: metrics } : undefined;
    now = new Date('2026-01-01T09:04:00Z');
    expect(await spawner.memory(handleOf('jupyter-anna'))).toBeNull();
    expect(asked).toHaveLength(1);
    now = new Date('2026-01-01T09:05:01Z');
    const known = await Promise.all(
      ['jupyter-anna', 'jupyter-bea', 'other'].map((pod) => spawner.memory(handleOf(pod))),
    );
    expect(known).toEqual([64 * 1024 ** 2, 2048, null]);
    expect(asked).toHaveLength(2);
    expect(asked[1]).toContain(`labelSelector=${encodeURIComponent('polder/instance=test')}`);
  });
});

const metrics = {
  items: [
    {
      metadata: { name: 'jupyter-anna' },
      containers: [
        { name: 'beside', usage: { memory: '1Gi' } },
        { name: 'notebook', usage: { cpu: '1m', memory: '64Mi' } },
      ],
    },
    { metadata: { name: 'jupyter-bea' }, containers: [{ name: 'notebook', usage: { memory: '2Ki' } }] },
  ],
};

test('where the course mounts something over the place of the extension, or lists volumes itself, it is left out', () => {
  expect(labVolume(PLAIN_RECIPE).mounts).toHaveLength(1);
  const over = [{ name: 'tools', mountPath: '/usr/local/' }];
  expect(labVolume({ ...PLAIN_RECIPE, volumeMounts: over }).mounts).toEqual([]);
  expect(labVolume({ ...PLAIN_RECIPE, extraPodConfig: { volumes: [] } }).volumes).toEqual([]);
  const beside = { home: { name: 'home', mountPath: '/home/jovyan' } };
  expect(labVolume({ ...PLAIN_RECIPE, volumeMounts: beside }).mounts).toHaveLength(1);
});
