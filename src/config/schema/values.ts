import type { z } from 'zod';
import type { Path } from '../tree.ts';
import {
  cluster,
  isSecret,
  itemShapeOf,
  later,
  schemaBelow,
  secret,
  section,
  shapeOf,
  unneeded,
} from './fate.ts';
import { hubSchema } from './hub.ts';
import {
  httpRouteSchema,
  ingressSchema,
  prePullerSchema,
  rbacSchema,
  schedulingSchema,
} from './kubernetes.ts';
import { courseSchema, polderSchema } from './own.ts';
import { json, jsonList, jsonMap } from './passthrough.ts';
import { azureSchema, imageSchema, notebooksSchema } from './provisioning.ts';
import { proxySchema } from './proxy.ts';
import { count, flag, text } from './scalars.ts';
import { singleuserSchema } from './singleuser.ts';

/** Everything that a values file may say, in today's names. Old names are moved to these first (`legacy/`). */
export const valuesSchema = section({
  course: courseSchema,
  polder: polderSchema,
  azure: azureSchema,
  image: imageSchema,
  notebooks: notebooksSchema,
  hub: hubSchema,
  proxy: proxySchema,
  singleuser: singleuserSchema,
  cull: section({
    enabled: flag,
    users: flag,
    adminUsers: flag,
    removeNamedServers: flag,
    timeout: count,
    every: count.min(1),
    maxAge: count,
    concurrency: unneeded('stopping servers is queued, whatever their number'),
  }),
  debug: section({ enabled: flag }),
  scheduling: cluster(schedulingSchema),
  prePuller: cluster(prePullerSchema),
  ingress: cluster(ingressSchema),
  httpRoute: cluster(httpRouteSchema),
  rbac: cluster(rbacSchema),
  imagePullSecret: cluster(
    section({
      create: flag,
      automaticReferenceInjection: flag,
      registry: text,
      username: text,
      password: secret(text),
      email: text,
    }),
  ),
  imagePullSecrets: cluster(jsonList),
  fullnameOverride: cluster(text),
  nameOverride: cluster(text),
  custom: later(null, jsonMap),
  enabled: unneeded('it is read by charts that include this one', json),
  global: section({ safeToShowValues: unneeded('secrets are never shown', json) }),
});

export type Values = z.infer<typeof valuesSchema>;

/** Whether a value at this place is never shown. What the schema does not know is taken for a secret. */
export function isSecretPath(path: Path): boolean {
  return markOf(path) ?? true;
}

/** Whether the schema marks the value at this place as a secret. */
export function isMarkedSecret(path: Path): boolean {
  return markOf(path) ?? false;
}

/** Undefined where the schema does not know the place. */
function markOf(path: Path): boolean | undefined {
  let schema: z.core.$ZodType = valuesSchema;
  for (const step of path) {
    if (isSecret(schema)) return true;
    if (shapeOf(schema) === undefined && itemShapeOf(schema) === undefined) return false;
    const below = schemaBelow(schema, step);
    if (below === undefined) return undefined;
    schema = below;
  }
  return isSecret(schema);
}
