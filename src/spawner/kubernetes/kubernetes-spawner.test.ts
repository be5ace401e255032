import { test, vi } from 'vitest';
import { spawnerConformance } from '../conformance.ts';
import { noCluster, steadyCommand, TestNamespace, testKubeconfig } from './test-cluster.ts';

// A cluster beside other tests on few cores is slow.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

if (testKubeconfig === null) {
  test.skip(`the Kubernetes spawner keeps the contract of spawners: ${noCluster}`, () => {});
} else {
  spawnerConformance('the Kubernetes spawner', async () => {
    const namespace = await TestNamespace.open();
    const shell = (script: string) => ['sh', '-c', script];
    return {
      open: () => namespace.spawner(),
      steady: { command: steadyCommand },
      ending: { command: shell('echo goodbye; sleep 1; exit 3') },
      impossible: { command: ['/no/such/program'] },
      slow: { command: steadyCommand },
      hook: (output, exitCode) => ({ postStart: shell(`echo '${output}'; exit ${exitCode}`) }),
      endlessHook: { postStart: ['sleep', '1000'] },
      [Symbol.asyncDispose]: () => namespace[Symbol.asyncDispose](),
    };
  });
}
