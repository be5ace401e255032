/** Which spawner a hub has, and how each is opened. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Finding } from '../config/finding.ts';
import { HubError } from '../domain/errors.ts';
import { packagePath } from '../lib/asset.ts';
import { deriveSecret, hashSecret } from '../lib/secret.ts';
import { ProcessSpawner } from '../spawner/process/process-spawner.ts';
import { SimulatedSpawner } from '../spawner/simulated/simulated-spawner.ts';
import { SimulatedWorld } from '../spawner/simulated/simulated-world.ts';
import type { Adopter, Spawner } from '../spawner/spawner.ts';
import type { HubSettings } from './hub-settings.ts';
import type { Keys } from './keys.ts';
import { kubernetesSettingsOf } from './kubernetes-settings.ts';
import type { ClusterOptions } from './prepare-course.ts';

const LAB_EXTENSIONS = packagePath('dist/jupyter/labextensions');

export interface OpenedSpawner {
  readonly spawner: Spawner;
  /** Things that whoever started the hub should know. */
  readonly findings: readonly Finding[];
}

export async function openSpawner(settings: HubSettings, log: Logger): Promise<OpenedSpawner> {
  switch (settings.spawner) {
    case 'simulated':
      return {
        spawner: new SimulatedSpawner({ world: await SimulatedWorld.open({ folder: settings.world }) }),
        findings: [],
      };
    case 'kubernetes':
      return await openKubernetesSpawner(settings, log);
    case 'process': {
      if (settings.python === null) throw new Error('the process spawner needs a Python environment');
      const spawner = await ProcessSpawner.open({
        python: settings.python,
        directory: settings.data,
        hookEnvironment: settings.hookEnvironment,
        labExtensions: LAB_EXTENSIONS,
        logger: log,
      });
      return { spawner, findings: spawner.findings };
    }
  }
}

/** Loaded when it is used: the cluster's client is large. */
async function openKubernetesSpawner(settings: HubSettings, log: Logger): Promise<OpenedSpawner> {
  const { KubernetesSpawner } = await import('../spawner/kubernetes/kubernetes-spawner.ts');
  const { config, secrets, cluster, keys } = settings;
  const spawner = await KubernetesSpawner.open({
    kubeconfig: cluster.kubeconfig,
    namespace: cluster.namespace,
    settingsIn: (namespace) =>
      kubernetesSettingsOf(config, secrets, {
        namespace,
        instance: instanceOf(keys),
        schedulerName: cluster.schedulerName,
        priorityClassName: cluster.priorityClassName,
        podLabels: cluster.podLabels,
        pullSecrets: cluster.pullSecrets,
        filesSecret: cluster.filesSecret,
        // A checkout that was never built has none.
        labExtension: existsSync(LAB_EXTENSIONS),
      }),
    labExtensions: LAB_EXTENSIONS,
    logger: log,
  }).catch((error: Error) => {
    throw noCluster(error);
  });
  const hasFiles = config.kubernetes.userPods.files.length > 0 && cluster.filesSecret === null;
  return { spawner, findings: [...(await spawner.findings()), ...(hasFiles ? [FILES_LEFT_OUT] : [])] };
}

const FILES_LEFT_OUT: Finding = {
  code: 'files-left-out',
  severity: 'warning',
  path: 'singleuser.extraFiles',
  position: null,
  message: 'Servers start without the files of `singleuser.extraFiles`: no Secret holds them.',
  help: 'Install the course with the chart, which makes one, or name one of yours with --files-secret.',
};

/** What takes over pods of another hub in the course's namespace. @throws HubError where no cluster is named */
export async function openAdopter(
  { kubeconfig, namespace }: Pick<ClusterOptions, 'kubeconfig' | 'namespace'>,
  keys: Keys,
): Promise<Adopter> {
  const { PodAdopter } = await import('../spawner/kubernetes/pod-adopter.ts');
  return await PodAdopter.open({ kubeconfig, namespace, instance: instanceOf(keys) }).catch(
    (error: Error) => {
      throw noCluster(error);
    },
  );
}

/**
 * The address of this machine that pods can reach, as far as it can be known: the one by which this machine reaches the
 * cluster. @throws HubError where no cluster is named
 */
export async function addressTowardsCluster(kubeconfig: string | null): Promise<string> {
  const { ApiServer } = await import('../kubernetes/api-server.ts');
  await using api = await ApiServer.open({ kubeconfig }).catch((error: Error) => {
    throw noCluster(error);
  });
  const { hostname } = new URL(api.url);
  const socket = createSocket(hostname.startsWith('[') ? 'udp6' : 'udp4');
  try {
    // Nothing is sent: the system only says from where it would.
    socket.connect(9, hostname.replace(/^\[|\]$/g, ''));
    await once(socket, 'connect');
    return socket.address().address;
  } finally {
    socket.close();
  }
}

/** All hubs of a course have the same keys, and no other course has. */
function instanceOf({ tokenKey }: Keys): string {
  return hashSecret(deriveSecret(tokenKey, 'the course in a cluster')).slice(0, 16);
}

function noCluster(error: Error): HubError {
  return new HubError(
    'unavailable',
    `The cluster cannot be used: ${error.message} Name its kubeconfig with --kubeconfig or KUBECONFIG.`,
    { cause: error },
  );
}
