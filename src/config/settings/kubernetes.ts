import type {
  AffinityConfig,
  KubernetesConfig,
  PodPieces,
  UserPodsConfig,
  VolumesConfig,
} from '../kubernetes.ts';
import type { Values } from '../schema/values.ts';
import { asMap, readNetworkPolicy, readPod } from './pods.ts';

/** What a cluster is told; defaults are in the values already. */
export function readKubernetes(values: Values): KubernetesConfig {
  const { hub, proxy, scheduling, prePuller, ingress, httpRoute } = values;
  const { hook, continuous, pullProfileListImages, extraImages, ...pullerPods } = prePuller ?? {};
  const { corePods, userPods, userScheduler, userPlaceholder, podPriority } = scheduling ?? {};
  const { type, pvc } = hub?.db ?? {};
  return {
    naming: values.polder?.naming ?? 'safe',
    userPods: readUserPods(values),
    volumes: readVolumes(values),
    scheduling: {
      userScheduler: {
        ...asMap(userScheduler),
        enabled: userScheduler?.enabled ?? true,
        replicas: userScheduler?.replicas ?? 2,
      },
      podPriority: {
        enabled: podPriority?.enabled ?? false,
        globalDefault: podPriority?.globalDefault ?? false,
        defaultPriority: podPriority?.defaultPriority ?? 0,
        imagePullerPriority: podPriority?.imagePullerPriority ?? -5,
        userPlaceholderPriority: podPriority?.userPlaceholderPriority ?? -10,
      },
      userPlaceholder: {
        ...asMap(userPlaceholder),
        enabled: userPlaceholder?.enabled ?? true,
        replicas: userPlaceholder?.replicas ?? 0,
      },
      corePods: readPurpose(corePods),
      userPods: readPurpose(userPods),
    },
    prePuller: {
      hook: { ...asMap(hook), enabled: hook?.enabled ?? true },
      continuous: { ...asMap(continuous), enabled: continuous?.enabled ?? true },
      pullProfileListImages: pullProfileListImages ?? true,
      extraImages: asMap(extraImages),
      pods: asMap(pullerPods),
    },
    hub: {
      ...readPod(hub),
      service: asMap(hub?.service),
      deploymentStrategy: asMap(hub?.deploymentStrategy),
      initContainers: hub?.initContainers ?? [],
      extraContainers: hub?.extraContainers ?? [],
      extraVolumes: hub?.extraVolumes ?? [],
      extraVolumeMounts: hub?.extraVolumeMounts ?? [],
      lifecycle: asMap(hub?.lifecycle),
      existingSecret: hub?.existingSecret || null,
      database: { type: type ?? 'sqlite-pvc', claim: asMap(pvc) },
    },
    proxy: {
      // Labels and annotations stand beside `chp`, and are those of its pod.
      ...readPod({
        ...proxy?.chp,
        labels: { ...proxy?.labels, ...proxy?.chp?.labels },
        annotations: { ...proxy?.annotations, ...proxy?.chp?.annotations },
      }),
      service: asMap(proxy?.service),
      deploymentStrategy: asMap(proxy?.deploymentStrategy),
    },
    ingress: {
      enabled: ingress?.enabled ?? false,
      annotations: ingress?.annotations ?? {},
      className: ingress?.ingressClassName || null,
      hosts: ingress?.hosts ?? [],
      pathSuffix: ingress?.pathSuffix || null,
      pathType: ingress?.pathType ?? 'Prefix',
      tls: ingress?.tls ?? [],
      extraPaths: ingress?.extraPaths ?? [],
    },
    httpRoute: {
      enabled: httpRoute?.enabled ?? false,
      annotations: httpRoute?.annotations ?? {},
      hostnames: httpRoute?.hostnames ?? [],
      parentRefs: httpRoute?.parentRefs ?? [],
    },
    createRbac: values.rbac?.create ?? true,
    imagePullSecrets: values.imagePullSecrets ?? [],
    createImagePullSecret: values.imagePullSecret?.create ?? false,
    injectImagePullSecret: values.imagePullSecret?.automaticReferenceInjection ?? true,
    fullnameOverride: values.fullnameOverride ?? null,
    nameOverride: values.nameOverride ?? null,
  };
}

export function readPodPieces({ singleuser = {}, hub }: Values): PodPieces {
  return {
    profiles: singleuser.profileList ?? [],
    initContainers: singleuser.initContainers ?? [],
    extraContainers: singleuser.extraContainers ?? [],
    extraPodConfig: singleuser.extraPodConfig ?? {},
    lifecycleHooks: asMap(singleuser.lifecycleHooks),
    traits: asMap(hub?.config?.KubeSpawner),
  };
}

function readUserPods({ singleuser = {} }: Values): UserPodsConfig {
  const { image, extraEnv, cloudMetadata, networkTools, extraResource } = singleuser;
  return {
    nameTemplate: singleuser.podNameTemplate ?? 'jupyter-{user_server}',
    command: singleuser.cmd ?? null,
    imagePullPolicy: image?.pullPolicy || null,
    imagePullSecrets: image?.pullSecrets ?? [],
    uid: singleuser.uid ?? null,
    fsGid: singleuser.fsGid ?? null,
    allowPrivilegeEscalation: singleuser.allowPrivilegeEscalation ?? false,
    serviceAccountName: singleuser.serviceAccountName || null,
    events: singleuser.events ?? true,
    labels: singleuser.extraLabels ?? {},
    annotations: singleuser.extraAnnotations ?? {},
    nodeSelector: singleuser.nodeSelector ?? {},
    tolerations: singleuser.extraTolerations ?? [],
    nodeAffinity: readAffinity(singleuser.extraNodeAffinity),
    podAffinity: readAffinity(singleuser.extraPodAffinity),
    podAntiAffinity: readAffinity(singleuser.extraPodAntiAffinity),
    extraResourceLimits: extraResource?.limits ?? {},
    extraResourceGuarantees: extraResource?.guarantees ?? {},
    environmentFrom: environmentFrom(extraEnv),
    files: Object.entries(singleuser.extraFiles ?? {}).map(([name, { mountPath = '', mode = null }]) => ({
      name,
      mountPath,
      mode,
    })),
    networkPolicy: readNetworkPolicy(singleuser.networkPolicy),
    cloudMetadata: {
      block: cloudMetadata?.blockWithIptables ?? true,
      ip: cloudMetadata?.ip ?? '169.254.169.254',
      image: networkTools?.image?.name
        ? { name: networkTools.image.name, tag: networkTools.image.tag ?? 'latest' }
        : null,
    },
  };
}

/** Entries without a plain value, in the form that the file has. */
function environmentFrom(environment: NonNullable<Values['singleuser']>['extraEnv']) {
  if (Array.isArray(environment)) return environment.filter(({ value }) => value === undefined).map(asMap);
  return Object.fromEntries(
    Object.entries(environment ?? {}).flatMap(([name, entry]) =>
      typeof entry === 'object' && entry.value === undefined ? [[name, asMap(entry)]] : [],
    ),
  );
}

function readVolumes({ singleuser = {} }: Values): VolumesConfig {
  const { type, dynamic, extraLabels, extraVolumes, extraVolumeMounts } = singleuser.storage ?? {};
  const claim = {
    nameTemplate: dynamic?.pvcNameTemplate ?? 'claim-{user_server}',
    volumeNameTemplate: dynamic?.volumeNameTemplate ?? 'volume-{user_server}',
    accessModes: dynamic?.storageAccessModes ?? ['ReadWriteOnce'],
    storageClass: dynamic?.storageClass ?? null,
    subPath: dynamic?.subPath || null,
    labels: extraLabels ?? {},
  };
  return {
    claim: type === 'dynamic' ? claim : null,
    extraVolumes: extraVolumes ?? [],
    extraVolumeMounts: extraVolumeMounts ?? [],
  };
}

function readAffinity(affinity: NonNullable<Values['singleuser']>['extraNodeAffinity'] = {}): AffinityConfig {
  return { required: affinity.required ?? [], preferred: affinity.preferred ?? [] };
}

function readPurpose(purpose: NonNullable<Values['scheduling']>['corePods'] = {}) {
  return {
    tolerations: purpose.tolerations ?? [],
    matchNodePurpose: purpose.nodeAffinity?.matchNodePurpose ?? ('prefer' as const),
  };
}
