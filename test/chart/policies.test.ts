/** A policy that finds no pod protects nobody, and says nothing. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { hasHelm } from './helm.ts';
import { Manifests } from './manifests.ts';

test.skipIf(!hasHelm())(
  "the policy for students' pods finds what the hub is told to label them with",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'polder-chart-'));
    const file = join(folder, 'config.yaml');
    await writeFile(file, stringify({ polder: { generation: 'current' }, nameOverride: 'course' }));
    const made = await Manifests.of([file]);
    await rm(folder, { recursive: true });
    const { args } = made.find('Deployment', 'hub').spec.template.spec.containers[0];
    const labels = args
      .filter((arg: string) => arg.startsWith('--pod-label='))
      .map((arg: string) => arg.replace('--pod-label=', '').split('='));
    const policy = made.find('NetworkPolicy', 'singleuser').spec.podSelector.matchLabels;
    expect({ ...Object.fromEntries(labels), component: 'singleuser-server' }).toMatchObject(policy);
    expect(policy).toMatchObject({ app: 'course', release: 'jhub' });
  },
);
