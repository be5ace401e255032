/**
 * A machine of a cluster that is there in name only (kwok): pods on it are ready in a moment, and one small server answers for
 * every one of them. Pods come onto it by its name, past the scheduler, and with the network of the host: so all have the
 * address that kwok gives to its machines, which is one of this machine.
 */
import { randomBytes } from 'node:crypto';
import { ApiServer } from '../src/kubernetes/api-server.ts';
import { addressTowardsCluster } from '../src/main/open-spawner.ts';
import { ApiFront } from '../src/spawner/kubernetes/api-front.ts';
import { NothingServer } from './nothing-server.ts';

export class SimulatedMachine implements AsyncDisposable {
  /** By which hubs come to the cluster: what they ask is counted. */
  readonly kubeconfig: string;
  readonly namespace: string;
  /** What a pod's spec says to be there. */
  readonly podSpec: { readonly nodeName: string; readonly hostNetwork: true };
  /** Where the server of every pod listens. */
  readonly port: number;
  readonly #api: ApiServer;
  readonly #resources: AsyncDisposableStack;
  #asked: string[] = [];

  private constructor(parts: {
    readonly api: ApiServer;
    readonly name: string;
    readonly front: ApiFront;
    readonly port: number;
    readonly resources: AsyncDisposableStack;
  }) {
    this.kubeconfig = parts.front.kubeconfig;
    this.namespace = parts.name;
    this.podSpec = { nodeName: parts.name, hostNetwork: true };
    this.port = parts.port;
    this.#api = parts.api;
    this.#resources = parts.resources;
    parts.front.answer = ({ method, path, query }) => {
      const [kind = '', name] = path.split(`/namespaces/${parts.name}/`).at(-1)!.split('/');
      const verb = query.get('watch') === null ? method : 'WATCH';
      this.#asked.push(`${verb} ${kind}${name === undefined ? '' : '/*'}`);
      return undefined;
    };
  }

  static async open(kubeconfig: string): Promise<SimulatedMachine> {
    await using resources = new AsyncDisposableStack();
    const api = resources.use(await ApiServer.open({ kubeconfig }));
    const front = resources.use(await ApiFront.open(kubeconfig));
    const server = resources.use(await NothingServer.start(await addressTowardsCluster(kubeconfig)));
    const name = `polder-bench-${randomBytes(4).toString('hex')}`;
    resources.defer(async () => void (await api.request('DELETE', `/api/v1/nodes/${name}`)));
    resources.defer(async () => void (await api.request('DELETE', `/api/v1/namespaces/${name}`)));
    await api.request('POST', '/api/v1/namespaces', {
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
    });
    await api.request('POST', '/api/v1/nodes', { body: nodeOf(name) });
    return new SimulatedMachine({ api, name, front, port: server.port, resources: resources.move() });
  }

  /** How often each kind of request was sent since the last call, by `POST pods`. */
  takeCounts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const one of this.#asked) counts[one] = (counts[one] ?? 0) + 1;
    this.#asked = [];
    return counts;
  }

  /** Pods of servers that are there. */
  async countPods(): Promise<number> {
    const { items } = await this.#api.request('GET', `/api/v1/namespaces/${this.namespace}/pods`);
    return (items as readonly unknown[]).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]();
  }
}

function nodeOf(name: string) {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
    // Nobody else's pods.
    spec: { taints: [{ key: 'polder/bench', value: name, effect: 'NoSchedule' }] },
    status: { allocatable: { cpu: '1000', memory: '4Ti', pods: '5000' } },
  };
}
