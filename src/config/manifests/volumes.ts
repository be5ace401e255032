import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import { entryAt, nodeAt } from '../tree.ts';
import type { ManifestCheck } from './check-manifests.ts';
import { type Manifest, nearestAt, wordAt } from './manifest.ts';

/** Volumes: for which claim they are, and how their files look in a pod. */
export const checkVolumes: ManifestCheck = ({ manifests, namespace }) =>
  manifests
    .filter(({ kind }) => kind === 'PersistentVolume')
    .flatMap((volume) => [...checkClaimRef(volume, namespace, manifests), ...checkAzureFile(volume)]);

function checkClaimRef(
  { name, tree }: Manifest,
  namespace: string,
  manifests: readonly Manifest[],
): readonly Finding[] {
  const claimName = wordAt(tree, 'spec', 'claimRef', 'name');
  const claims = manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim');
  if (claimName === null) {
    if (claims.some((claim) => wordAt(claim.tree, 'spec', 'volumeName') === name)) return [];
    return [
      findingAt(nearestAt(tree, 'spec'), {
        code: 'volume-for-anyone',
        severity: 'warning',
        message: `The volume ${name} says not whose it is: any claim of the cluster may take it.`,
        help: 'Write `claimRef` with the `namespace` and `name` of the claim.',
      }),
    ];
  }
  const said = wordAt(tree, 'spec', 'claimRef', 'namespace');
  if (said !== namespace) {
    return [
      findingAt(nearestAt(tree, 'spec', 'claimRef', 'namespace'), {
        code: 'volume-claim-namespace',
        severity: 'error',
        message: `The volume ${name} is kept for a claim of ${said === null ? 'no namespace' : `the namespace ${said}`}, and the course's pods run in ${namespace}.`,
        help: `Write \`namespace: ${namespace}\` below \`claimRef\`.`,
      }),
    ];
  }
  if (claims.some((claim) => claim.name === claimName)) return [];
  return [
    findingAt(nearestAt(tree, 'spec', 'claimRef', 'name'), {
      code: 'claim-not-given',
      severity: 'warning',
      message: `The volume ${name} is kept for the claim ${namespace}/${claimName}, which none of the files describes.`,
      help: 'Give the file with the claim too, with another -m.',
    }),
  ];
}

function checkAzureFile({ name, tree }: Manifest): readonly Finding[] {
  const findings: Finding[] = [];
  const inTree = entryAt(tree, ['spec', 'azureFile']);
  const isShare = inTree !== undefined || wordAt(tree, 'spec', 'csi', 'driver') === 'file.csi.azure.com';
  if (!isShare) return [];
  if (inTree !== undefined) {
    findings.push(
      findingAt(
        { place: inTree.key, path: inTree.value.path },
        {
          code: 'volume-in-tree',
          severity: 'warning',
          message: `The volume ${name} is of the kind \`azureFile\`, which Kubernetes no longer mounts itself; the cluster needs Azure's driver for it.`,
          help: 'Write `csi` with `driver: file.csi.azure.com`, `volumeHandle`, `volumeAttributes.shareName` and `nodeStageSecretRef`.',
        },
      ),
    );
  }
  if (nodeAt(tree, ['spec', 'mountOptions']) === undefined) {
    findings.push(
      findingAt(nearestAt(tree, 'spec'), {
        code: 'volume-owner',
        severity: 'warning',
        message: `Nothing says whose the files of ${name} are: they belong to root, and anybody may change them.`,
        help: 'Write `mountOptions: [uid=1000, gid=100, dir_mode=0755, file_mode=0644, nobrl]`.',
      }),
    );
  }
  return findings;
}
