import { z } from 'zod';
import type { Path } from '../tree.ts';
import { cluster, isSecret, later, laterAs, secret, section, shapeOf, unneeded } from './fate.ts';
import { hubSchema } from './hub.ts';
import { courseSchema, polderSchema } from './own.ts';
import { clusterSection } from './pods.ts';
import { proxySchema } from './proxy.ts';
import { count, flag } from './scalars.ts';
import { singleuserSchema } from './singleuser.ts';

/** Everything that a values file may say, in today's names. Old names are moved to these first (`legacy/`). */
export const valuesSchema = section({
  course: courseSchema,
  polder: polderSchema,
  hub: hubSchema,
  proxy: proxySchema,
  singleuser: singleuserSchema,
  cull: section({
    enabled: laterAs(flag),
    users: laterAs(flag),
    adminUsers: laterAs(flag),
    removeNamedServers: laterAs(flag),
    timeout: laterAs(count),
    every: laterAs(count.min(1)),
    maxAge: laterAs(count),
    concurrency: unneeded('stopping servers is queued, whatever their number'),
  }),
  debug: section({ enabled: flag }),
  scheduling: clusterSection('userScheduler', 'podPriority', 'userPlaceholder', 'corePods', 'userPods'),
  prePuller: clusterSection(
    'revisionHistoryLimit',
    'labels',
    'annotations',
    'resources',
    'extraTolerations',
    'hook',
    'continuous',
    'pullProfileListImages',
    'extraImages',
    'containerSecurityContext',
    'pause',
  ),
  ingress: clusterSection(
    'enabled',
    'annotations',
    'ingressClassName',
    'hosts',
    'pathSuffix',
    'pathType',
    'tls',
    'extraPaths',
  ),
  httpRoute: clusterSection('enabled', 'annotations', 'hostnames', 'gateway', 'parentRefs'),
  rbac: cluster(),
  imagePullSecret: secret(cluster()),
  imagePullSecrets: cluster(),
  fullnameOverride: cluster(),
  nameOverride: cluster(),
  custom: later(),
  enabled: z.unknown(),
  global: z.unknown(),
});

export type Values = z.infer<typeof valuesSchema>;

/** Whether a value at this place is never shown. What the schema does not know is taken for a secret. */
export function isSecretPath(path: Path): boolean {
  let schema: z.core.$ZodType = valuesSchema;
  for (const step of path) {
    if (isSecret(schema)) return true;
    const shape = shapeOf(schema);
    if (shape === undefined) return false;
    const below = Object.hasOwn(shape, step) ? shape[step] : undefined;
    if (below === undefined) return true;
    schema = below;
  }
  return isSecret(schema);
}
