/** What of a course runs in a cluster, from one look at it. */
import type { Pod } from '../kubernetes/kube-object.ts';
import type { ClusterView, Deployment, Service } from './cluster-view.ts';
import { type Trouble, troublesIn } from './troubles.ts';

export interface CourseStatus {
  readonly namespace: string;
  readonly kubernetes: string;
  /** Whether there is a hub at all. */
  readonly deployed: boolean;
  readonly components: readonly ComponentStatus[];
  /** Students' servers by what they do. */
  readonly servers: {
    readonly running: number;
    readonly starting: number;
    readonly ending: number;
    readonly failed: number;
  };
  /** Images of students' servers, with how many run each. */
  readonly serverImages: Readonly<Record<string, number>>;
  /** Where students go; null where it is reached from inside the cluster only. */
  readonly address: string | null;
  readonly troubles: readonly Trouble[];
}

export interface ComponentStatus {
  readonly name: string;
  readonly image: string;
  readonly ready: number;
  readonly wanted: number;
  readonly restarts: number;
  /** Whether all of its pods are as the last deployment said: an older one may be the one that is ready. */
  readonly upToDate: boolean;
}

/** The label by which the chart, as the one before it, tells its pods apart. */
const COMPONENT = 'component';
const SERVER = 'singleuser-server';

export function statusOf(view: ClusterView): CourseStatus {
  const servers = view.pods.filter(({ metadata }) => metadata.labels?.[COMPONENT] === SERVER);
  const counts = { running: 0, starting: 0, ending: 0, failed: 0 };
  for (const pod of servers) counts[stateOf(pod)] += 1;
  const components = view.deployments.flatMap(({ metadata, spec, status }) => {
    const component = metadata.labels?.[COMPONENT];
    if (component === undefined) return [];
    const pods = view.pods.filter((pod) => pod.metadata.labels?.[COMPONENT] === component);
    return {
      name: metadata.name,
      image: pods[0]?.spec.containers[0]?.image ?? '',
      ready: status?.availableReplicas ?? 0,
      wanted: spec.replicas ?? 1,
      upToDate: isUpToDate({ metadata, spec, ...(status ? { status } : {}) }),
      restarts: pods.reduce((sum, pod) => sum + restartsOf(pod), 0),
    };
  });
  const images: Record<string, number> = {};
  for (const pod of servers) {
    const image = pod.spec.containers[0]?.image ?? '';
    images[image] = (images[image] ?? 0) + 1;
  }
  return {
    namespace: view.namespace,
    kubernetes: view.version,
    deployed: view.deployments.some(({ metadata }) => metadata.labels?.[COMPONENT] === 'hub'),
    components,
    servers: counts,
    serverImages: images,
    address: addressOf(view),
    troubles: troublesIn(view),
  };
}

function isUpToDate({ metadata, spec, status }: Deployment): boolean {
  const { observedGeneration = 0, updatedReplicas = 0, replicas = 0 } = status ?? {};
  const seen = observedGeneration >= (metadata.generation ?? 0);
  return seen && updatedReplicas >= (spec.replicas ?? 1) && replicas === updatedReplicas;
}

function stateOf({ metadata, status }: Pod): keyof CourseStatus['servers'] {
  if (metadata.deletionTimestamp !== undefined) return 'ending';
  if (status?.phase === 'Running' && status.containerStatuses?.every(({ state }) => state?.running))
    return 'running';
  return status?.phase === 'Failed' || status?.phase === 'Succeeded' ? 'failed' : 'starting';
}

function restartsOf({ status }: Pod): number {
  return (status?.containerStatuses ?? []).reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
}

/** The service that the proxy is reached by. */
export function publicService({ services }: Pick<ClusterView, 'services'>): Service | undefined {
  return (
    services.find(({ metadata }) => metadata.name.endsWith('proxy-public')) ??
    services.find(({ metadata }) => metadata.labels?.[COMPONENT] === 'proxy-public')
  );
}

function addressOf(view: ClusterView): string | null {
  const service = publicService(view);
  const balancer = service?.status?.loadBalancer?.ingress?.[0];
  const host = balancer?.hostname ?? balancer?.ip;
  if (service === undefined || host === undefined) return null;
  const ports = (service.spec.ports ?? []).map(({ port }) => port);
  return ports.includes(443) ? `https://${host}/` : `http://${host}/`;
}

/** For people; ends without a newline. */
export function describeStatus(status: CourseStatus): string {
  const { namespace, components, servers, address, troubles } = status;
  if (!status.deployed) {
    return [
      `Nothing is deployed in the namespace ${namespace}: there is no hub.`,
      'If the course is in another one, name it with -n; otherwise `polder deploy -f config.yaml` starts it.',
      ...troubles.map(describeTrouble),
    ].join('\n');
  }
  const width = Math.max(...components.map(({ name }) => name.length));
  return [
    `Namespace ${namespace}, Kubernetes ${status.kubernetes}.`,
    ...components.map(
      ({ name, ready, wanted, image, restarts, upToDate }) =>
        `  ${name.padEnd(width)}  ${ready} of ${wanted} ready  ${image}${restarts > 0 ? `  (restarted ${restarts} times)` : ''}${upToDate ? '' : '  (a new one is not ready)'}`,
    ),
    `Servers: ${servers.running} running, ${servers.starting} starting, ${servers.ending} ending, ${servers.failed} ended by themselves.`,
    ...Object.entries(status.serverImages).map(([image, count]) => `  ${count} of ${image}`),
    address === null ? 'It has no address outside of the cluster yet.' : `Students go to ${address}`,
    ...(troubles.length === 0
      ? ['Nothing is wrong.']
      : ['', 'What is wrong:', ...troubles.map(describeTrouble)]),
  ].join('\n');
}

/** Two lines: what is so, and what to do. */
export function describeTrouble({ of, code, message, help }: Trouble): string {
  const few = of.length <= 3 ? of.join(', ') : `${of.slice(0, 3).join(', ')} and ${of.length - 3} more`;
  return `- ${few}: ${message} [${code}]\n  ${help}`;
}
