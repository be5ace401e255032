import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import type { ManifestCheck } from './check-manifests.ts';
import { nearestAt } from './manifest.ts';

/** What pods use is looked for in their own namespace only. */
const USED_BY_PODS: Readonly<Record<string, string>> = {
  PersistentVolumeClaim: 'The claim',
  Secret: 'The secret',
  ConfigMap: 'The config map',
  ServiceAccount: 'The service account',
};

/** Claims and secrets beside the namespace of the pods that are to use them. */
export const checkNamespaces: ManifestCheck = ({ manifests, namespace }) => {
  const findings: Finding[] = [];
  for (const { kind, name, tree, ...said } of manifests) {
    const what = USED_BY_PODS[kind];
    if (what === undefined || said.namespace === namespace) continue;
    findings.push(
      said.namespace === null
        ? findingAt(tree.entries.get('metadata')!.value, {
            code: 'manifest-namespace',
            severity: 'warning',
            message: `${what} ${name} says no namespace: \`kubectl apply\` makes it in \`default\`, where the pods of ${namespace} do not see it.`,
            help: `Write \`namespace: ${namespace}\` below \`metadata\`; \`polder deploy\` takes it to be meant.`,
          })
        : findingAt(nearestAt(tree, 'metadata', 'namespace'), {
            code: 'manifest-namespace',
            severity: 'error',
            message: `${what} ${name} is for the namespace ${said.namespace}, and the course's pods run in ${namespace}.`,
            help: `Write \`namespace: ${namespace}\`, or say with -n where the course runs.`,
          }),
    );
  }
  return findings;
};
