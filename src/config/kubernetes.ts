/**
 * What a file says about a cluster: pods, volumes, services and their neighbours. What Kubernetes itself checks is handed
 * on as it stands (`Json`).
 */
import type { Json, JsonMap } from './json.ts';

/**
 * How the name of a user becomes the name of a pod or a volume claim: `legacy-0.10` as KubeSpawner 0.10 of the chart 0.8.2
 * did it (`-40` for `@`, and a named server's name is escaped twice), `escape` as those up to 6 did, `safe` as those since 7 do.
 */
export const NAMING_SCHEMES = ['legacy-0.10', 'escape', 'safe'] as const;

export type NamingScheme = (typeof NAMING_SCHEMES)[number];

export interface KubernetesConfig {
  readonly naming: NamingScheme;
  readonly userPods: UserPodsConfig;
  readonly volumes: VolumesConfig;
  readonly scheduling: SchedulingConfig;
  readonly prePuller: PrePullerConfig;
  readonly hub: HubPodConfig;
  readonly proxy: ProxyPodConfig;
  readonly ingress: IngressConfig;
  readonly httpRoute: HttpRouteConfig;
  readonly createRbac: boolean;
  /** Secrets that exist in the cluster, for pulling images into every pod. */
  readonly imagePullSecrets: readonly Json[];
  /** Whether a Secret is made of `Secrets.registry`, and whether pods are pointed to it. */
  readonly createImagePullSecret: boolean;
  readonly injectImagePullSecret: boolean;
  /** What comes before the names of resources: '' for `hub` and `proxy-public`; null for the release's name. */
  readonly fullnameOverride: string | null;
  readonly nameOverride: string | null;
}

type Labels = Readonly<Record<string, string>>;

/** The pods of users. */
export interface UserPodsConfig {
  readonly nameTemplate: string;
  /** Null: the image's own, where the file says so. */
  readonly command: readonly string[] | null;
  readonly imagePullPolicy: string | null;
  readonly imagePullSecrets: readonly Json[];
  readonly uid: number | null;
  readonly fsGid: number | null;
  readonly allowPrivilegeEscalation: boolean;
  readonly serviceAccountName: string | null;
  readonly events: boolean;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly nodeSelector: Labels;
  readonly tolerations: readonly Json[];
  readonly nodeAffinity: AffinityConfig;
  readonly podAffinity: AffinityConfig;
  readonly podAntiAffinity: AffinityConfig;
  readonly extraResourceLimits: JsonMap;
  readonly extraResourceGuarantees: JsonMap;
  /** Environment that comes from the cluster: entries without a plain value. */
  readonly environmentFrom: JsonItems;
  /** What is in them is in the Secret that the chart makes. */
  readonly files: readonly MountedFile[];
  readonly networkPolicy: NetworkPolicyConfig;
  readonly cloudMetadata: {
    readonly block: boolean;
    readonly ip: string;
    /** An image with iptables, that the file names for it; null: the network policy alone keeps users off. */
    readonly image: { readonly name: string; readonly tag: string } | null;
  };
}

/** A file of `extraFiles`. */
export interface MountedFile {
  /** Its key in the Secret. */
  readonly name: string;
  readonly mountPath: string;
  /** Null: the cluster's own. */
  readonly mode: number | null;
}

/**
 * Pieces of users' pods that the file has as the cluster takes them. They ride in `Secrets`: anybody may have put a token
 * into the environment of a container or of a profile.
 */
export interface PodPieces {
  /** `profileList` as it stands. */
  readonly profiles: JsonItems;
  readonly initContainers: JsonItems;
  readonly extraContainers: JsonItems;
  readonly extraPodConfig: JsonMap;
  readonly lifecycleHooks: JsonMap;
  /** KubeSpawner's traits that no key of the chart sets, by trait. */
  readonly traits: JsonMap;
}

/** A list, or a map of name to item, which is put into the order of its names. */
export type JsonItems = readonly Json[] | JsonMap;

export interface AffinityConfig {
  readonly required: readonly Json[];
  readonly preferred: readonly Json[];
}

/** The volumes of users. */
export interface VolumesConfig {
  /** Of each user's own volume; null unless storage is dynamic. */
  readonly claim: {
    readonly nameTemplate: string;
    readonly volumeNameTemplate: string;
    readonly accessModes: readonly string[];
    /** Null: the cluster's default. */
    readonly storageClass: string | null;
    readonly subPath: string | null;
    readonly labels: Labels;
  } | null;
  readonly extraVolumes: JsonItems;
  readonly extraVolumeMounts: JsonItems;
}

export interface SchedulingConfig {
  readonly userScheduler: JsonMap & { readonly enabled: boolean; readonly replicas: number };
  readonly podPriority: {
    readonly enabled: boolean;
    readonly globalDefault: boolean;
    readonly defaultPriority: number;
    readonly imagePullerPriority: number;
    readonly userPlaceholderPriority: number;
  };
  readonly userPlaceholder: JsonMap & { readonly enabled: boolean; readonly replicas: number };
  readonly corePods: NodePurposeConfig;
  readonly userPods: NodePurposeConfig;
}

export interface NodePurposeConfig {
  readonly tolerations: readonly Json[];
  readonly matchNodePurpose: 'ignore' | 'prefer' | 'require';
}

export interface PrePullerConfig {
  readonly hook: JsonMap & { readonly enabled: boolean };
  readonly continuous: JsonMap & { readonly enabled: boolean };
  readonly pullProfileListImages: boolean;
  readonly extraImages: JsonMap;
  /** What all pods that pull images have: labels, annotations, resources, tolerations. */
  readonly pods: JsonMap;
}

/** A pod of ours. */
export interface PodConfig {
  readonly revisionHistoryLimit: number | null;
  readonly networkPolicy: NetworkPolicyConfig;
  readonly disruptionBudget: {
    readonly enabled: boolean;
    readonly maxUnavailable: number | string | null;
    readonly minAvailable: number | string | null;
  };
  readonly nodeSelector: Labels;
  readonly tolerations: readonly Json[];
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly resources: JsonMap;
  readonly podSecurityContext: JsonMap;
  readonly containerSecurityContext: JsonMap;
  readonly livenessProbe: JsonMap;
  readonly readinessProbe: JsonMap;
  readonly serviceAccount: ServiceAccountConfig;
  readonly extraPodSpec: JsonMap;
}

export interface HubPodConfig extends PodConfig {
  readonly service: JsonMap;
  readonly deploymentStrategy: JsonMap;
  readonly initContainers: readonly Json[];
  readonly extraContainers: readonly Json[];
  readonly extraVolumes: JsonItems;
  readonly extraVolumeMounts: JsonItems;
  readonly lifecycle: JsonMap;
  /** A Secret of the cluster whose keys come before those of the file. */
  readonly existingSecret: string | null;
  /** Where it is a file: the volume that it is on. */
  readonly database: {
    readonly type: 'sqlite-pvc' | 'sqlite-memory' | 'mysql' | 'postgres' | 'other';
    readonly claim: JsonMap;
  };
}

export interface ProxyPodConfig extends PodConfig {
  readonly service: JsonMap;
  readonly deploymentStrategy: JsonMap;
}

export interface NetworkPolicyConfig {
  readonly enabled: boolean;
  readonly ingress: readonly Json[];
  readonly egress: readonly Json[];
  /** By name, whether a group of addresses may be reached. */
  readonly egressAllowRules: Readonly<Record<string, boolean>>;
  readonly interNamespaceAccessLabels: 'accept' | 'ignore';
  readonly allowedIngressPorts: readonly (number | string)[];
}

export interface ServiceAccountConfig {
  readonly create: boolean;
  /** Null: the chart's own name. */
  readonly name: string | null;
  readonly annotations: Labels;
}

export interface IngressConfig {
  readonly enabled: boolean;
  readonly annotations: Labels;
  readonly className: string | null;
  readonly hosts: readonly string[];
  readonly pathSuffix: string | null;
  readonly pathType: 'Prefix' | 'Exact' | 'ImplementationSpecific';
  readonly tls: readonly Json[];
  readonly extraPaths: readonly Json[];
}

/** Gateway API. */
export interface HttpRouteConfig {
  readonly enabled: boolean;
  readonly annotations: Labels;
  readonly hostnames: readonly string[];
  readonly parentRefs: readonly Json[];
}
