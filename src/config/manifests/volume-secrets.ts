import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import { nodeAt } from '../tree.ts';
import type { ManifestCheck } from './check-manifests.ts';
import { type Manifest, nearestAt, wordAt } from './manifest.ts';

/** The secret that a volume on Azure is opened with: there, where it is looked for, with the keys that the driver reads. */
export const checkVolumeSecrets: ManifestCheck = ({ manifests, namespace }) => [
  ...manifests.filter(({ kind }) => kind === 'Secret').flatMap(checkForm),
  ...manifests.flatMap((volume) => {
    const reference = secretOf(volume);
    return reference === null ? [] : checkSecret(volume, reference, manifests, namespace);
  }),
];

interface SecretReference {
  readonly name: string;
  /** Null where the volume does not say it. */
  readonly namespace: string | null;
  readonly path: readonly string[];
  readonly namespaceKey: string;
}

/** The secret of a share, whether the driver is asked for it or Kubernetes of old. */
export function secretOf({ kind, tree }: Manifest): SecretReference | null {
  if (kind !== 'PersistentVolume') return null;
  for (const [path, nameKey, namespaceKey] of [
    [['spec', 'azureFile'], 'secretName', 'secretNamespace'],
    [['spec', 'csi', 'nodeStageSecretRef'], 'name', 'namespace'],
  ] as const) {
    const name = wordAt(tree, ...path, nameKey);
    if (name !== null) return { name, namespace: wordAt(tree, ...path, namespaceKey), path, namespaceKey };
  }
  return null;
}

/** Names of the keys that Azure's driver reads. */
const ACCOUNT_KEYS = ['azurestorageaccountname', 'azurestorageaccountkey'];

function checkSecret(
  volume: Manifest,
  { name, namespace: said, path, namespaceKey }: SecretReference,
  manifests: readonly Manifest[],
  namespace: string,
): readonly Finding[] {
  const at = nearestAt(volume.tree, ...path, namespaceKey);
  const findings: Finding[] = [];
  if (said === null) {
    findings.push(
      findingAt(at, {
        code: 'secret-namespace',
        severity: 'warning',
        message: `The volume ${volume.name} says not in which namespace its secret ${name} is: it is looked for where the claim is, in ${namespace}.`,
        help: `Write \`${namespaceKey}: ${namespace}\`.`,
      }),
    );
  }
  const place = said ?? namespace;
  const secrets = manifests.filter((one) => one.kind === 'Secret' && one.name === name);
  if (secrets.length === 0) {
    findings.push(
      findingAt(at, {
        code: 'secret-not-given',
        severity: 'note',
        message: `None of the files describes the secret ${name}: it must be in the namespace ${place} before a pod uses the volume.`,
        help: `\`kubectl create secret generic ${name} -n ${place} …\` (without -n it is made in \`default\`), or \`polder check --cluster\` to see whether it is there.`,
      }),
    );
  }
  for (const secret of secrets) {
    if ((secret.namespace ?? namespace) !== place) {
      findings.push(
        findingAt(nearestAt(secret.tree, 'metadata', 'namespace'), {
          code: 'secret-namespace',
          severity: 'error',
          message: `The secret ${name} is in ${secret.namespace ?? namespace}, and the volume ${volume.name} looks for it in ${place}.`,
          help: `Write \`namespace: ${place}\`.`,
        }),
      );
    }
    const lacking = ACCOUNT_KEYS.filter(
      (key) => !['data', 'stringData'].some((part) => nodeAt(secret.tree, [part, key]) !== undefined),
    );
    if (lacking.length > 0) {
      findings.push(
        findingAt(nearestAt(secret.tree, 'stringData'), {
          code: 'secret-keys',
          severity: 'error',
          message: `The secret ${name} has no ${lacking.map((key) => `\`${key}\``).join(' and no ')}, which the volume ${volume.name} is opened with.`,
          help: 'Write both below `stringData`.',
        }),
      );
    }
  }
  return findings;
}

/** What stands below `data` is in base64. */
function checkForm({ tree }: Manifest): readonly Finding[] {
  const data = nodeAt(tree, ['data']);
  if (data?.kind !== 'map') return [];
  return [...data.entries.values()].flatMap(({ value }) => {
    const text = value.kind === 'scalar' ? String(value.value ?? '').replace(/\s/g, '') : '';
    if (/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return [];
    return findingAt(value, {
      code: 'secret-not-base64',
      severity: 'error',
      message: 'This is not base64, as everything below `data` has to be.',
      help: 'Write it below `stringData`, as it is.',
    });
  });
}
