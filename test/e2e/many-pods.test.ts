/**
 * A hundred servers on a machine that the cluster has in name only: each is one create and one delete, and none is lost. What it
 * costs is measured by `bench/kubernetes.ts`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startPolder } from '../../bench/kubernetes-hubs.ts';
import { measureManyPods } from '../../bench/many-pods.ts';
import { SimulatedMachine } from '../../bench/simulated-machine.ts';
import { noCluster, testKubeconfig } from '../../src/spawner/kubernetes/test-cluster.ts';

const servers = 100;

if (testKubeconfig === null) test.skip(`many pods: ${noCluster}, with kwok`, () => {});

describe.runIf(testKubeconfig !== null)('many pods', () => {
  test('are each made and removed by one request, and none is lost or left', {
    timeout: 600_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polder-many-pods-'));
    try {
      await using machine = await SimulatedMachine.open(testKubeconfig!);
      await using hub = await startPolder(folder, machine);
      const { lost, podsAtOnce, podsLeft, requests } = await measureManyPods(hub, machine, {
        users: 1_000,
        servers,
      });
      expect({ lost, podsAtOnce, podsLeft }).toEqual({ lost: 0, podsAtOnce: servers, podsLeft: 0 });
      expect(requests.start['POST pods']).toBe(servers);
      expect(requests.stop['DELETE pods/*']).toBe(servers);
      // A watch may have ended and begun again at any time.
      const others = (counts: object) => Object.keys(counts).filter((kind) => !kind.startsWith('WATCH '));
      expect(others(requests.start)).toEqual(['POST pods']);
      expect(others(requests.idle)).toEqual([]);
      expect(others(requests.stop)).toEqual(['DELETE pods/*']);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
