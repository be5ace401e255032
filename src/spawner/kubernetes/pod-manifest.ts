/**
 * The pod of one run, as KubeSpawner would make it of the same settings, with three differences: it carries whose it
 * is, it starts under the runtime's own seccomp profile, and a container that ends stays ended, because counting
 * attempts is the hub's business and a student should be told.
 */
import type { Json } from '../../domain/server.ts';
import type { ServerSpec } from '../spawner.ts';
import { containerEnvironment } from './container-environment.ts';
import { labVolume } from './lab-extension.ts';
import { podAnnotations, podLabels } from './manifest-labels.ts';
import { expandAll, expandName, type NameFields, type NamingScheme, nameFields } from './names.ts';
import { isMap, itemsOf, type JsonItems, type JsonMap, type PodRecipe } from './pod-recipe.ts';

/** The container that is the server; others stand beside it. */
export const SERVER_CONTAINER = 'notebook';

export interface ManifestSettings {
  readonly namespace: string;
  /** Names the course among others in the namespace. */
  readonly instance: string;
  readonly naming: NamingScheme;
  /** Whether servers have our extension of JupyterLab. */
  readonly labExtension: boolean;
}

export function podName(
  recipe: PodRecipe,
  named: Pick<ServerSpec, 'owner' | 'serverName'>,
  settings: ManifestSettings,
): string {
  return expandName(recipe.podNameTemplate, nameFields(named, settings.naming, settings));
}

/** @param claimName of the server's own volume, for `{pvc_name}`; null where it has none */
export function podManifest(
  recipe: PodRecipe,
  spec: ServerSpec,
  claimName: string | null,
  settings: ManifestSettings,
): JsonMap {
  const name = podName(recipe, spec, settings);
  const fields: NameFields = {
    ...nameFields(spec, settings.naming, settings),
    pod_name: name,
    ...(claimName === null ? {} : { pvc_name: claimName }),
  };
  const lab = settings.labExtension ? labVolume(recipe) : { volumes: [], mounts: [] };
  const belongings = { instance: settings.instance, serverId: spec.serverId, attempt: spec.attempt };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: podLabels(recipe, spec, fields, settings.instance),
      annotations: podAnnotations(recipe, spec, fields, belongings),
    },
    spec: {
      ...podSpec(recipe, fields),
      volumes: [...expandedItems(recipe.volumes, fields), ...lab.volumes],
      containers: [
        {
          ...serverContainer(recipe, spec, fields, settings),
          volumeMounts: [...expandedItems(recipe.volumeMounts, fields), ...lab.mounts],
          ...expandAll(recipe.extraContainerConfig, fields),
        },
        ...expandedItems(recipe.extraContainers, fields),
      ],
      ...expandAll(recipe.extraPodConfig, fields),
    },
  };
}

function podSpec(recipe: PodRecipe, fields: NameFields): JsonMap {
  const securityContext = {
    ...(recipe.fsGid === null ? {} : { fsGroup: recipe.fsGid }),
    ...(recipe.supplementalGids.length === 0 ? {} : { supplementalGroups: [...recipe.supplementalGids] }),
    ...recipe.podSecurityContext,
  };
  const affinity = affinityOf(recipe);
  return {
    restartPolicy: 'Never',
    ...(recipe.imagePullSecrets.length === 0
      ? {}
      : {
          imagePullSecrets: recipe.imagePullSecrets.map((secret) =>
            typeof secret === 'string' ? { name: secret } : secret,
          ),
        }),
    ...(isEmpty(recipe.nodeSelector) ? {} : { nodeSelector: recipe.nodeSelector }),
    ...(isEmpty(securityContext) ? {} : { securityContext }),
    ...(recipe.serviceAccount === null
      ? {}
      : { serviceAccountName: expandAll(recipe.serviceAccount, fields) }),
    ...tokenMount(recipe),
    ...(recipe.schedulerName === null ? {} : { schedulerName: recipe.schedulerName }),
    ...(recipe.priorityClassName === null ? {} : { priorityClassName: recipe.priorityClassName }),
    tolerations: itemsOf(recipe.tolerations),
    ...(isEmpty(affinity) ? {} : { affinity }),
    ...listed('initContainers', expandedItems(recipe.initContainers, fields)),
  };
}

/** What a student's programs could do with a token of the cluster, nobody wants. */
function tokenMount(recipe: PodRecipe): JsonMap {
  if (recipe.automountServiceAccountToken !== null) {
    return { automountServiceAccountToken: recipe.automountServiceAccountToken };
  }
  return recipe.serviceAccount === null ? { automountServiceAccountToken: false } : {};
}

function serverContainer(
  recipe: PodRecipe,
  spec: ServerSpec,
  fields: NameFields,
  settings: ManifestSettings,
): JsonMap {
  const { uid, gid, privileged, allowPrivilegeEscalation } = recipe;
  const lifecycle = expandAll(recipe.lifecycleHooks, fields);
  const command = spec.command ?? recipe.cmd;
  return {
    name: SERVER_CONTAINER,
    image: recipe.image,
    ...(recipe.imagePullPolicy === null ? {} : { imagePullPolicy: recipe.imagePullPolicy }),
    // Not `command`: what the image is entered by, often an init process, is to run it.
    ...(command === null ? {} : { args: [...command, ...recipe.args] }),
    ...(recipe.workingDir === null ? {} : { workingDir: expandAll(recipe.workingDir, fields) }),
    ports: [{ name: 'notebook-port', containerPort: recipe.port }],
    env: containerEnvironment(recipe, spec, fields, { expands: settings.naming !== 'legacy-0.10' }),
    resources: { requests: requests(recipe), limits: limits(recipe) },
    ...(isEmpty(lifecycle) ? {} : { lifecycle }),
    securityContext: {
      ...(uid === null ? {} : { runAsUser: uid }),
      ...(gid === null ? {} : { runAsGroup: gid }),
      ...(privileged ? { privileged } : { seccompProfile: { type: 'RuntimeDefault' } }),
      ...(allowPrivilegeEscalation === null ? {} : { allowPrivilegeEscalation }),
      ...recipe.containerSecurityContext,
    },
    // The last lines that a server wrote say why it ended, when it left no other word.
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}

function requests({ cpuGuarantee, memGuarantee, extraResourceGuarantees }: PodRecipe): JsonMap {
  return {
    ...(cpuGuarantee ? { cpu: cpuGuarantee } : {}),
    ...(memGuarantee ? { memory: memGuarantee } : {}),
    ...extraResourceGuarantees,
  };
}

function limits({ cpuLimit, memLimit, extraResourceLimits }: PodRecipe): JsonMap {
  return {
    ...(cpuLimit ? { cpu: cpuLimit } : {}),
    ...(memLimit ? { memory: memLimit } : {}),
    ...extraResourceLimits,
  };
}

const IN_SCHEDULING = 'requiredDuringSchedulingIgnoredDuringExecution';
const PREFERRED = 'preferredDuringSchedulingIgnoredDuringExecution';

function affinityOf(recipe: PodRecipe): JsonMap {
  const required = itemsOf(recipe.nodeAffinityRequired);
  return {
    ...affinity('nodeAffinity', {
      ...(required.length === 0 ? {} : { [IN_SCHEDULING]: { nodeSelectorTerms: required } }),
      ...listed(PREFERRED, itemsOf(recipe.nodeAffinityPreferred)),
    }),
    ...affinity('podAffinity', {
      ...listed(IN_SCHEDULING, itemsOf(recipe.podAffinityRequired)),
      ...listed(PREFERRED, itemsOf(recipe.podAffinityPreferred)),
    }),
    ...affinity('podAntiAffinity', {
      ...listed(IN_SCHEDULING, itemsOf(recipe.podAntiAffinityRequired)),
      ...listed(PREFERRED, itemsOf(recipe.podAntiAffinityPreferred)),
    }),
  };
}

function affinity(kind: string, rules: JsonMap): JsonMap {
  return isEmpty(rules) ? {} : { [kind]: rules };
}

function listed(key: string, items: readonly Json[]): JsonMap {
  return items.length === 0 ? {} : { [key]: items };
}

function expandedItems(items: JsonItems, fields: NameFields): readonly Json[] {
  return itemsOf(items).map((item) => (isMap(item) ? expandAll(item, fields) : item));
}

function isEmpty(map: JsonMap): boolean {
  return Object.keys(map).length === 0;
}
