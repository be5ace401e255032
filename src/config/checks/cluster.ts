import { findingAt } from '../finding.ts';
import { nodeAt, type Path, type Tree } from '../tree.ts';
import type { Check } from './check.ts';

/** Settings of a cluster that do not go together: the chart refuses them, or they do nothing. */
export const checkCluster: Check = ({ tree, values }) => {
  if (values === undefined) return [];
  const { singleuser, scheduling, proxy } = values;
  const at = (...path: Path): Tree | null => nodeAt(tree, path) ?? null;
  const findings = [];
  const allowed = singleuser?.networkPolicy?.egressAllowRules?.cloudMetadataServer === true;
  if (allowed && singleuser?.cloudMetadata?.blockWithIptables === true) {
    findings.push(
      findingAt(at('singleuser', 'networkPolicy', 'egressAllowRules', 'cloudMetadataServer'), {
        code: 'metadata-conflict',
        severity: 'error',
        message:
          'The cloud’s metadata is allowed here, and blocked by `singleuser.cloudMetadata.blockWithIptables`.',
        help: 'Set `singleuser.cloudMetadata.blockWithIptables: false` too, or leave this out.',
      }),
    );
  }
  const replicas = scheduling?.userPlaceholder?.replicas ?? 0;
  if (replicas > 0 && scheduling?.podPriority?.enabled !== true) {
    findings.push(
      findingAt(at('scheduling', 'userPlaceholder', 'replicas'), {
        code: 'placeholders-stay',
        severity: 'warning',
        message: 'Without priorities, placeholders never make room for users’ pods on a cluster.',
        help: 'Set `scheduling.podPriority.enabled: true`.',
      }),
    );
  }
  const contact = at('proxy', 'https', 'letsencrypt', 'contactEmail');
  if (contact !== null && proxy?.https?.enabled !== true) {
    findings.push(
      findingAt(contact, {
        code: 'https-not-enabled',
        severity: 'warning',
        message: 'There is an address for certificates, and https is off.',
        help: 'Set `proxy.https.enabled: true`, and `proxy.https.hosts`.',
      }),
    );
  }
  return findings;
};
