import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import { nodeAt, type Tree } from '../tree.ts';
import type { ManifestCheck } from './check-manifests.ts';
import { type Manifest, nearestAt, wordAt } from './manifest.ts';

/** Whether each claim gets the volume that is meant for it. */
export const checkClaims: ManifestCheck = ({ manifests, namespace }) => {
  const volumes = manifests.filter(({ kind }) => kind === 'PersistentVolume');
  return manifests
    .filter(({ kind }) => kind === 'PersistentVolumeClaim')
    .flatMap((claim) => {
      const volume = volumes.find((one) => isMeantFor(one, claim, namespace));
      return volume === undefined ? [] : checkPair(claim, volume);
    });
};

/** Whether the volume names the claim, in whatever namespace, or the claim names the volume. */
function isMeantFor(volume: Manifest, claim: Manifest, namespace: string): boolean {
  if (wordAt(claim.tree, 'spec', 'volumeName') === volume.name) return true;
  if (wordAt(volume.tree, 'spec', 'claimRef', 'name') !== claim.name) return false;
  const of = wordAt(volume.tree, 'spec', 'claimRef', 'namespace');
  return of === null || of === (claim.namespace ?? namespace) || claim.namespace === null;
}

function checkPair(claim: Manifest, volume: Manifest): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (node: Tree, code: string, message: string, help: string) =>
    findings.push(findingAt(node, { code, severity: 'error', message, help }));
  const [wanted, given] = [claim, volume].map(({ tree }) => wordAt(tree, 'spec', 'storageClassName'));
  if (wanted === null) {
    report(
      nearestAt(claim.tree, 'spec'),
      'claim-storage-class',
      `The claim ${claim.name} says no storage class: the cluster writes its default one, makes an empty disk, and leaves the volume ${volume.name} aside.`,
      given ? `Write \`storageClassName: ${given}\`, as the volume has it.` : 'Write `storageClassName: ""`.',
    );
  } else if (wanted !== (given ?? '')) {
    report(
      nearestAt(claim.tree, 'spec', 'storageClassName'),
      'claim-storage-class',
      `The claim ${claim.name} is of the storage class “${wanted}”, and the volume ${volume.name} of “${given ?? ''}”: they never come together.`,
      'Write the same in both.',
    );
  }
  const offered = modesOf(volume.tree);
  const lacking = modesOf(claim.tree).filter((mode) => !offered.includes(mode));
  if (lacking.length > 0) {
    report(
      nearestAt(claim.tree, 'spec', 'accessModes'),
      'claim-access-mode',
      `The claim ${claim.name} asks for ${lacking.join(' and ')}, and the volume ${volume.name} offers ${offered.join(', ') || 'nothing'}.`,
      'Write the same `accessModes` in both.',
    );
  }
  const size = wordAt(claim.tree, 'spec', 'resources', 'requests', 'storage');
  const room = wordAt(volume.tree, 'spec', 'capacity', 'storage');
  if (size !== null && room !== null && (bytesOf(size) ?? 0) > (bytesOf(room) ?? Number.POSITIVE_INFINITY)) {
    report(
      nearestAt(claim.tree, 'spec', 'resources', 'requests', 'storage'),
      'claim-too-large',
      `The claim ${claim.name} asks for ${size}, and the volume ${volume.name} has ${room}.`,
      'Write the same size in both.',
    );
  }
  return findings;
}

/** The access modes that a volume offers or a claim asks for. */
export function modesOf(tree: Tree): readonly string[] {
  const modes = nodeAt(tree, ['spec', 'accessModes']);
  if (modes?.kind !== 'list') return [];
  return modes.items.flatMap((item) => (item.kind === 'scalar' ? [String(item.value)] : []));
}

/** As Kubernetes spells amounts; null where it is none. */
function bytesOf(amount: string): number | null {
  const [, number, unit = ''] = /^([0-9]+(?:\.[0-9]+)?)(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P)?$/.exec(amount) ?? [];
  if (number === undefined) return null;
  const base = unit.endsWith('i') ? 1024 : 1000;
  return Number(number) * base ** (unit === '' ? 0 : 'kmgtp'.indexOf(unit[0]!.toLowerCase()) + 1);
}
