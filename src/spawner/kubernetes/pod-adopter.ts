/** Takes over pods that KubeSpawner made: they are told from others by our label and annotations, and run on. */
import type { Json } from '../../domain/server.ts';
import { ApiError, ApiServer, type ApiServerOptions } from '../../kubernetes/api-server.ts';
import type { Pod } from '../../kubernetes/kube-object.ts';
import type { Adopter, Found } from '../spawner.ts';
import { ATTEMPT_ANNOTATION, INSTANCE_LABEL, SERVER_ANNOTATION, USERNAME } from './manifest-labels.ts';
import { podState, podTarget } from './pod-state.ts';
import { readHandle } from './run-handle.ts';

export class PodAdopter implements Adopter {
  readonly #api: ApiServer;
  readonly #namespace: string;
  readonly #instance: string;

  private constructor(api: ApiServer, namespace: string, instance: string) {
    this.#api = api;
    this.#namespace = namespace;
    this.#instance = instance;
  }

  /** @throws ApiError where no cluster is named */
  static async open(
    options: ApiServerOptions & { readonly namespace: string | null; readonly instance: string },
  ): Promise<PodAdopter> {
    const api = await ApiServer.open(options);
    const namespace = options.namespace ?? (await api.namespace()) ?? 'default';
    return new PodAdopter(api, namespace, options.instance);
  }

  async find(state: { readonly [key: string]: Json }, owner: string): Promise<Found | null> {
    const { pod_name: name, namespace = this.#namespace } = state;
    // Students' pods in namespaces of their own are none of ours.
    if (typeof name !== 'string' || namespace !== this.#namespace) return null;
    const pod = await this.#get(name);
    if (pod === null || pod.metadata.deletionTimestamp !== undefined) return null;
    const { uid, labels = {}, annotations = {} } = pod.metadata;
    if ((annotations[USERNAME] ?? owner) !== owner) return null;
    if ((labels[INSTANCE_LABEL] ?? this.#instance) !== this.#instance) return null;
    if (podState(pod, new Date()).kind !== 'running') return null;
    return {
      target: podTarget(pod),
      handleAs: ({ serverId, attempt }) => ({ serverId, attempt, pod: name, uid }),
    };
  }

  async mark(handle: Json): Promise<void> {
    const run = readHandle(handle);
    if (run === null) return;
    const body = {
      metadata: {
        // What has taken its name meanwhile is left alone.
        uid: run.uid,
        labels: { [INSTANCE_LABEL]: this.#instance },
        annotations: { [SERVER_ANNOTATION]: run.serverId, [ATTEMPT_ANNOTATION]: String(run.attempt) },
      },
    };
    try {
      await this.#api.request('PATCH', this.#path(run.pod), {
        body,
        contentType: 'application/merge-patch+json',
      });
    } catch (error) {
      // It has ended since: the next look at the row sees it.
      if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 409)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api[Symbol.asyncDispose]();
  }

  async #get(name: string): Promise<Pod | null> {
    try {
      return (await this.#api.request('GET', this.#path(name))) as unknown as Pod;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  #path(name: string): string {
    return `/api/v1/namespaces/${this.#namespace}/pods/${name}`;
  }
}
