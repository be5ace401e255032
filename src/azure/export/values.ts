import type { Json, JsonMap } from '../../config/json.ts';
import type { JsonItems } from '../../config/kubernetes.ts';
import type { AzureCourse } from '../course.ts';
import { shareVolumesOf } from './share-volumes.ts';

/**
 * What this cluster asks for beside the course's own values, for the chart. Helm replaces lists: where the course has some,
 * they are in it.
 */
export function clusterValuesOf(course: AzureCourse): JsonMap {
  const { azure, servers } = course;
  const shares = shareVolumesOf(course);
  const volumes = shares.map(({ name }) => ({
    name,
    persistentVolumeClaim: { claimName: name, readOnly: true },
  }));
  const mounts = shares.flatMap(({ name, mountPaths }) =>
    mountPaths.map((mountPath) => ({ name, mountPath, readOnly: true })),
  );
  const hasSpot = azure.cluster.pools.some(({ spot }) => spot);
  const singleuser: JsonMap = {
    ...(hasSpot && { extraTolerations: [...servers.tolerations, SPOT] }),
    ...(shares.length > 0 && {
      storage: {
        extraVolumes: withMore(servers.extraVolumes, volumes),
        extraVolumeMounts: withMore(servers.extraVolumeMounts, mounts),
      },
    }),
  };
  return {
    ...(Object.keys(singleuser).length > 0 && { singleuser }),
    // With a mere preference, servers crowd hub and proxy as long as there is room, and no machine is started for them.
    ...(servers.matchNodePurpose === 'prefer' && {
      scheduling: { userPods: { nodeAffinity: { matchNodePurpose: 'require' } } },
    }),
  };
}

/** The taint that Azure gives machines of such pools by itself. */
const SPOT = {
  key: 'kubernetes.azure.com/scalesetpriority',
  operator: 'Equal',
  value: 'spot',
  effect: 'NoSchedule',
} as const;

/** Where the course has a map of them, Helm merges, and a map it must be. */
function withMore(items: JsonItems, more: readonly JsonMap[]): Json {
  if (isList(items)) return [...items, ...more];
  return { ...items, ...Object.fromEntries(more.map((item, index) => [`zz-azure-${index + 1}`, item])) };
}

function isList(items: JsonItems): items is readonly Json[] {
  return Array.isArray(items);
}
