/** Nobody who asked for https is served without, and not told. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { testKubeconfig } from '../../src/spawner/kubernetes/test-cluster.ts';
import { chart, hasHelm, noHelm, runHelm } from './helm.ts';

if (!hasHelm()) test.skip(`https of the chart: ${noHelm}`, () => {});

describe.runIf(hasHelm())('https of the chart', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polder-chart-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const fileOf = async (generation: string, https: object) => {
    const file = join(folder, 'config.yaml');
    await writeFile(file, stringify({ polder: { generation }, proxy: { https } }));
    return file;
  };

  test('where certificates would have to be fetched the chart refuses, with hosts and without', async () => {
    const rendered = (file: string) => runHelm('template', 'jhub', chart, '-f', file);
    const without = await fileOf('current', { enabled: true });
    await expect(rendered(without)).rejects.toThrow(/does not fetch certificates/);
    const old = await fileOf('0.8.2', { enabled: true, hosts: ['a.example.org'] });
    await expect(rendered(old)).rejects.toThrow(/does not fetch certificates/);
  });

  test.skipIf(testKubeconfig === null)(
    'where an old chart did nothing about it the notes say so',
    async () => {
      // Helm writes notes of nothing without a cluster, though it asks it for no more than its version.
      const notes = (file: string) =>
        runHelm(
          ...['install', 'jhub', chart, '-f', file],
          ...['--dry-run=client', '--kubeconfig', testKubeconfig!],
        );
      const lacking = 'does nothing without `proxy.https.hosts`';
      expect(await notes(await fileOf('0.8.2', { enabled: true }))).toContain(lacking);
      expect(await notes(await fileOf('0.8.2', {}))).not.toContain(lacking);
    },
  );
});
