/** What a cluster says of a course's namespace, and of what the course needs of the cluster as a whole. */
import { ApiError, type ApiServer, type JsonMap } from '../kubernetes/api-server.ts';
import type { Claim, Condition, KubeEvent, KubeObject, Pod } from '../kubernetes/kube-object.ts';

export interface ClusterView {
  readonly namespace: string;
  /** Such as `1.34`. */
  readonly version: string;
  readonly namespaceExists: boolean;
  readonly pods: readonly RequestingPod[];
  readonly claims: readonly Claim[];
  /** Oldest first. */
  readonly events: readonly SeenEvent[];
  readonly services: readonly Service[];
  readonly deployments: readonly Deployment[];
  readonly quotas: readonly Quota[];
  /** Of the cluster as a whole; null where we may not see them. */
  readonly nodes: readonly Node[] | null;
  readonly storageClasses: readonly StorageClass[] | null;
  readonly drivers: readonly string[] | null;
}

export type RequestingPod = Pod & {
  readonly spec: { readonly containers: readonly { readonly resources?: { readonly requests?: Amounts } }[] };
};

export type SeenEvent = KubeEvent & {
  readonly involvedObject: { readonly name?: string };
  readonly count?: number;
  readonly lastTimestamp?: string;
  readonly eventTime?: string;
};

export interface Deployment extends KubeObject {
  readonly metadata: KubeObject['metadata'] & { readonly generation?: number };
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly availableReplicas?: number;
    readonly updatedReplicas?: number;
  };
}

export interface Service extends KubeObject {
  readonly spec: {
    readonly type?: string;
    readonly ports?: readonly { readonly name?: string; readonly port: number; readonly nodePort?: number }[];
  };
  readonly status?: {
    readonly loadBalancer?: {
      readonly ingress?: readonly { readonly ip?: string; readonly hostname?: string }[];
    };
  };
}

export interface Quota extends KubeObject {
  readonly status?: { readonly hard?: Amounts; readonly used?: Amounts };
}

export interface Node extends KubeObject {
  readonly spec: { readonly unschedulable?: boolean };
  readonly status: { readonly allocatable?: Amounts; readonly conditions?: readonly Condition[] };
}

export interface StorageClass extends KubeObject {
  readonly provisioner: string;
}

type Amounts = Readonly<Record<string, string>>;

/** @throws ApiError where the cluster does not answer, or forbids to look into the namespace */
export async function readCluster(api: ApiServer, namespace: string): Promise<ClusterView> {
  const { major, minor } = await api.request('GET', '/version');
  const inside = `/api/v1/namespaces/${namespace}`;
  const pods = await listOf<RequestingPod>(api, `${inside}/pods`);
  const [claims, events, services, quotas, deployments, nodes, storageClasses, drivers, exists] =
    await Promise.all([
      listOf<Claim>(api, `${inside}/persistentvolumeclaims`),
      seen(listOf<SeenEvent>(api, `${inside}/events`)),
      seen(listOf<Service>(api, `${inside}/services`)),
      seen(listOf<Quota>(api, `${inside}/resourcequotas`)),
      seen(listOf<Deployment>(api, `/apis/apps/v1/namespaces/${namespace}/deployments`)),
      seen(listOf<Node>(api, '/api/v1/nodes')),
      seen(listOf<StorageClass>(api, '/apis/storage.k8s.io/v1/storageclasses')),
      seen(listOf<KubeObject>(api, '/apis/storage.k8s.io/v1/csidrivers')),
      seen(hasObject(api, inside)),
    ]);
  return {
    namespace,
    version: `${major}.${String(minor).replace(/\D/g, '')}`,
    namespaceExists: exists !== false,
    pods,
    claims,
    events: (events ?? []).toSorted((a, b) => timeOf(a) - timeOf(b)),
    services: services ?? [],
    deployments: deployments ?? [],
    quotas: quotas ?? [],
    nodes,
    storageClasses,
    drivers: drivers?.map(({ metadata }) => metadata.name) ?? null,
  };
}

/** When the cluster said it last, in milliseconds. */
export function timeOf({ lastTimestamp, eventTime, metadata }: SeenEvent): number {
  return Date.parse(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '') || 0;
}

/** In which namespaces there is an object of this kind and name; null where we may not look. */
export async function namespacesOf(
  api: ApiServer,
  kind: string,
  name: string,
): Promise<readonly string[] | null> {
  const query = { fieldSelector: `metadata.name=${name}` };
  const found = await seen(listOf<{ metadata: { namespace: string } }>(api, `/api/v1/${kind}`, query));
  return found?.map(({ metadata }) => metadata.namespace) ?? null;
}

async function listOf<T>(
  api: ApiServer,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Promise<readonly T[]> {
  const { items } = (await api.request('GET', path, { query })) as JsonMap & { readonly items?: unknown };
  return (items ?? []) as readonly T[];
}

async function hasObject(api: ApiServer, path: string): Promise<boolean> {
  try {
    await api.request('GET', path);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}

/** Null where it may not be looked at. */
async function seen<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 403 || error.status === 404)) return null;
    throw error;
  }
}
