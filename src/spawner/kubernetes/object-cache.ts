/** All objects of a kind as last heard of, in memory; `follow` keeps it. */
import type { ApiServer } from '../../kubernetes/api-server.ts';
import type { KubeObject } from '../../kubernetes/kube-object.ts';
import { type Followed, type Follower, follow } from './following.ts';
import { RecentMap } from './recent-map.ts';

export class ObjectCache<T extends KubeObject> implements AsyncDisposable {
  readonly #objects = new Map<string, T>();
  readonly #listeners = new Map<string, Set<() => void>>();
  /** Uids of what is no more: an answer of ours that comes late must not bring it back. */
  readonly #dead = new RecentMap<true>(10_000);
  readonly #keep: (object: T) => T;
  readonly #onGone: (object: T) => void;
  readonly #abort = new AbortController();
  readonly #followed: Promise<void>;
  readonly #synced = Promise.withResolvers<void>();
  #problem: Error | null = null;

  constructor(parts: {
    readonly api: ApiServer;
    readonly followed: Followed;
    /** What is worth its memory. */
    readonly keep: (object: T) => T;
    readonly onGone?: (object: T) => void;
    readonly onConnection: (error: Error | null) => void;
  }) {
    this.#keep = parts.keep;
    this.#onGone = parts.onGone ?? (() => {});
    this.#synced.promise.catch(() => {});
    const follower: Follower = {
      onAll: (objects, version) => this.#replace(objects as readonly T[], version),
      onChange: (type, object) => (type === 'DELETED' ? this.gone(object as T) : this.put(object as T)),
      onConnection: (error) => {
        this.#problem = error;
        parts.onConnection(error);
      },
    };
    this.#followed = follow(parts.api, parts.followed, follower, this.#abort.signal);
  }

  /** Resolves once all there are were heard of. @throws the signal's reason, where that comes first */
  async synced(signal?: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    aborted.promise.catch(() => {});
    const abort = () => aborted.reject(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await Promise.race([this.#synced.promise, aborted.promise]);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Why nothing is heard at the moment; null where all is well. */
  get problem(): Error | null {
    return this.#problem;
  }

  get(name: string): T | undefined {
    return this.#objects.get(name);
  }

  values(): Iterable<T> {
    return this.#objects.values();
  }

  /** Calls back whenever the object of this name may have changed. @returns the end of it */
  subscribe(name: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(name) === listeners) this.#listeners.delete(name);
    };
  }

  /** What the server said of an object, here or in answer to a request of ours: the newest counts. */
  put(object: T): void {
    const { name } = object.metadata;
    const known = this.#objects.get(name);
    if (this.#dead.get(object.metadata.uid)) return;
    if (known && known.metadata.uid === object.metadata.uid && isOlder(object, known)) return;
    this.#objects.set(name, this.#keep(object));
    this.#notify(name);
  }

  /** It is no more. What has taken its name meanwhile stays. */
  gone(object: KubeObject): void {
    this.#dead.set(object.metadata.uid, true);
    const known = this.#objects.get(object.metadata.name);
    if (known && known.metadata.uid !== object.metadata.uid) return;
    this.#objects.delete(object.metadata.name);
    if (known) this.#onGone(this.#keep({ ...known, ...object } as T));
    this.#notify(object.metadata.name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    this.#synced.reject(new Error('The spawner was closed.'));
    await this.#followed;
    // What is no longer kept up to date must not be taken for the truth.
    this.#objects.clear();
  }

  #replace(objects: readonly T[], version: string): void {
    const names = new Set(objects.map((object) => object.metadata.name));
    for (const object of objects) this.put(object);
    for (const [name, known] of [...this.#objects]) {
      // What we made after the list was taken is not in it.
      if (!names.has(name) && !isNewer(known, version)) this.gone(known);
    }
    this.#synced.resolve();
  }

  #notify(name: string): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener();
  }
}

/** Versions of one kind are numbers that rise. */
function isOlder(object: KubeObject, than: KubeObject): boolean {
  return isNewer(than, object.metadata.resourceVersion);
}

function isNewer(object: KubeObject, version: string): boolean {
  const [a, b] = [object.metadata.resourceVersion, version];
  return a.length === b.length ? a > b : a.length > b.length;
}
