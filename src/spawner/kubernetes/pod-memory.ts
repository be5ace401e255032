/**
 * The memory that servers use, from the cluster's metrics (`metrics.k8s.io`), where there are any: one list for all pods,
 * and only while somebody asks. The kubelets know as much, but what lets a hub ask those lets it into every pod.
 */
import type { ApiServer } from '../../kubernetes/api-server.ts';
import { readQuantity } from '../../kubernetes/quantity.ts';
import { INSTANCE_LABEL } from './manifest-labels.ts';
import { SERVER_CONTAINER } from './pod-manifest.ts';

/** metrics-server looks every 15 seconds. */
const FRESH_MS = 15_000;
/** A cluster that has no metrics, or does not give them to us, is asked again after this. */
const ABSENT_MS = 5 * 60_000;
const ANSWER_MS = 3_000;

interface PodMetrics {
  readonly metadata: { readonly name: string };
  readonly containers: readonly { readonly name: string; readonly usage: { readonly memory?: string } }[];
}

export class PodMemory {
  readonly #api: ApiServer;
  readonly #path: string;
  readonly #query: Readonly<Record<string, string>>;
  readonly #now: () => Date;
  #known: Promise<ReadonlyMap<string, number>> = Promise.resolve(new Map());
  #until = 0;

  constructor(parts: {
    readonly api: ApiServer;
    readonly namespace: string;
    readonly instance: string;
    readonly now: () => Date;
  }) {
    this.#api = parts.api;
    this.#path = `/apis/metrics.k8s.io/v1beta1/namespaces/${parts.namespace}/pods`;
    this.#query = { labelSelector: `${INSTANCE_LABEL}=${parts.instance}` };
    this.#now = parts.now;
  }

  /** Bytes that the server in this pod uses; null where nobody says. */
  async of(pod: string): Promise<number | null> {
    if (this.#now().getTime() >= this.#until) {
      this.#until = this.#now().getTime() + FRESH_MS;
      this.#known = this.#list();
    }
    return (await this.#known).get(pod) ?? null;
  }

  async #list(): Promise<ReadonlyMap<string, number>> {
    try {
      const signal = AbortSignal.timeout(ANSWER_MS);
      const { items } = await this.#api.request('GET', this.#path, { query: this.#query, signal });
      return new Map((items as unknown as readonly PodMetrics[]).flatMap(usageOf));
    } catch {
      this.#until = this.#now().getTime() + ABSENT_MS;
      return new Map();
    }
  }
}

function usageOf({ metadata, containers }: PodMetrics): readonly (readonly [string, number])[] {
  const usage = containers.find(({ name }) => name === SERVER_CONTAINER)?.usage.memory;
  const bytes = usage === undefined ? null : readQuantity(usage);
  return bytes === null ? [] : [[metadata.name, bytes]];
}
