/**
 * Everything that can be said about a user's pod and volume. The fields are KubeSpawner's traits in our spelling
 * (`mem_limit` is `memLimit`), because profiles override them by those names.
 */
import type { Json } from '../../domain/server.ts';
import { SpawnError } from '../spawner.ts';

export type JsonMap = { readonly [key: string]: Json };
/** A list, or a map of name to item, which counts in the order of its names. */
export type JsonItems = readonly Json[] | JsonMap;

export interface PodRecipe {
  /** `name:tag`; null where the course names none. */
  readonly image: string | null;
  readonly imagePullPolicy: string | null;
  /** Names of Secrets, or references to them. */
  readonly imagePullSecrets: readonly Json[];
  /** Null: the image's own. */
  readonly cmd: readonly string[] | null;
  readonly args: readonly string[];
  readonly workingDir: string | null;
  readonly ip: string;
  readonly port: number;
  /** Texts, or what an entry of a container's `env` has beside its name (`valueFrom`). */
  readonly environment: JsonMap;
  readonly defaultUrl: string | null;
  readonly notebookDir: string | null;
  readonly debug: boolean;
  /** Bytes. */
  readonly memLimit: number | null;
  readonly memGuarantee: number | null;
  /** Cores. */
  readonly cpuLimit: number | null;
  readonly cpuGuarantee: number | null;
  readonly extraResourceLimits: JsonMap;
  readonly extraResourceGuarantees: JsonMap;
  readonly uid: number | null;
  readonly gid: number | null;
  readonly fsGid: number | null;
  readonly supplementalGids: readonly number[];
  readonly privileged: boolean;
  readonly allowPrivilegeEscalation: boolean | null;
  readonly containerSecurityContext: JsonMap;
  readonly podSecurityContext: JsonMap;
  readonly serviceAccount: string | null;
  /** Null: not, unless there is a service account of the course's choice. */
  readonly automountServiceAccountToken: boolean | null;
  readonly componentLabel: string;
  readonly commonLabels: JsonMap;
  readonly extraLabels: JsonMap;
  readonly extraAnnotations: JsonMap;
  readonly nodeSelector: JsonMap;
  readonly tolerations: JsonItems;
  readonly nodeAffinityRequired: JsonItems;
  readonly nodeAffinityPreferred: JsonItems;
  readonly podAffinityRequired: JsonItems;
  readonly podAffinityPreferred: JsonItems;
  readonly podAntiAffinityRequired: JsonItems;
  readonly podAntiAffinityPreferred: JsonItems;
  readonly schedulerName: string | null;
  readonly priorityClassName: string | null;
  readonly volumes: JsonItems;
  readonly volumeMounts: JsonItems;
  readonly initContainers: JsonItems;
  readonly extraContainers: JsonItems;
  readonly extraContainerConfig: JsonMap;
  readonly extraPodConfig: JsonMap;
  /** Without a `postStart` command: that one is run by the hub, which keeps what it wrote. */
  readonly lifecycleHooks: JsonMap;
  readonly podNameTemplate: string;
  /** Whether each server has a claim of its own. */
  readonly storagePvcEnsure: boolean;
  readonly pvcNameTemplate: string;
  /** Null: the cluster's default. */
  readonly storageClass: string | null;
  readonly storageCapacity: string | null;
  readonly storageAccessModes: readonly string[];
  readonly storageSelector: JsonMap;
  readonly storageExtraLabels: JsonMap;
  readonly storageExtraAnnotations: JsonMap;
}

export const PLAIN_RECIPE: PodRecipe = {
  image: null,
  imagePullPolicy: null,
  imagePullSecrets: [],
  cmd: ['jupyterhub-singleuser'],
  args: [],
  workingDir: null,
  ip: '0.0.0.0',
  port: 8888,
  environment: {},
  defaultUrl: null,
  notebookDir: null,
  debug: false,
  memLimit: null,
  memGuarantee: null,
  cpuLimit: null,
  cpuGuarantee: null,
  extraResourceLimits: {},
  extraResourceGuarantees: {},
  uid: null,
  gid: null,
  fsGid: null,
  supplementalGids: [],
  privileged: false,
  allowPrivilegeEscalation: false,
  containerSecurityContext: {},
  podSecurityContext: {},
  serviceAccount: null,
  automountServiceAccountToken: null,
  componentLabel: 'singleuser-server',
  // Dashboards and network policies written for JupyterHub look for these.
  commonLabels: {
    app: 'jupyterhub',
    heritage: 'jupyterhub',
    'app.kubernetes.io/name': 'jupyterhub',
    'app.kubernetes.io/managed-by': 'kubespawner',
  },
  extraLabels: {},
  extraAnnotations: {},
  nodeSelector: {},
  tolerations: [],
  nodeAffinityRequired: [],
  nodeAffinityPreferred: [],
  podAffinityRequired: [],
  podAffinityPreferred: [],
  podAntiAffinityRequired: [],
  podAntiAffinityPreferred: [],
  schedulerName: null,
  priorityClassName: null,
  volumes: {},
  volumeMounts: {},
  initContainers: [],
  extraContainers: [],
  extraContainerConfig: {},
  extraPodConfig: {},
  lifecycleHooks: {},
  podNameTemplate: 'jupyter-{user_server}',
  storagePvcEnsure: false,
  pvcNameTemplate: 'claim-{user_server}',
  storageClass: null,
  storageCapacity: null,
  storageAccessModes: ['ReadWriteOnce'],
  storageSelector: {},
  storageExtraLabels: {},
  storageExtraAnnotations: {},
};

/** Traits of KubeSpawner that mean nothing to a pod here; whoever checks config.yaml is told of each. */
const OTHER_TRAITS = new Set(
  (
    'namespace slug_scheme k8s_api_verify_ssl k8s_api_ssl_ca_cert k8s_api_host k8s_api_threadpool_workers ' +
    'k8s_api_request_timeout k8s_api_request_retry_timeout events_enabled delete_pvc remember_pvc_name ' +
    'delete_stopped_pods handle_legacy_names delete_grace_period slow_spawn_message slow_spawn_message_threshold ' +
    'slow_spawn_message_frequency poll_interval http_timeout start_timeout hub_connect_ip hub_connect_port ' +
    'secret_name_template secret_mount_path dns_name_template profile_form_template profile_list ' +
    'additional_profile_form_template_paths group_overrides enable_user_namespaces user_namespace_template ' +
    'user_namespace_labels user_namespace_annotations services_enabled pod_connect_ip modify_pod_hook ' +
    'after_pod_created_hook get_pod_url'
  ).split(' '),
);

const SIZES = new Set<keyof PodRecipe>(['memLimit', 'memGuarantee']);

/**
 * A recipe with some of KubeSpawner's traits set: `merge` puts maps together, as profiles do (null takes an entry out),
 * otherwise they take each other's place, as in `hub.config.KubeSpawner`.
 * @throws SpawnError for a trait that there is none of, and for a value of another form than its own
 */
export function withTraits(
  recipe: PodRecipe,
  traits: JsonMap,
  options: { readonly merge: boolean },
): PodRecipe {
  const changes: Record<string, Json> = {};
  for (const [trait, given] of Object.entries(traits)) {
    if (OTHER_TRAITS.has(trait)) continue;
    const field = camelCase(trait) as keyof PodRecipe;
    if (!Object.hasOwn(PLAIN_RECIPE, field)) throw unknownTrait(trait);
    const value = SIZES.has(field) ? bytesOf(given) : field.startsWith('cpu') ? coresOf(given) : given;
    const before = recipe[field] as Json;
    if (!hasForm(field, value)) throw misshapen(trait);
    changes[field] = options.merge && isMap(before) && isMap(value) ? merged(before, value) : value;
  }
  return { ...recipe, ...changes } as PodRecipe;
}

/** The items in the order that counts. */
export function itemsOf(items: JsonItems): readonly Json[] {
  if (Array.isArray(items)) return items;
  const map = items as JsonMap;
  return Object.keys(map)
    .sort()
    .map((key) => map[key]!);
}

/** Where a mount is, with a slash at its end. */
export function mountPathOf(mount: Json): string {
  const path = isMap(mount) ? mount.mountPath : undefined;
  return `${String(path ?? '').replace(/\/+$/, '')}/`;
}

export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Maps are put together at every depth; null takes an entry out. */
export function merged(before: JsonMap, changes: JsonMap): JsonMap {
  const result: Record<string, Json> = { ...before };
  for (const [key, value] of Object.entries(changes)) {
    const old = result[key];
    if (value === null) delete result[key];
    else result[key] = isMap(old) && isMap(value) ? merged(old, value) : value;
  }
  return result;
}

function camelCase(trait: string): string {
  return trait.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const ITEMS = new Set<keyof PodRecipe>([
  ...(['tolerations', 'volumes', 'volumeMounts', 'initContainers', 'extraContainers'] as const),
  ...(['nodeAffinityRequired', 'nodeAffinityPreferred', 'podAffinityRequired'] as const),
  ...(['podAffinityPreferred', 'podAntiAffinityRequired', 'podAntiAffinityPreferred'] as const),
]);

const NUMBERS = new Set<keyof PodRecipe>([
  ...(['port', 'uid', 'gid', 'fsGid'] as const),
  ...(['memLimit', 'memGuarantee', 'cpuLimit', 'cpuGuarantee'] as const),
]);

/** Whether the value has the form that this field has in the plain recipe. */
function hasForm(field: keyof PodRecipe, value: Json): boolean {
  const plain = PLAIN_RECIPE[field] as Json;
  if (ITEMS.has(field)) return Array.isArray(value) || isMap(value);
  if (NUMBERS.has(field)) return typeof value === 'number' || (value === null && plain === null);
  if (field === 'cmd') return value === null || isTexts(value);
  if (field === 'allowPrivilegeEscalation' || field === 'automountServiceAccountToken') {
    return value === null || typeof value === 'boolean';
  }
  if (plain === null) return value === null || typeof value === 'string';
  if (Array.isArray(plain)) return Array.isArray(value);
  return typeof value === typeof plain && isMap(value) === isMap(plain);
}

function isTexts(value: Json): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

/** JupyterHub's spelling of sizes: K, M, G and T count in steps of 1024. */
function bytesOf(value: Json): Json {
  const match = typeof value === 'string' ? /^([0-9]+(?:\.[0-9]+)?)([KMGT]?)$/.exec(value) : null;
  if (match === null) return value;
  return Math.trunc(Number(match[1]) * 1024 ** ' KMGT'.indexOf(match[2] || ' '));
}

/** Cores; JupyterHub's `none` is written as 0 or left out. */
function coresOf(value: Json): Json {
  return typeof value === 'string' && /^[0-9]+(\.[0-9]+)?$/.test(value) ? Number(value) : value;
}

function unknownTrait(trait: string): SpawnError {
  return new SpawnError(`The course's settings for pods name “${trait}”, which there is not.`, {
    hint: 'Ask your instructor to correct it in config.yaml (hub.config.KubeSpawner or singleuser.profileList).',
  });
}

function misshapen(trait: string): SpawnError {
  return new SpawnError(
    `The course's settings for pods give “${trait}” a value of another form than it has.`,
    {
      hint: 'Ask your instructor to correct it in config.yaml (hub.config.KubeSpawner or singleuser.profileList).',
    },
  );
}
