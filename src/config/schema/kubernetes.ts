/** `scheduling`, `prePuller`, `ingress`, `httpRoute`, `rbac`: keys that are about a cluster alone. */
import { z } from 'zod';
import { replaced, section } from './fate.ts';
import { json, jsonList, jsonMap, labels } from './passthrough.ts';
import { disruptionBudget, image, networkPolicy, replacedImage, resources, serviceAccount } from './pods.ts';
import { count, flag, text, word } from './scalars.ts';

const priority = z.int();

const purpose = section({
  tolerations: jsonList,
  nodeAffinity: section({ matchNodePurpose: word('ignore', 'prefer', 'require') }),
});

export const schedulingSchema = section({
  userScheduler: section({
    enabled: flag,
    revisionHistoryLimit: count,
    replicas: count,
    image,
    pdb: disruptionBudget,
    nodeSelector: labels,
    tolerations: jsonList,
    labels,
    annotations: labels,
    containerSecurityContext: jsonMap,
    logLevel: count,
    plugins: jsonMap,
    pluginConfig: jsonList,
    resources,
    serviceAccount,
    extraPodSpec: jsonMap,
  }),
  podPriority: section({
    enabled: flag,
    globalDefault: flag,
    defaultPriority: priority,
    imagePullerPriority: priority,
    userPlaceholderPriority: priority,
  }),
  userPlaceholder: section({
    enabled: flag,
    image,
    revisionHistoryLimit: count,
    replicas: count,
    labels,
    annotations: labels,
    resources,
    containerSecurityContext: jsonMap,
    extraPodSpec: jsonMap,
  }),
  corePods: purpose,
  userPods: purpose,
});

export const prePullerSchema = section({
  revisionHistoryLimit: count,
  labels,
  annotations: labels,
  resources,
  extraTolerations: jsonList,
  hook: section({
    enabled: flag,
    pullOnlyOnChanges: flag,
    podSchedulingWaitDuration: z.int().min(-1),
    nodeSelector: labels,
    tolerations: jsonList,
    containerSecurityContext: jsonMap,
    image: replacedImage('a program that waits for images'),
    resources,
    serviceAccount,
    serviceAccountImagePuller: serviceAccount,
    daemonsetAnnotations: labels,
  }),
  continuous: section({ enabled: flag, serviceAccount, daemonsetAnnotations: labels }),
  pullProfileListImages: flag,
  extraImages: z.record(z.string(), section({ name: text, tag: text })),
  containerSecurityContext: jsonMap,
  pause: section({ containerSecurityContext: jsonMap, image }),
});

export const ingressSchema = section({
  enabled: flag,
  annotations: labels,
  ingressClassName: text,
  hosts: z.array(text),
  pathSuffix: text,
  pathType: word('Prefix', 'Exact', 'ImplementationSpecific'),
  tls: jsonList,
  extraPaths: jsonList,
});

export const httpRouteSchema = section({
  enabled: flag,
  annotations: labels,
  hostnames: z.array(text),
  parentRefs: jsonList,
});

export const rbacSchema = section({ create: flag });

export const traefikSchema = replaced(
  'Traefik',
  section({
    command: json,
    args: json,
    revisionHistoryLimit: count,
    labels,
    networkPolicy,
    extraInitContainers: jsonList,
    extraEnv: json,
    pdb: disruptionBudget,
    nodeSelector: labels,
    tolerations: jsonList,
    containerSecurityContext: jsonMap,
    extraDynamicConfig: jsonMap,
    extraPorts: jsonList,
    extraStaticConfig: jsonMap,
    extraVolumes: jsonList,
    extraVolumeMounts: jsonList,
    hsts: jsonMap,
    image,
    resources,
    serviceAccount,
    extraPodSpec: jsonMap,
  }),
);
