/** Chart and hub read a file alike: for every file of the fixtures, what the chart makes is what the Config says. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { checkText } from '../../src/config/load.ts';
import { packagePath } from '../../src/lib/asset.ts';
import { hasHelm, noHelm } from './helm.ts';
import { type Manifest, Manifests } from './manifests.ts';

const fixtures = packagePath('src/config/fixtures');
const examples = [
  packagePath('examples/hydrodynamics-course/config.yaml'),
  packagePath('src/config/every-key/current.yaml'),
];

/** Files that no chart can take, with the words that it has for it. */
const refused: Readonly<Record<string, RegExp>> = {
  'old-keys-all-moved.txt': /imagePullSecret.create` needs/,
  'subdomains.txt': /does not fetch certificates/,
};

if (!hasHelm()) test.skip(`chart and hub agree: ${noHelm}`, () => {});

describe.runIf(hasHelm())('chart and hub agree', async () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'polder-chart-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const cases = await Promise.all([
    ...(await readdir(fixtures)).sort().map(async (name) => {
      const [input = ''] = (await readFile(join(fixtures, name), 'utf8')).split('----------\n');
      return { name, text: input };
    }),
    ...examples.map(async (file) => ({ name: file.split('/').at(-1)!, text: await readFile(file, 'utf8') })),
  ]);
  for (const { name, text } of cases) {
    if (text.includes('++++++++++\n')) continue;
    const { config, generation } = checkText(text, 'config.yaml');
    // Where the hub would not start, what pods are made of tells nothing.
    if (config === undefined) continue;
    test.concurrent(`about ${name} (chart ${generation})`, async () => {
      const file = join(folder, `${name}.yaml`);
      await writeFile(file, text);
      const refusal = refused[name];
      if (refusal !== undefined) return await expect(Manifests.of([file])).rejects.toThrow(refusal);
      expect(factsOf(await Manifests.of([file]))).toEqual(factsIn(config));
    });
  }
});

/** What both can be asked, from what the chart made. */
function factsOf(made: Manifests) {
  const prefix = made.all.find(({ kind }) => kind === 'Deployment')!.metadata.name.replace(/hub$|proxy$/, '');
  const find = (kind: string, name: string) => made.find(kind, `${prefix}${name}`);
  const hub = find('Deployment', 'hub');
  const proxy = find('Deployment', 'proxy');
  const service = find('Service', 'proxy-public').spec;
  return {
    baseUrl: find('Service', 'hub').metadata.annotations['prometheus.io/path'].replace(/hub\/metrics$/, ''),
    role: find('Role', 'hub') !== undefined,
    hub: podFacts(hub),
    proxy: podFacts(proxy),
    hosts: proxy.spec.template.spec.containers[0].args.includes('--host-routing'),
    policies: ['hub', 'proxy', 'singleuser'].filter((name) => find('NetworkPolicy', name) !== undefined),
    budgets: ['hub', 'proxy'].filter((name) => find('PodDisruptionBudget', name) !== undefined),
    service: { type: service.type, address: service.loadBalancerIP ?? null },
    priorities: made.all.filter(({ kind }) => kind === 'PriorityClass').length > 0,
    ingress: find('Ingress', 'jupyterhub') !== undefined,
    route: find('HTTPRoute', 'jupyterhub')?.spec.parentRefs ?? null,
    placeholders: find('StatefulSet', 'user-placeholder')?.spec.replicas ?? 0,
    claim: find('PersistentVolumeClaim', 'hub-db-dir')?.spec.resources.requests.storage ?? null,
  };
}

function podFacts({ spec }: Manifest) {
  const pod = spec.template.spec;
  const [container] = pod.containers;
  return {
    resources: container.resources ?? {},
    nodeSelector: pod.nodeSelector ?? {},
    tolerations: pod.tolerations ?? [],
    user: container.securityContext.runAsUser,
    group: pod.securityContext.fsGroup ?? null,
  };
}

/** The same, from what the hub knows. */
function factsIn({ hub, kubernetes }: Config): ReturnType<typeof factsOf> {
  const { scheduling, proxy } = kubernetes;
  const facts = (pod: typeof kubernetes.hub | typeof proxy) => ({
    resources: pod.resources,
    nodeSelector: pod.nodeSelector,
    tolerations: [...scheduling.corePods.tolerations, ...pod.tolerations],
    user: pod.containerSecurityContext.runAsUser,
    group: pod.podSecurityContext.fsGroup ?? null,
  });
  const given = (names: Readonly<Record<string, boolean>>) =>
    Object.keys(names).filter((name) => names[name] === true);
  const { database } = kubernetes.hub;
  return {
    baseUrl: hub.baseUrl,
    role: kubernetes.createRbac,
    hub: facts(kubernetes.hub),
    proxy: { ...facts(proxy), group: null },
    hosts: hub.subdomainHost !== null,
    policies: given({
      hub: kubernetes.hub.networkPolicy.enabled,
      proxy: proxy.networkPolicy.enabled,
      singleuser: kubernetes.userPods.networkPolicy.enabled,
    }),
    budgets: given({ hub: kubernetes.hub.disruptionBudget.enabled, proxy: proxy.disruptionBudget.enabled }),
    service: { type: proxy.service.type, address: proxy.service.loadBalancerIP ?? null },
    priorities: scheduling.podPriority.enabled,
    ingress: kubernetes.ingress.enabled,
    route: kubernetes.httpRoute.enabled ? kubernetes.httpRoute.parentRefs : null,
    placeholders: scheduling.userPlaceholder.enabled ? scheduling.userPlaceholder.replicas : 0,
    claim: database.type === 'sqlite-pvc' ? database.claim.storage : null,
  };
}
