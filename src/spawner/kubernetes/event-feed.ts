/** What the cluster says of pods and claims, to whoever waits for one of them; nothing of it is kept. */
import type { ApiServer } from '../../kubernetes/api-server.ts';
import type { KubeEvent } from '../../kubernetes/kube-object.ts';
import { follow } from './following.ts';

export class EventFeed implements AsyncDisposable {
  readonly #listeners = new Map<string, Set<(event: KubeEvent) => void>>();
  readonly #abort = new AbortController();
  readonly #followed: Promise<void>;

  constructor(parts: {
    readonly api: ApiServer;
    readonly namespace: string;
    readonly onConnection: (error: Error | null) => void;
  }) {
    const followed = { path: `/api/v1/namespaces/${parts.namespace}/events`, query: {}, past: false };
    const follower = {
      onAll: () => {},
      onChange: (type: string, event: unknown) => {
        if (type !== 'DELETED') this.#tell(event as KubeEvent);
      },
      onConnection: parts.onConnection,
    };
    this.#followed = follow(parts.api, followed, follower, this.#abort.signal);
  }

  /** @param uid of the object that events are about @returns the end of it */
  subscribe(uid: string, listener: (event: KubeEvent) => void): () => void {
    const listeners = this.#listeners.get(uid) ?? new Set();
    this.#listeners.set(uid, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(uid) === listeners) this.#listeners.delete(uid);
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#followed;
  }

  #tell(event: KubeEvent): void {
    for (const listener of [...(this.#listeners.get(event.involvedObject.uid ?? '') ?? [])]) listener(event);
  }
}
