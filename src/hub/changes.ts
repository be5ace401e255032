/**
 * Tells pages that show many people at once that something has changed. They are not told what: they look again at what
 * they show. However many listen, the hub does nothing for them but this.
 */
import type { Store } from '../store/store.ts';

export type ChangedThing = 'users' | 'servers';

const THINGS: readonly ChangedThing[] = ['users', 'servers'];

/** Changes that come closer together are told together: while a class begins, each start is several of them. */
const TELL_EVERY_MS = 750;

export class Changes {
  readonly #store: Store;
  readonly #listeners = new Set<(things: readonly ChangedThing[]) => void>();
  readonly #changed = new Set<ChangedThing>();
  #stops: readonly (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor({ store }: { readonly store: Store }) {
    this.#store = store;
  }

  /** Calls `listener` soon after something was committed, by this hub or another. @returns how to stop */
  subscribe(listener: (things: readonly ChangedThing[]) => void): () => void {
    const own = (things: readonly ChangedThing[]) => listener(things);
    this.#listeners.add(own);
    if (this.#listeners.size === 1)
      this.#stops = THINGS.map((thing) => this.#store.subscribe(thing, () => this.#note(thing)));
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#rest();
    };
  }

  #note(thing: ChangedThing): void {
    this.#changed.add(thing);
    this.#timer ??= setTimeout(() => this.#tell(), TELL_EVERY_MS);
  }

  #tell(): void {
    this.#timer = undefined;
    const things = [...this.#changed];
    this.#changed.clear();
    for (const listener of [...this.#listeners]) listener(things);
  }

  #rest(): void {
    for (const stop of this.#stops) stop();
    this.#stops = [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#changed.clear();
  }
}
