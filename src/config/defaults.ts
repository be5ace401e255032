import { GENERATIONS, type Generation, isUpTo } from './generations.ts';
import type { Json } from './json.ts';
import { DEFAULT_RETRY_RANGE } from './schema/hub-config.ts';

const policy = {
  enabled: true,
  ingress: [],
  egress: [],
  egressAllowRules: {
    cloudMetadataServer: true,
    dnsPortsCloudMetadataServer: true,
    dnsPortsKubeSystemNamespace: true,
    dnsPortsPrivateIPs: true,
    nonPrivateIPs: true,
    privateIPs: true,
  },
  interNamespaceAccessLabels: 'ignore',
  allowedIngressPorts: [],
};
const noBudget = { enabled: false, minAvailable: 1 };
const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  seccompProfile: { type: 'RuntimeDefault' },
};
const dedicatedTo = (purpose: string) =>
  ['hub.jupyter.org/dedicated', 'hub.jupyter.org_dedicated'].map((key) => ({
    key,
    operator: 'Equal',
    value: purpose,
    effect: 'NoSchedule',
  }));

/** What today's chart says where the file says nothing: the keys that are used here. */
const CURRENT: Json = {
  course: { name: 'Course' },
  polder: {
    naming: 'safe',
    checkBeforeUpgrade: true,
    culling: { spareRunningCells: true },
    limits: {
      requestBody: '1M',
      tokensPerUser: 200,
      failedLogins: { window: 300, perUser: 5, perAddress: 300 },
    },
  },
  hub: {
    baseUrl: '/',
    concurrentSpawnLimit: 64,
    allowNamedServers: false,
    shutdownOnLogout: false,
    redirectToServer: true,
    config: {
      JupyterHub: {
        authenticator_class: 'dummy',
        cookie_max_age_days: 14,
        trusted_downstream_ips: [],
        spawn_throttle_retry_range: [...DEFAULT_RETRY_RANGE],
        admin_access: true,
      },
    },
    db: { type: 'sqlite-pvc', pvc: { accessModes: ['ReadWriteOnce'], storage: '1Gi' } },
    service: { type: 'ClusterIP', ipFamilyPolicy: 'PreferDualStack' },
    deploymentStrategy: { type: 'Recreate' },
    pdb: noBudget,
    networkPolicy: policy,
    serviceAccount: { create: true },
    podSecurityContext: { runAsNonRoot: true, fsGroup: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containerSecurityContext: {
      runAsUser: 1000,
      runAsGroup: 1000,
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    },
    livenessProbe: {
      enabled: true,
      initialDelaySeconds: 300,
      periodSeconds: 10,
      failureThreshold: 30,
      timeoutSeconds: 3,
    },
    readinessProbe: {
      enabled: true,
      initialDelaySeconds: 0,
      periodSeconds: 2,
      failureThreshold: 1000,
      timeoutSeconds: 1,
    },
  },
  proxy: {
    https: {
      enabled: false,
      type: 'letsencrypt',
      hosts: [],
      letsencrypt: { acmeServer: 'https://acme-v02.api.letsencrypt.org/directory' },
      secret: { key: 'tls.key', crt: 'tls.crt' },
    },
    service: { type: 'LoadBalancer', disableHttpPort: false, ipFamilyPolicy: 'PreferDualStack' },
    deploymentStrategy: { type: 'Recreate' },
    chp: {
      pdb: noBudget,
      networkPolicy: { ...policy, allowedIngressPorts: ['http', 'https'] },
      containerSecurityContext: { runAsNonRoot: true, runAsUser: 65534, runAsGroup: 65534, ...restricted },
      livenessProbe: {
        enabled: true,
        initialDelaySeconds: 60,
        periodSeconds: 10,
        failureThreshold: 30,
        timeoutSeconds: 3,
      },
      readinessProbe: {
        enabled: true,
        initialDelaySeconds: 0,
        periodSeconds: 2,
        failureThreshold: 1000,
        timeoutSeconds: 1,
      },
    },
  },
  singleuser: {
    podNameTemplate: 'jupyter-{user_server}',
    memory: { guarantee: '1G' },
    storage: {
      type: 'dynamic',
      capacity: '10Gi',
      homeMountPath: '/home/jovyan',
      static: { subPath: '{username}' },
      dynamic: {
        pvcNameTemplate: 'claim-{user_server}',
        volumeNameTemplate: 'volume-{user_server}',
        storageAccessModes: ['ReadWriteOnce'],
      },
    },
    cmd: 'jupyterhub-singleuser',
    startTimeout: 300,
    events: true,
    uid: 1000,
    fsGid: 100,
    allowPrivilegeEscalation: false,
    extraLabels: { 'hub.jupyter.org/network-access-hub': 'true' },
    cloudMetadata: { blockWithIptables: true, ip: '169.254.169.254' },
    networkPolicy: {
      ...policy,
      egressAllowRules: { ...policy.egressAllowRules, cloudMetadataServer: false, privateIPs: false },
    },
  },
  scheduling: {
    userScheduler: { enabled: true, replicas: 2 },
    podPriority: {
      enabled: false,
      globalDefault: false,
      defaultPriority: 0,
      imagePullerPriority: -5,
      userPlaceholderPriority: -10,
    },
    userPlaceholder: { enabled: true, replicas: 0 },
    corePods: { tolerations: dedicatedTo('core'), nodeAffinity: { matchNodePurpose: 'prefer' } },
    userPods: { tolerations: dedicatedTo('user'), nodeAffinity: { matchNodePurpose: 'prefer' } },
  },
  prePuller: {
    hook: { enabled: true, pullOnlyOnChanges: true, podSchedulingWaitDuration: 10 },
    continuous: { enabled: true },
    pullProfileListImages: true,
  },
  ingress: { enabled: false, pathType: 'Prefix' },
  httpRoute: { enabled: false },
  rbac: { create: true },
  imagePullSecret: { create: false, automaticReferenceInjection: true },
  fullnameOverride: '',
  cull: {
    enabled: true,
    users: false,
    adminUsers: true,
    removeNamedServers: false,
    timeout: 3600,
    every: 600,
    maxAge: 0,
  },
  debug: { enabled: false },
};

/** A default that has changed. */
export interface DefaultChange {
  readonly key: string;
  /** The last generation that had the old value. */
  readonly until: Generation;
  readonly value: Json;
}

const requests = { requests: { cpu: '200m', memory: '512Mi' } };
const everywhere = [{ to: [{ ipBlock: { cidr: '0.0.0.0/0' } }] }];
const everywhereButMetadata = [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32'] } }] }];

/**
 * What older charts said, in today's names. Where a key stands here more than once, the oldest comes first. From this
 * table follow the defaults of each generation, what `polder migrate` writes out, and what `--explain` says.
 */
export const DEFAULT_CHANGES: readonly DefaultChange[] = [
  { key: 'polder.naming', until: '0.8.2', value: 'legacy-0.10' },
  { key: 'polder.naming', until: '3', value: 'escape' },
  { key: 'singleuser.podNameTemplate', until: '0.8.2', value: 'jupyter-{username}{servername}' },
  { key: 'singleuser.podNameTemplate', until: '3', value: 'jupyter-{username}--{servername}' },
  { key: 'singleuser.storage.dynamic.pvcNameTemplate', until: '3', value: 'claim-{username}{servername}' },
  {
    key: 'singleuser.storage.dynamic.volumeNameTemplate',
    until: '3',
    value: 'volume-{username}{servername}',
  },
  // Up to chart 2 KubeSpawner's own default stood behind an empty one; since then Kubernetes decides by the tag.
  { key: 'singleuser.image.pullPolicy', until: '2', value: 'IfNotPresent' },
  { key: 'singleuser.cloudMetadata.blockWithIptables', until: '0.9', value: true },
  // The values of 0.10 said that it is blocked; the hub of it looked at another key, and did not.
  { key: 'singleuser.cloudMetadata.blockWithIptables', until: '0.10', value: false },
  { key: 'singleuser.allowPrivilegeEscalation', until: '1', value: true },
  { key: 'singleuser.networkPolicy.enabled', until: '0.9', value: false },
  { key: 'singleuser.networkPolicy.egress', until: '1', value: everywhereButMetadata },
  { key: 'hub.networkPolicy.enabled', until: '0.9', value: false },
  { key: 'hub.networkPolicy.egress', until: '1', value: everywhere },
  { key: 'hub.pdb.enabled', until: '0.10', value: true },
  { key: 'hub.resources', until: '0.11', value: requests },
  // The first charts wanted https by default, and did nothing about it until `proxy.https.hosts` was filled in.
  { key: 'proxy.https.enabled', until: '0.9', value: true },
  { key: 'proxy.chp.networkPolicy.enabled', until: '0.9', value: false },
  { key: 'proxy.chp.pdb.enabled', until: '0.10', value: true },
  { key: 'proxy.chp.resources', until: '0.11', value: requests },
  { key: 'scheduling.userScheduler.enabled', until: '0.8.2', value: false },
  { key: 'scheduling.userScheduler.replicas', until: '0.8.2', value: 1 },
  { key: 'prePuller.continuous.enabled', until: '0.8.2', value: false },
];

/** The changes that make the defaults of `generation`, one a key. */
export function changesFor(generation: Generation): readonly DefaultChange[] {
  const first = new Map<string, DefaultChange>();
  for (const change of DEFAULT_CHANGES) {
    if (isUpTo(generation, change.until) && !first.has(change.key)) first.set(change.key, change);
  }
  return [...first.values()];
}

/** What the chart of each generation says where the file says nothing, in today's names. */
export const DEFAULTS: Readonly<Record<Generation, Json>> = Object.fromEntries(
  GENERATIONS.map((generation) => [
    generation,
    changesFor(generation).reduce<Json>(
      (defaults, { key, value }) => withValue(defaults, key.split('.'), value),
      CURRENT,
    ),
  ]),
) as Record<Generation, Json>;

/** The default of a key (its name joined with dots) in a generation; undefined where there is none. */
export function defaultAt(generation: Generation, key: string): Json | undefined {
  let value: Json | undefined = DEFAULTS[generation];
  for (const step of key.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
    value = (value as { readonly [key: string]: Json })[step];
  }
  return value;
}

function withValue(defaults: Json | undefined, [first, ...rest]: readonly string[], value: Json): Json {
  if (first === undefined) return value;
  const map = typeof defaults === 'object' && defaults !== null && !Array.isArray(defaults) ? defaults : {};
  const below = (map as { readonly [key: string]: Json })[first];
  return { ...map, [first]: withValue(below, rest, value) };
}
