/** `polder status`: what of a course runs in a cluster, and what is wrong there. */

import { readCluster } from '../deploy/cluster-view.ts';
import { describeLastLines, lastLines } from '../deploy/last-lines.ts';
import { describeStatus, statusOf } from '../deploy/status.ts';
import { HubError } from '../domain/errors.ts';
import { ApiError, ApiServer } from '../kubernetes/api-server.ts';

export interface StatusOptions {
  readonly kubeconfig: string | undefined;
  readonly namespace: string | undefined;
  readonly json: boolean;
  readonly out: (text: string) => void;
}

/** @returns the exit code: 0 where all is well, 1 where something is wrong, 3 where nothing is deployed. @throws HubError */
export async function statusCommand({ kubeconfig, namespace, json, out }: StatusOptions): Promise<0 | 1 | 3> {
  await using api = await openCluster(kubeconfig);
  const view = await looking(readCluster(api, await namespaceIn(api, namespace)));
  const status = statusOf(view);
  const logs = await lastLines(api, status.troubles, view);
  const words = [describeStatus(status), describeLastLines(logs)].filter((text) => text !== '');
  out(
    json
      ? `${JSON.stringify({ ...status, logs: Object.fromEntries(logs) }, null, 2)}\n`
      : `${words.join('\n')}\n`,
  );
  if (!status.deployed) return 3;
  return status.troubles.length === 0 ? 0 : 1;
}

/** @throws HubError where no cluster is named */
export async function openCluster(kubeconfig: string | undefined): Promise<ApiServer> {
  return await looking(ApiServer.open({ kubeconfig: kubeconfig ?? null }));
}

/** What was said, else what the kubeconfig says, else where the guides to the chart put it. */
export async function namespaceIn(api: ApiServer, said: string | undefined): Promise<string> {
  return said ?? (await api.namespace()) ?? 'jhub';
}

/** @throws HubError in place of what the cluster's own words say */
export async function looking<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const words =
      error.status === 401
        ? 'The cluster does not know who you are: log in again (for Azure: az aks get-credentials).'
        : error.status === 403
          ? `You may not look there: ${error.message}`
          : error.message;
    throw new HubError('conflict', words, { cause: error });
  }
}
