/** What a start on a real cluster costs, says and ends in. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Progress } from '../../domain/progress.ts';
import { LeaveRunning, type ServerSpec } from '../spawner.ts';
import { SERVER_ANNOTATION } from './manifest-labels.ts';
import type { JsonMap } from './pod-recipe.ts';
import { noCluster, steadyCommand, TestNamespace, testKubeconfig } from './test-cluster.ts';

const never = new AbortController().signal;
const ignore = () => {};
const shell = (script: string) => ['sh', '-c', script];

// A cluster beside other tests on few cores is slow.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

if (testKubeconfig === null) test.skip(`starts on a cluster: ${noCluster}`, () => {});

describe.runIf(testKubeconfig !== null)('on a cluster', () => {
  let namespace: TestNamespace;
  beforeEach(async () => {
    namespace = await TestNamespace.open();
  });
  afterEach(async () => {
    await namespace[Symbol.asyncDispose]();
  });

  const failureOf = async (start: Promise<unknown>) => {
    const error = await start.then(
      () => null,
      (reason) => reason as Error & { hint: string },
    );
    expect(error, 'the start should fail').not.toBeNull();
    return error!;
  };

  test('a server costs one create and one delete, a kind one list and one watch, an idle server nothing', async () => {
    const requests: string[] = [];
    const settings = namespace.settings({ storagePvcEnsure: true, storageCapacity: '1Gi' });
    const onRequest = (method: string, path: string) =>
      requests.push(
        `${method} ${path
          .replace(/^.*namespaces\/[^/]+\//, '')
          .replace(/\?.*watch=true.*/, ' watch')
          .replace(/\?.*/, '')}`,
      );
    const spawner = await namespace.spawner(settings, { onRequest });
    const first = await spawner.start(specOf(), ignore, never);
    for (let look = 0; look < 20; look++) await spawner.poll(first.handle);
    for (let look = 0; look < 5; look++) await spawner.list();
    await spawner.stop(first.handle, 5);
    expect([...requests].sort()).toEqual(
      [
        ...['GET pods', 'GET pods watch', 'GET events', 'GET events watch'],
        ...['GET persistentvolumeclaims', 'GET persistentvolumeclaims watch'],
        ...['POST persistentvolumeclaims', 'POST pods', 'DELETE pods/jupyter-anna'],
      ].sort(),
    );
    requests.length = 0;
    const second = await spawner.start(specOf({ attempt: 2 }), ignore, never);
    await spawner.stop(second.handle, 5);
    expect(requests).toEqual(['POST pods', 'DELETE pods/jupyter-anna']);
  });

  test('a start that its hub leaves keeps its pod, and the next hub goes on with it', async () => {
    const spawner = await namespace.spawner();
    const leave = new AbortController();
    const start = spawner.start(specOf(), ignore, leave.signal);
    start.catch(() => {});
    await expect.poll(() => namespace.get('pods', 'jupyter-anna'), { timeout: 20_000 }).not.toBeNull();
    leave.abort(new LeaveRunning());
    await start.catch(() => {});
    const before = (await namespace.get('pods', 'jupyter-anna')) as { metadata: { uid: string } };
    const next = await namespace.spawner();
    const { handle } = await next.start(specOf(), ignore, never);
    expect(handle).toMatchObject({ uid: before.metadata.uid });
  });

  test('files stay on the volume of their owner from one start to the next', async () => {
    const home = { name: 'home', persistentVolumeClaim: { claimName: '{pvc_name}' } };
    const settings = namespace.settings({
      storagePvcEnsure: true,
      storageCapacity: '1Gi',
      fsGid: 100,
      volumes: { home },
      volumeMounts: { home: { name: 'home', mountPath: '/home/jovyan' } },
    });
    const spawner = await namespace.spawner(settings);
    const write = shell('echo kept > /home/jovyan/note && cat /home/jovyan/note');
    const { handle } = await spawner.start(specOf({ postStart: write }), ignore, never);
    expect(await spawner.runHook(specOf({ postStart: write }), handle, never)).toMatchObject({ exitCode: 0 });
    await spawner.stop(handle, 5);
    const read = specOf({ attempt: 2, postStart: ['cat', '/home/jovyan/note'] });
    const again = await spawner.start(read, ignore, never);
    expect(await spawner.runHook(read, again.handle, never)).toMatchObject({ output: 'kept\n' });
  });

  test('a claim that an old deployment made is used, under the name that it has', async () => {
    await namespace.create('persistentvolumeclaims', claim('claim-anna-40example-2eorg'));
    const settings = namespace.settings({ storagePvcEnsure: true, storageCapacity: '1Gi' });
    const spawner = await namespace.spawner(settings);
    await spawner.start(specOf({ owner: { id: 3, name: 'anna@example.org' } }), ignore, never);
    expect(await namespace.exists('persistentvolumeclaims', 'claim-anna-example-org---a3bf8623')).toBe(false);
    const { items } = (await namespace.api.request('GET', namespace.path('persistentvolumeclaims'))) as {
      items: readonly JsonMap[];
    };
    expect(items).toHaveLength(1);
  });

  test('a pod of somebody else under the same name is left alone, and the start says so', async () => {
    const pod = { ...podOf('jupyter-anna'), metadata: { name: 'jupyter-anna' } };
    await namespace.create('pods', pod);
    const spawner = await namespace.spawner();
    const error = await failureOf(spawner.start(specOf(), ignore, never));
    expect(error.message).toContain('jupyter-anna exists already');
    expect(await namespace.exists('pods', 'jupyter-anna')).toBe(true);
  });

  test('an image that may not be fetched, or has no possible name, ends the start at once', async () => {
    const absent = await namespace.spawner(
      namespace.settings({ image: 'lab.example/none:1', imagePullPolicy: 'Never' }),
    );
    const first = await failureOf(absent.start(specOf(), ignore, never));
    expect(first.message).toBe('The image lab.example/none:1 is not on the machine, and may not be fetched.');
    const misnamed = await namespace.spawner(namespace.settings({ image: 'No Such:Name' }));
    const second = await failureOf(misnamed.start(specOf({ attempt: 2 }), ignore, never));
    expect(second.message).toBe('“No Such:Name” is no name of an image.');
    expect(await absent.list()).toEqual([]);
  });

  test('an image that cannot be fetched is told while waiting, and is the reason when time is up', async () => {
    const seen: Progress[] = [];
    const settings = namespace.settings({ image: 'lab.example/none:1' }, { startTimeoutSeconds: 8 });
    const spawner = await namespace.spawner(settings);
    const error = await failureOf(spawner.start(specOf(), (progress) => seen.push(progress), never));
    expect(error.message).toMatch(/^The image lab.example\/none:1 (cannot be fetched|was not found)/);
    expect(seen.map(({ message }) => message).join('\n')).toContain('Fetching the course’s image');
  });

  test('a Secret that is not there is named', async () => {
    const environment = { PASSWORD: { valueFrom: { secretKeyRef: { name: 'nowhere', key: 'x' } } } };
    const spawner = await namespace.spawner(namespace.settings({ environment }));
    const error = await failureOf(spawner.start(specOf(), ignore, never));
    expect(error.message).toContain('secret "nowhere" not found');
  });

  test('a preparing step that fails is named, with what it wrote', async () => {
    const { recipe } = namespace.settings();
    const step = { name: 'prepare', image: recipe.image, command: shell('echo no space here; exit 5') };
    const spawner = await namespace.spawner(namespace.settings({ initContainers: [step] }));
    const error = await failureOf(spawner.start(specOf(), ignore, never));
    expect(error.message).toContain('“prepare”');
    expect(error.message).toContain('exit code 5');
    expect(await spawner.log(specOf(), 10)).toBe('no space here');
  });

  test('who waits for a place is told so, and told when a machine is on its way', async () => {
    const seen: string[] = [];
    const settings = namespace.settings({ memGuarantee: 900e9 }, { startTimeoutSeconds: 8 });
    const spawner = await namespace.spawner(settings);
    const start = spawner.start(specOf(), ({ message }) => seen.push(message), never);
    const failure = failureOf(start);
    await expect.poll(() => seen.join('\n'), { timeout: 20_000 }).toContain('Waiting for a place');
    const pod = (await namespace.get('pods', 'jupyter-anna')) as { metadata: JsonMap };
    await namespace.create('events', eventOf(pod.metadata, 'TriggeredScaleUp', 'pod triggered scale-up'));
    await expect.poll(() => seen.join('\n'), { timeout: 20_000 }).toContain('A new machine is being started');
    const error = await failure;
    expect(error.message).toBe('No machine has room for your server (not enough memory).');
    expect(error.hint).toContain('singleuser.memory');
    expect(await namespace.exists('pods', 'jupyter-anna')).toBe(false);
  });

  test('a volume that cannot be made is the reason when time is up', async () => {
    const settings = namespace.settings(
      {
        storagePvcEnsure: true,
        storageCapacity: '1Gi',
        storageClass: 'no-such-class',
        volumes: [{ name: 'home', persistentVolumeClaim: { claimName: '{pvc_name}' } }],
        volumeMounts: [{ name: 'home', mountPath: '/home/jovyan' }],
      },
      { startTimeoutSeconds: 8 },
    );
    const spawner = await namespace.spawner(settings);
    const error = await failureOf(spawner.start(specOf(), ignore, never));
    expect(error.message).toMatch(
      /volume of your server has not been made|disk for your files cannot be made/,
    );
  });

  test('a quota that is used up makes one wait until somebody stops', async () => {
    await namespace.create('resourcequotas', {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'course' },
      spec: { hard: { pods: '1' } },
    });
    // The quota holds once the cluster has counted.
    await expect
      .poll(() => namespace.get('resourcequotas', 'course'), { timeout: 20_000 })
      .toMatchObject({ status: { hard: { pods: '1' } } });
    const spawner = await namespace.spawner();
    const first = await spawner.start(specOf(), ignore, never);
    const seen: string[] = [];
    const other = specOf({ serverId: 'srv-two', owner: { id: 2, name: 'bea' }, path: '/user/bea/' });
    const second = spawner.start(other, ({ message }) => seen.push(message), never);
    await expect
      .poll(() => seen.join('\n'), { timeout: 20_000 })
      .toContain('quota in the cluster is used up');
    await spawner.stop(first.handle, 1);
    expect((await second).target).toMatch(/^http/);
  });

  test('a pod that is deleted or evicted from outside is seen to have ended, and why', async () => {
    const spawner = await namespace.spawner();
    const first = await spawner.start(specOf(), ignore, never);
    await namespace.api.request('DELETE', namespace.path('pods', 'jupyter-anna'));
    await expect
      .poll(() => spawner.poll(first.handle), { timeout: 30_000 })
      .toMatchObject({ kind: 'exited' });
    const second = await spawner.start(specOf({ attempt: 2 }), ignore, never);
    await namespace.api.request('POST', namespace.path('pods', 'jupyter-anna/eviction'), {
      body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'jupyter-anna' } },
    });
    await expect
      .poll(() => spawner.poll(second.handle), { timeout: 60_000 })
      .toMatchObject({
        kind: 'exited',
        explanation: { message: 'The machine that your server ran on is being taken out of service.' },
      });
  });

  test('a server that takes more memory than it may is seen to have run out of it', async () => {
    const spawner = await namespace.spawner(namespace.settings({ memLimit: 40 * 1024 * 1024 }));
    const command = [
      'python3',
      '-c',
      'import time\ntime.sleep(2)\nx = bytearray(400_000_000)\ntime.sleep(60)',
    ];
    const { handle } = await spawner.start(specOf({ command }), ignore, never);
    await expect
      .poll(() => spawner.poll(handle), { timeout: 30_000 })
      .toMatchObject({ kind: 'exited', reason: 'out_of_memory' });
  });

  test('a pod of another course in the namespace is not listed', async () => {
    const one = await namespace.spawner();
    const other = await namespace.spawner(
      namespace.settings({ podNameTemplate: 'other-{user_server}' }, { instance: 'other' }),
    );
    await one.start(specOf(), ignore, never);
    const { handle } = await other.start(specOf(), ignore, never);
    expect(await other.list()).toEqual([{ serverId: 'srv-anna', attempt: 1, handle }]);
    expect(await one.list()).toHaveLength(1);
  });
});

function specOf(changes: Partial<ServerSpec> = {}): ServerSpec {
  return {
    serverId: 'srv-anna',
    attempt: 1,
    owner: { id: 1, name: 'anna' },
    serverName: '',
    path: '/user/anna/',
    environment: {},
    command: steadyCommand,
    postStart: null,
    memory: { limit: null, guarantee: null },
    cpu: { limit: null, guarantee: null },
    userOptions: {},
    ...changes,
  };
}

function claim(name: string, annotations: JsonMap = {}): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
}

function podOf(name: string): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, annotations: { [SERVER_ANNOTATION]: 'srv-other' } },
    spec: { containers: [{ name: 'other', image: 'lab.example/other:1', imagePullPolicy: 'Never' }] },
  };
}

function eventOf(pod: JsonMap, reason: string, message: string): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { generateName: 'test-' },
    involvedObject: { kind: 'Pod', namespace: pod.namespace!, name: pod.name!, uid: pod.uid! },
    type: 'Normal',
    reason,
    message,
  };
}
