import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import { nodeAt, type Tree } from '../tree.ts';
import type { CheckedManifests, ManifestCheck } from './check-manifests.ts';
import { modesOf } from './claims.ts';
import { wordAt } from './manifest.ts';

/** What config.yaml says of claims, beside what the manifests say of them. */
export const checkCourseVolumes: ManifestCheck = (checked) => [
  ...checkNamed(checked),
  ...checkUnused(checked),
  ...checkPullIntoReadOnly(checked),
];

interface NamedClaim {
  readonly claim: string;
  readonly node: Tree;
}

/** The claims that config.yaml names for every server. */
export function namedClaims(course: Tree): readonly NamedClaim[] {
  const found: NamedClaim[] = [];
  for (const volume of itemsAt(course, 'extraVolumes')) {
    const node = nodeAt(volume, ['persistentVolumeClaim', 'claimName']);
    const claim = wordAt(volume, 'persistentVolumeClaim', 'claimName');
    if (node !== undefined && claim !== null) found.push({ claim, node });
  }
  const node = nodeAt(course, ['singleuser', 'storage', 'static', 'pvcName']);
  const claim = wordAt(course, 'singleuser', 'storage', 'static', 'pvcName');
  const isStatic = wordAt(course, 'singleuser', 'storage', 'type') === 'static';
  return isStatic && node !== undefined && claim ? [...found, { claim, node }] : found;
}

function checkNamed({ manifests, namespace, course }: CheckedManifests): readonly Finding[] {
  const given = manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ name }) => name);
  if (manifests.length === 0) return [];
  return namedClaims(course)
    .filter(({ claim }) => !claim.includes('{') && !given.includes(claim))
    .map(({ claim, node }) =>
      findingAt(node, {
        code: 'claim-not-given',
        severity: 'warning',
        message: `None of the manifests describes the claim ${claim}: it must be in the namespace ${namespace}, or no server starts.`,
        help: 'Give its file with -m, or correct the name; `polder check --cluster` sees whether it is there.',
      }),
    );
}

function checkUnused({ manifests, namespace, course }: CheckedManifests): readonly Finding[] {
  const used = namedClaims(course).map(({ claim }) => claim);
  return manifests
    .filter(({ kind, name }) => kind === 'PersistentVolumeClaim' && !used.includes(name))
    .filter((claim) => (claim.namespace ?? namespace) === namespace)
    .map(({ name, tree }) =>
      findingAt(nodeAt(tree, ['metadata', 'name'])!, {
        code: 'claim-unused',
        severity: 'warning',
        message: `No server uses the claim ${name}: config.yaml does not name it.`,
        help: 'Name it in `singleuser.storage.extraVolumes`, and mount it with `extraVolumeMounts`; or leave it out.',
      }),
    );
}

/** `gitpuller` cannot put notebooks where a volume is mounted that cannot be written to: the start fails, again and again. */
function checkPullIntoReadOnly({ manifests, course }: CheckedManifests): readonly Finding[] {
  const target = pullTarget(course);
  // Without manifests the file may be for one machine, where nothing is mounted.
  if (target === null || manifests.length === 0) return [];
  const isReadOnlyClaim = (name: string) =>
    manifests.some(
      ({ kind, tree, ...claim }) =>
        kind === 'PersistentVolumeClaim' &&
        claim.name === name &&
        modesOf(tree).length > 0 &&
        modesOf(tree).every((mode) => mode === 'ReadOnlyMany'),
    );
  const volumes = itemsAt(course, 'extraVolumes');
  return itemsAt(course, 'extraVolumeMounts').flatMap((mount) => {
    const node = nodeAt(mount, ['mountPath']);
    const path = wordAt(mount, 'mountPath')?.replace(/\/+$/, '');
    if (node === undefined || path === undefined || !`${target}/`.startsWith(`${path}/`)) return [];
    const volume = volumes.find((one) => wordAt(one, 'name') === wordAt(mount, 'name'));
    const claim = volume === undefined ? null : wordAt(volume, 'persistentVolumeClaim', 'claimName');
    const readOnly =
      wordAt(mount, 'readOnly') === 'true' ||
      (volume !== undefined && wordAt(volume, 'persistentVolumeClaim', 'readOnly') === 'true') ||
      (claim !== null && isReadOnlyClaim(claim));
    if (!readOnly) return [];
    return findingAt(node, {
      code: 'pull-into-read-only',
      severity: 'error',
      message: `\`gitpuller\` puts the notebooks into ${target}, where this volume is mounted that cannot be written to: no server would start.`,
      help: 'Mount the volume elsewhere, such as /home/jovyan/shared, or leave out the `postStart` command.',
    });
  });
}

/** The folder that the `postStart` command puts notebooks into; null where it does not. */
function pullTarget(course: Tree): string | null {
  const command = nodeAt(course, ['singleuser', 'lifecycleHooks', 'postStart', 'exec', 'command']);
  if (command?.kind !== 'list') return null;
  const words = command.items.map((item) => (item.kind === 'scalar' ? String(item.value) : ''));
  const folder = words[0] === 'gitpuller' ? words[3]?.replace(/\/+$/, '') : undefined;
  if (!folder) return null;
  const home = wordAt(course, 'singleuser', 'storage', 'homeMountPath') ?? '/home/jovyan';
  return folder.startsWith('/') ? folder : `${home.replace(/\/$/, '')}/${folder}`;
}

/** A list, or the values of a map, as both are taken here. */
function itemsAt(course: Tree, key: 'extraVolumes' | 'extraVolumeMounts'): readonly Tree[] {
  const node = nodeAt(course, ['singleuser', 'storage', key]);
  if (node?.kind === 'list') return node.items;
  return node?.kind === 'map' ? [...node.entries.values()].map(({ value }) => value) : [];
}
