/** What of a course a cluster lacks, found before anything is started there. */
import type { Config } from '../config/config.ts';
import { type Finding, findingAt } from '../config/finding.ts';
import { namedClaims } from '../config/manifests/course-volumes.ts';
import { type Manifest, wordAt } from '../config/manifests/manifest.ts';
import { secretOf } from '../config/manifests/volume-secrets.ts';
import { type MapTree, nodeAt, type Path, type Tree } from '../config/tree.ts';
import type { ApiServer } from '../kubernetes/api-server.ts';
import { readQuantity } from '../kubernetes/quantity.ts';
import { type ClusterView, namespacesOf } from './cluster-view.ts';

export interface CourseInCluster {
  readonly config: Config;
  /** What config.yaml says, in today's names: findings point into it. */
  readonly lifted: MapTree;
  readonly manifests: readonly Manifest[];
}

/** The chart's objects are of versions that clusters know since then. */
const OLDEST = [1, 27] as const;
const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

/** Looks only. @throws ApiError where the cluster does not answer */
export async function checkCluster(
  api: ApiServer,
  view: ClusterView,
  course: CourseInCluster,
): Promise<readonly Finding[]> {
  return [
    ...checkVersion(view),
    ...checkNamespace(view),
    ...checkStorageClass(view, course),
    ...checkDrivers(view, course),
    ...(await checkClaims(api, view, course)),
    ...(await checkSecrets(api, view, course)),
    ...checkRoom(view, course),
    ...checkQuotas(view, course),
  ];
}

function checkVersion({ version }: ClusterView): readonly Finding[] {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > OLDEST[0] || minor >= OLDEST[1]) return [];
  return [
    findingAt(null, {
      code: 'cluster-too-old',
      severity: 'error',
      message: `The cluster runs Kubernetes ${version}, and the chart needs ${OLDEST.join('.')}.`,
      help: 'Upgrade the cluster; clouds offer no versions as old as this any more.',
    }),
  ];
}

function checkNamespace({ namespace, namespaceExists }: ClusterView): readonly Finding[] {
  if (namespaceExists) return [];
  return [
    findingAt(null, {
      code: 'namespace-missing',
      severity: 'note',
      message: `There is no namespace ${namespace} in the cluster yet.`,
      help: `\`polder deploy\` makes it; or \`kubectl create namespace ${namespace}\`.`,
    }),
  ];
}

function checkStorageClass({ storageClasses }: ClusterView, { config, lifted, manifests }: CourseInCluster) {
  if (storageClasses === null) return [];
  const findings: Finding[] = [];
  const names = storageClasses.map(({ metadata }) => metadata.name);
  const usual = storageClasses.find(({ metadata }) => metadata.annotations?.[DEFAULT_CLASS] === 'true');
  const offered = names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`;
  const check = (wanted: string | null, node: Tree | null, what: string) => {
    if (wanted !== null && wanted !== '' && !names.includes(wanted)) {
      const message = `The cluster has no storage class ${wanted}: ${what} would wait for ever. ${offered}`;
      const help = 'Write one that it has, or leave it out for its default.';
      findings.push(findingAt(node, { code: 'storage-class-missing', severity: 'error', message, help }));
    } else if (wanted === null && usual === undefined) {
      const message = `The cluster has no default storage class: ${what} would wait for ever. ${offered}`;
      const help = 'Write one that it has.';
      findings.push(findingAt(node, { code: 'storage-class-missing', severity: 'error', message, help }));
    }
  };
  const { claim } = config.kubernetes.volumes;
  if (claim !== null) {
    const node = firstOf(
      lifted,
      ['singleuser', 'storage', 'dynamic', 'storageClass'],
      ['singleuser', 'storage'],
    );
    check(claim.storageClass, node, 'the disk of each student');
  }
  for (const { kind, name, tree } of manifests) {
    if (kind !== 'PersistentVolumeClaim') continue;
    const bound = wordAt(tree, 'spec', 'volumeName') !== null;
    const wanted = wordAt(tree, 'spec', 'storageClassName');
    const node = nodeAt(tree, ['spec', 'storageClassName']) ?? nodeAt(tree, ['spec']) ?? tree;
    if (!bound && wanted !== '') check(wanted, node, `the claim ${name}`);
  }
  return findings;
}

function checkDrivers({ drivers }: ClusterView, { manifests }: CourseInCluster): readonly Finding[] {
  if (drivers === null) return [];
  return manifests.flatMap(({ kind, name, tree }) => {
    const node = nodeAt(tree, ['spec', 'csi', 'driver']);
    const driver = wordAt(tree, 'spec', 'csi', 'driver');
    if (kind !== 'PersistentVolume' || node === undefined || driver === null || drivers.includes(driver))
      return [];
    return findingAt(node, {
      code: 'driver-missing',
      severity: 'error',
      message: `The cluster has no driver ${driver}, which mounts the volume ${name}.`,
      help: 'Install it, or correct its name. A cluster of Azure has file.csi.azure.com.',
    });
  });
}

async function checkClaims(
  api: ApiServer,
  view: ClusterView,
  { lifted, manifests }: CourseInCluster,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { claim, node } of namedClaims(lifted)) {
    const given = manifests.some(({ kind, name }) => kind === 'PersistentVolumeClaim' && name === claim);
    if (claim.includes('{') || given || view.claims.some(({ metadata }) => metadata.name === claim)) continue;
    findings.push(
      missing(await namespacesOf(api, 'persistentvolumeclaims', claim), {
        node,
        code: 'claim-missing',
        what: `claim ${claim}`,
        namespace: view.namespace,
        otherwise: 'Give its manifest with -m, or correct the name: no server would start.',
      }),
    );
  }
  return findings;
}

async function checkSecrets(
  api: ApiServer,
  view: ClusterView,
  { config, lifted, manifests }: CourseInCluster,
): Promise<readonly Finding[]> {
  const { kubernetes } = config;
  const pulls = [
    ...named(kubernetes.imagePullSecrets, ['imagePullSecrets']),
    ...named(kubernetes.userPods.imagePullSecrets, ['singleuser', 'image', 'pullSecrets']),
  ];
  const { existingSecret } = kubernetes.hub;
  const own =
    existingSecret === null ? [] : [{ name: existingSecret, path: ['hub', 'existingSecret'] as Path }];
  const ofVolumes = manifests.flatMap((volume) => {
    const secret = secretOf(volume);
    if (secret === null) return [];
    return [
      {
        name: secret.name,
        namespace: secret.namespace,
        node: nodeAt(volume.tree, secret.path) ?? volume.tree,
      },
    ];
  });
  const wanted = [
    ...[...pulls, ...own].map(({ name, path }) => ({
      name,
      namespace: null,
      node: nodeAt(lifted, path) ?? null,
    })),
    ...ofVolumes,
  ];
  const findings: Finding[] = [];
  for (const { name, namespace, node } of wanted) {
    if (manifests.some((one) => one.kind === 'Secret' && one.name === name)) continue;
    const place = namespace ?? view.namespace;
    const where = await namespacesOf(api, 'secrets', name);
    if (where === null || where.includes(place)) continue;
    findings.push(
      missing(where, {
        node,
        code: 'secret-missing',
        what: `secret ${name}`,
        namespace: place,
        otherwise: `\`kubectl create secret … ${name} -n ${place}\`, or give its manifest with -m.`,
      }),
    );
  }
  return findings;
}

interface Lacking {
  readonly node: Tree | null;
  readonly code: string;
  readonly what: string;
  readonly namespace: string;
  readonly otherwise: string;
}

function missing(
  where: readonly string[] | null,
  { node, code, what, namespace, otherwise }: Lacking,
): Finding {
  const elsewhere = where !== null && where.length > 0;
  return findingAt(node, {
    code,
    severity: 'error',
    message: elsewhere
      ? `The ${what} is in the namespace ${where.join(', ')}, and pods in ${namespace} do not see it there.`
      : `There is no ${what} in the namespace ${namespace}.`,
    help: elsewhere
      ? `Make it again with \`-n ${namespace}\`, or deploy with \`-n ${where[0]}\`.`
      : otherwise,
  });
}

function named(
  secrets: readonly unknown[],
  path: Path,
): readonly { readonly name: string; readonly path: Path }[] {
  return secrets.flatMap((secret, index) => {
    const name = typeof secret === 'string' ? secret : (secret as { readonly name?: unknown } | null)?.name;
    return typeof name === 'string' && name !== '' ? [{ name, path: [...path, index] }] : [];
  });
}

/** What each server asks a machine for. What only has a limit asks for all of it, as Kubernetes has it. */
export function askedBy({ server }: Config): { readonly memory: number; readonly cpu: number } {
  return {
    memory: server.memory.guarantee ?? server.memory.limit ?? 0,
    cpu: server.cpu.guarantee ?? server.cpu.limit ?? 0,
  };
}

function checkRoom({ nodes }: ClusterView, { config, lifted }: CourseInCluster): readonly Finding[] {
  if (nodes === null) return [];
  const asked = askedBy(config);
  const selector = Object.entries(config.kubernetes.userPods.nodeSelector);
  const usable = nodes.filter(
    ({ metadata, spec }) =>
      spec.unschedulable !== true && selector.every(([key, value]) => metadata.labels?.[key] === value),
  );
  if (usable.length === 0) {
    const node = firstOf(lifted, ['singleuser', 'nodeSelector']);
    const message =
      selector.length === 0
        ? 'The cluster has no machine that takes pods.'
        : `No machine of the cluster has the labels ${selector.map((one) => one.join('=')).join(', ')}.`;
    const help = 'Add one; where the cluster adds machines by itself, this is as it should be.';
    return [findingAt(node, { code: 'no-node', severity: 'warning', message, help })];
  }
  const most = (name: string) =>
    Math.max(...usable.map(({ status }) => readAmount(status.allocatable?.[name])));
  const findings: Finding[] = [];
  const help = 'Ask for less, or add a larger kind of machine.';
  if (asked.memory > most('memory')) {
    const message = `Each server asks for ${showBytes(asked.memory)} of memory, and the largest machine has ${showBytes(most('memory'))} for pods: none would start.`;
    const node = firstOf(lifted, ['singleuser', 'memory', 'guarantee'], ['singleuser', 'memory', 'limit']);
    findings.push(findingAt(node, { code: 'server-fits-nowhere', severity: 'error', message, help }));
  }
  if (asked.cpu > most('cpu')) {
    const message = `Each server asks for ${asked.cpu} cores, and the largest machine has ${most('cpu')} for pods: none would start.`;
    const node = firstOf(lifted, ['singleuser', 'cpu', 'guarantee'], ['singleuser', 'cpu', 'limit']);
    findings.push(findingAt(node, { code: 'server-fits-nowhere', severity: 'error', message, help }));
  }
  return findings;
}

function checkQuotas({ quotas, namespace }: ClusterView, { config }: CourseInCluster): readonly Finding[] {
  const asked = askedBy(config);
  const amounts: readonly (readonly [
    keys: readonly string[],
    amount: number,
    show: (amount: number) => string,
  ])[] = [
    [['requests.memory', 'memory'], asked.memory, showBytes],
    [['requests.cpu', 'cpu'], asked.cpu, (cores) => `${cores} cores`],
    [['pods', 'count/pods'], 1, (pods) => `${pods} pods`],
  ];
  return quotas.flatMap(({ metadata, status }) =>
    amounts.flatMap(([keys, amount, show]) => {
      const key = keys.find((one) => status?.hard?.[one] !== undefined);
      const hard = readAmount(key && status?.hard?.[key]);
      const left = hard - readAmount(key && status?.used?.[key]);
      if (key === undefined || left >= amount) return [];
      return findingAt(null, {
        code: 'quota-used-up',
        severity: amount > hard ? ('error' as const) : ('warning' as const),
        message: `The quota ${metadata.name} of the namespace ${namespace} leaves ${show(left)} of ${show(hard)} (${key}), and each server asks for ${show(amount)}.`,
        help: 'Have the quota raised, or ask for less.',
      });
    }),
  );
}

function firstOf(lifted: MapTree, ...paths: readonly Path[]): Tree | null {
  for (const path of paths) {
    const node = nodeAt(lifted, path);
    if (node !== undefined) return node;
  }
  return null;
}

/** 0 where it is none. */
function readAmount(text: string | undefined): number {
  return readQuantity(text ?? '') ?? 0;
}

/** Bytes, as people and the file write them. */
function showBytes(bytes: number): string {
  return bytes >= 1024 ** 3
    ? `${(bytes / 1024 ** 3).toFixed(1)} GiB`
    : `${Math.round(bytes / 1024 ** 2)} MiB`;
}
