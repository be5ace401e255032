/** Sub-trees that the chart repeats for each of its pods. */
import { cluster, replaced, section } from './fate.ts';

export const image = (software: string) => replaced(software);

/** What every pod has. */
export const podKeys = {
  revisionHistoryLimit: cluster(),
  networkPolicy: cluster(),
  pdb: cluster(),
  nodeSelector: cluster(),
  tolerations: cluster(),
  labels: cluster(),
  annotations: cluster(),
  resources: cluster(),
  podSecurityContext: cluster(),
  containerSecurityContext: cluster(),
  livenessProbe: cluster(),
  readinessProbe: cluster(),
  serviceAccount: cluster(),
  extraPodSpec: cluster(),
};

/** A map that is only about a cluster, whose keys we know so that a misspelled one is found. */
export const clusterSection = (...keys: readonly string[]) =>
  section(Object.fromEntries(keys.map((key) => [key, cluster()])));
