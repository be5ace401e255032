import type { ServerConfig, StorageConfig } from '../config.ts';
import type { Values } from '../schema/values.ts';

/** What starts a server when the file says nothing else: the spawner's own command. */
const OWN_COMMAND = 'jupyterhub-singleuser';

/** What each user's server gets. */
export function readServer(values: Values): ServerConfig {
  const { image, memory, cpu, storage, lifecycleHooks, cmd, defaultUrl, startTimeout } =
    values.singleuser ?? {};
  const command = cmd?.length === 1 && cmd[0] === OWN_COMMAND ? null : (cmd ?? null);
  return {
    image: image?.name === undefined ? null : { name: image.name, tag: image.tag ?? 'latest' },
    memory: readAmounts(memory),
    cpu: readAmounts(cpu),
    storage: readStorage(storage),
    postStart: lifecycleHooks?.postStart?.exec?.command ?? null,
    command,
    defaultUrl: defaultUrl || null,
    startTimeoutSeconds: startTimeout ?? 300,
  };
}

type SingleuserValues = NonNullable<Values['singleuser']>;

/** A guarantee that only the chart's default names never exceeds the limit. */
function readAmounts(
  amounts: { readonly limit?: number | undefined; readonly guarantee?: number | undefined } = {},
) {
  // JupyterHub takes 0 for "none".
  const limit = amounts.limit || null;
  const guarantee = amounts.guarantee || null;
  return { limit, guarantee: limit !== null && guarantee !== null ? Math.min(limit, guarantee) : guarantee };
}

function readStorage(storage: SingleuserValues['storage']): StorageConfig {
  const homeMountPath = storage?.homeMountPath ?? '/home/jovyan';
  switch (storage?.type) {
    case 'static':
      return {
        type: 'static',
        pvcName: storage.static?.pvcName ?? '',
        subPath: storage.static?.subPath ?? '{username}',
        homeMountPath,
      };
    case 'dynamic':
      return { type: 'dynamic', capacity: storage.capacity ?? '10Gi', homeMountPath };
    default:
      return { type: 'none' };
  }
}
