/** What is kept in memory of each object: thousands of them fit, of which a whole one has ten kilobytes. */
import type { Claim, ObjectMeta, Pod } from '../../kubernetes/kube-object.ts';
import {
  ATTEMPT_ANNOTATION,
  INSTANCE_LABEL,
  SERVER_ANNOTATION,
  SERVERNAME,
  USERNAME,
} from './manifest-labels.ts';

export function podSummary({ metadata, spec, status }: Pod): Pod {
  return {
    metadata: metaSummary(metadata),
    spec: {
      ...(spec.nodeName === undefined ? {} : { nodeName: spec.nodeName }),
      containers: spec.containers.map(({ name, image, ports }) => ({
        name,
        ...(image === undefined ? {} : { image }),
        ...(ports === undefined ? {} : { ports }),
      })),
    },
    ...(status === undefined ? {} : { status }),
  };
}

export function claimSummary({ metadata, spec }: Claim): Claim {
  const { resources, storageClassName } = spec;
  return {
    metadata: metaSummary(metadata),
    spec: { ...(resources ? { resources } : {}), ...(storageClassName ? { storageClassName } : {}) },
  };
}

function metaSummary(meta: ObjectMeta): ObjectMeta {
  const { name, uid, resourceVersion, creationTimestamp, deletionTimestamp, labels, annotations } = meta;
  return {
    name,
    uid,
    resourceVersion,
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    labels: picked(labels, [INSTANCE_LABEL]),
    annotations: picked(annotations, [SERVER_ANNOTATION, ATTEMPT_ANNOTATION, USERNAME, SERVERNAME]),
  };
}

function picked(from: Readonly<Record<string, string>> = {}, keys: readonly string[]) {
  return Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));
}
