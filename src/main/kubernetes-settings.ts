/** What a Config says of users' pods, as the Kubernetes spawner is told it. */
import type { Config, Secrets } from '../config/config.ts';
import type { Json, JsonMap } from '../config/json.ts';
import type {
  AffinityConfig,
  JsonItems,
  KubernetesConfig,
  MountedFile,
  PodPieces,
} from '../config/kubernetes.ts';
import type { KubernetesSettings } from '../spawner/kubernetes/kubernetes-settings.ts';
import { PLAIN_RECIPE, type PodRecipe, withTraits } from '../spawner/kubernetes/pod-recipe.ts';

/** What the file does not know: the place that the hub has in the cluster. */
export interface ClusterPlace {
  readonly namespace: string;
  /** Names the course among others in the namespace: 1 to 63 letters and digits. */
  readonly instance: string;
  /** The user scheduler and the priority class of the chart; null where there are none. */
  readonly schedulerName: string | null;
  readonly priorityClassName: string | null;
  /** What the chart's policies know pods by, whatever the file says of labels. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Secrets that the chart made for pulling images. */
  readonly pullSecrets: readonly string[];
  /** The Secret with what is in the files that the course puts into pods; null: there is none. */
  readonly filesSecret: string | null;
  /** Whether servers have our extension of JupyterLab. */
  readonly labExtension: boolean;
}

type PodSecrets = Pick<Secrets, 'serverEnvironment' | 'podPieces'>;

export function kubernetesSettingsOf(
  config: Config,
  secrets: PodSecrets,
  place: ClusterPlace,
): KubernetesSettings {
  const { kubernetes, server } = config;
  return {
    namespace: place.namespace,
    instance: place.instance,
    naming: kubernetes.naming,
    labExtension: place.labExtension,
    recipe: recipeOf(config, secrets, place),
    profiles: secrets.podPieces.profiles,
    startTimeoutSeconds: server.startTimeoutSeconds,
    events: kubernetes.userPods.events,
  };
}

function recipeOf(
  { kubernetes, server }: Config,
  { serverEnvironment, podPieces }: PodSecrets,
  place: ClusterPlace,
): PodRecipe {
  const { userPods, scheduling } = kubernetes;
  const { postStart: _, ...hooks } = podPieces.lifecycleHooks;
  const postStart = withoutCommand(podPieces.lifecycleHooks.postStart);
  const recipe: PodRecipe = {
    ...PLAIN_RECIPE,
    image: server.image === null ? null : `${server.image.name}:${server.image.tag}`,
    imagePullPolicy: userPods.imagePullPolicy,
    imagePullSecrets: [...kubernetes.imagePullSecrets, ...userPods.imagePullSecrets, ...place.pullSecrets],
    cmd: userPods.command,
    environment: { ...serverEnvironment, ...byName(userPods.environmentFrom) },
    defaultUrl: server.defaultUrl,
    memLimit: server.memory.limit,
    memGuarantee: server.memory.guarantee,
    cpuLimit: server.cpu.limit,
    cpuGuarantee: server.cpu.guarantee,
    extraResourceLimits: userPods.extraResourceLimits,
    extraResourceGuarantees: userPods.extraResourceGuarantees,
    uid: userPods.uid,
    fsGid: userPods.fsGid,
    allowPrivilegeEscalation: userPods.allowPrivilegeEscalation,
    serviceAccount: userPods.serviceAccountName,
    extraLabels: userPods.labels,
    extraAnnotations: userPods.annotations,
    nodeSelector: userPods.nodeSelector,
    tolerations: [...scheduling.userPods.tolerations, ...userPods.tolerations],
    ...nodeAffinity(userPods.nodeAffinity, scheduling.userPods.matchNodePurpose),
    podAffinityRequired: userPods.podAffinity.required,
    podAffinityPreferred: userPods.podAffinity.preferred,
    podAntiAffinityRequired: userPods.podAntiAffinity.required,
    podAntiAffinityPreferred: userPods.podAntiAffinity.preferred,
    schedulerName: place.schedulerName,
    priorityClassName: place.priorityClassName,
    ...storage(server.storage, kubernetes.volumes, filesOf(userPods.files, place.filesSecret)),
    initContainers: initContainers(userPods, podPieces),
    extraContainers: podPieces.extraContainers,
    extraPodConfig: podPieces.extraPodConfig,
    lifecycleHooks: { ...hooks, ...(postStart === null ? {} : { postStart }) },
    podNameTemplate: userPods.nameTemplate,
  };
  const own = withTraits(recipe, podPieces.traits, { merge: false });
  return { ...own, commonLabels: { ...own.commonLabels, ...place.podLabels } };
}

/** A `postStart` command is run by the hub; what else there may be is the cluster's to do. */
function withoutCommand(postStart: Json | undefined): JsonMap | null {
  if (typeof postStart !== 'object' || postStart === null || Array.isArray(postStart)) return null;
  const { exec: _, ...others } = postStart as JsonMap;
  return Object.keys(others).length === 0 ? null : others;
}

const USER_NODES = [{ key: 'hub.jupyter.org/node-purpose', operator: 'In', values: ['user'] }];

function nodeAffinity(
  { required, preferred }: AffinityConfig,
  purpose: KubernetesConfig['scheduling']['userPods']['matchNodePurpose'],
): Pick<PodRecipe, 'nodeAffinityRequired' | 'nodeAffinityPreferred'> {
  const term = { matchExpressions: USER_NODES };
  return {
    nodeAffinityRequired: purpose === 'require' ? [...required, term] : required,
    nodeAffinityPreferred:
      purpose === 'prefer' ? [...preferred, { weight: 100, preference: term }] : preferred,
  };
}

interface Mounted {
  readonly volumes: JsonMap;
  readonly mounts: JsonMap;
}

function storage(
  settings: Config['server']['storage'],
  volumes: KubernetesConfig['volumes'],
  files: Mounted,
): Partial<PodRecipe> {
  const claim = volumes.claim;
  const home = homeOf(settings, claim);
  return {
    volumes: { ...home.volumes, ...files.volumes, ...named(volumes.extraVolumes) },
    volumeMounts: { ...home.mounts, ...files.mounts, ...numbered(volumes.extraVolumeMounts) },
    ...(claim === null || settings.type !== 'dynamic'
      ? {}
      : {
          storagePvcEnsure: true,
          pvcNameTemplate: claim.nameTemplate,
          storageClass: claim.storageClass,
          storageCapacity: settings.capacity,
          storageAccessModes: claim.accessModes,
          storageExtraLabels: claim.labels,
        }),
  };
}

/** The volume at the student's home folder, under the key that the chart gives it. */
function homeOf(settings: Config['server']['storage'], claim: KubernetesConfig['volumes']['claim']): Mounted {
  if (settings.type === 'none' || (settings.type === 'dynamic' && claim === null)) {
    return { volumes: {}, mounts: {} };
  }
  const name = settings.type === 'static' ? 'home' : claim!.volumeNameTemplate;
  const claimName = settings.type === 'static' ? settings.pvcName : '{pvc_name}';
  const subPath = settings.type === 'static' ? settings.subPath : claim!.subPath;
  return {
    volumes: { [name]: { name, persistentVolumeClaim: { claimName } } },
    mounts: { [name]: { name, mountPath: settings.homeMountPath, ...(subPath ? { subPath } : {}) } },
  };
}

/** Each file by itself, so that what the image has beside it stays. */
function filesOf(files: readonly MountedFile[], secretName: string | null): Mounted {
  if (secretName === null || files.length === 0) return { volumes: {}, mounts: {} };
  const items = files.map(({ name, mode }) => ({
    key: name,
    path: name,
    ...(mode === null ? {} : { mode }),
  }));
  return {
    volumes: { files: { name: 'files', secret: { secretName, items } } },
    mounts: Object.fromEntries(
      files.map(({ name, mountPath }) => [
        `files-${name}`,
        { name: 'files', mountPath, subPath: name, readOnly: true },
      ]),
    ),
  };
}

/** Keeps users' programs off the cloud's own data, by an image that the file names for it. */
function initContainers(
  { cloudMetadata }: KubernetesConfig['userPods'],
  { initContainers }: PodPieces,
): JsonItems {
  const { block, ip, image } = cloudMetadata;
  if (!block || image === null) return initContainers;
  const container = {
    name: 'block-cloud-metadata',
    image: `${image.name}:${image.tag}`,
    command: [
      'iptables',
      '--append',
      'OUTPUT',
      '--protocol',
      'tcp',
      '--destination',
      ip,
      '--destination-port',
      '80',
      '--jump',
      'DROP',
    ],
    securityContext: { privileged: true, runAsUser: 0, capabilities: { add: ['NET_ADMIN'] } },
  };
  return Array.isArray(initContainers)
    ? [container, ...initContainers]
    : { 'block-cloud-metadata': container, ...(initContainers as JsonMap) };
}

/** Entries of an environment by their names. */
function byName(items: JsonItems): JsonMap {
  if (!Array.isArray(items)) return items as JsonMap;
  return Object.fromEntries(
    items.map((item: Json) => {
      const { name, ...entry } = item as JsonMap;
      return [String(name), entry];
    }),
  );
}

/** A list as a map, so that a profile can add to it; the keys keep the order of the list. */
function named(items: JsonItems): JsonMap {
  if (!Array.isArray(items)) return items as JsonMap;
  return Object.fromEntries(
    items.map((item: Json, index) => [String((item as JsonMap).name ?? index), item]),
  );
}

/** As `named`; the same volume may be mounted more than once. */
function numbered(items: JsonItems): JsonMap {
  if (!Array.isArray(items)) return items as JsonMap;
  return Object.fromEntries(
    items.map((item: Json, index) => [`${String(index).padStart(3, '0')}-${(item as JsonMap).name}`, item]),
  );
}
