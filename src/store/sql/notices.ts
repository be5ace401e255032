import type { Topic } from '../store.ts';

/** Tells those who listen, within this process, that something of a topic was committed. */
export class Notices {
  readonly #listeners = new Map<Topic, Set<() => void>>();
  readonly #pending = new Set<Topic>();

  subscribe(topic: Topic, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners);
    // One function may be given twice and stopped once.
    const own = () => listener();
    listeners.add(own);
    return () => {
      listeners.delete(own);
    };
  }

  /** Listeners hear it soon, once for all that is announced meanwhile, never within the caller's own step. */
  announce(topics: Iterable<Topic>): void {
    for (const topic of topics) {
      if (this.#pending.has(topic)) continue;
      this.#pending.add(topic);
      queueMicrotask(() => {
        this.#pending.delete(topic);
        for (const listener of this.#listeners.get(topic) ?? []) queueMicrotask(listener);
      });
    }
  }
}
