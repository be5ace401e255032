import { findingAt } from '../finding.ts';
import type { ManifestCheck } from './check-manifests.ts';

/**
 * Versions of objects that clusters have ceased to know, with the first Kubernetes without them and what took their
 * place: the deprecated API migration guide of Kubernetes, "Removed APIs by release".
 */
const GONE: readonly (readonly [apiVersion: string, kinds: RegExp, since: string, now: string])[] = [
  ['extensions/v1beta1', /^Ingress$/, '1.22', 'networking.k8s.io/v1'],
  ['extensions/v1beta1', /^NetworkPolicy$/, '1.16', 'networking.k8s.io/v1'],
  ['extensions/v1beta1', /^(Deployment|DaemonSet|ReplicaSet)$/, '1.16', 'apps/v1'],
  ['apps/v1beta1', /./, '1.16', 'apps/v1'],
  ['apps/v1beta2', /./, '1.16', 'apps/v1'],
  ['rbac.authorization.k8s.io/v1beta1', /./, '1.22', 'rbac.authorization.k8s.io/v1'],
  ['networking.k8s.io/v1beta1', /^Ingress(Class)?$/, '1.22', 'networking.k8s.io/v1'],
  [
    'storage.k8s.io/v1beta1',
    /^(StorageClass|CSIDriver|CSINode|VolumeAttachment)$/,
    '1.22',
    'storage.k8s.io/v1',
  ],
  ['scheduling.k8s.io/v1beta1', /./, '1.22', 'scheduling.k8s.io/v1'],
  ['batch/v1beta1', /^CronJob$/, '1.25', 'batch/v1'],
  ['policy/v1beta1', /^PodDisruptionBudget$/, '1.25', 'policy/v1'],
  ['policy/v1beta1', /^PodSecurityPolicy$/, '1.25', 'the labels of Pod Security Admission'],
  ['autoscaling/v2beta1', /./, '1.25', 'autoscaling/v2'],
  ['autoscaling/v2beta2', /./, '1.26', 'autoscaling/v2'],
];

/** Objects that no cluster of today takes. */
export const checkApiVersions: ManifestCheck = ({ manifests }) =>
  manifests.flatMap(({ apiVersion, kind, tree }) => {
    const gone = GONE.find(([version, kinds]) => version === apiVersion && kinds.test(kind));
    if (gone === undefined) return [];
    const [, , since, now] = gone;
    return findingAt(tree.entries.get('apiVersion')!.value, {
      code: 'api-version-gone',
      severity: 'error',
      message: `Clusters since Kubernetes ${since} do not know a ${kind} of ${apiVersion}.`,
      help: `Write it for ${now}.`,
    });
  });
