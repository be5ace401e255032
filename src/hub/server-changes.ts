/**
 * Tells those who wait for a server that something about it has changed. However many wait, one look at the store serves
 * them all: when a course begins, a thousand of them are woken by every step of every other's start.
 */
import type { ServerId } from '../domain/server.ts';
import type { ServerVersion, Store } from '../store/store.ts';
import type { HubEvents } from './events.ts';

/** Looks come no closer than this: what changes meanwhile is seen together. */
const LOOK_EVERY_MS = 25;
/** It looks even when nobody wakes it: notices may be lost. */
const LOOK_AGAIN_MS = 5_000;

const GONE: ServerVersion = { revision: -1, events: 0 };

interface Watched {
  /** What was seen last; undefined where nothing was yet. */
  version: ServerVersion | undefined;
  /** Those who want to hear of progress too, and those who do not. */
  readonly listeners: Map<() => void, { readonly progress: boolean }>;
}

export class ServerChanges {
  readonly #store: Store;
  readonly #events: HubEvents;
  readonly #watched = new Map<ServerId, Watched>();
  #stopListening: (() => void) | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #again = false;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: { readonly store: Store; readonly events: HubEvents }) {
    this.#store = parts.store;
    this.#events = parts.events;
  }

  /**
   * Calls `listener` soon after the row has changed or is gone, with `progress` also after an event of its attempt; once
   * more than that at the beginning, so that nothing is missed between this call and a look of the caller's own.
   * @returns how to stop
   */
  subscribe(id: ServerId, listener: () => void, { progress }: { readonly progress: boolean }): () => void {
    const watched = this.#watched.get(id) ?? { version: undefined, listeners: new Map() };
    this.#watched.set(id, watched);
    watched.version = undefined;
    watched.listeners.set(listener, { progress });
    if (this.#stopListening === undefined) this.#listen();
    return () => {
      watched.listeners.delete(listener);
      if (watched.listeners.size === 0 && this.#watched.get(id) === watched) this.#watched.delete(id);
      if (this.#watched.size === 0) this.#rest();
    };
  }

  #listen(): void {
    const stops = [
      this.#store.subscribe('servers', () => this.#wake()),
      this.#store.subscribe('progress', () => this.#wake()),
    ];
    this.#stopListening = () => {
      for (const stop of stops) stop();
    };
    this.#lookIn(LOOK_AGAIN_MS);
  }

  #rest(): void {
    this.#stopListening?.();
    this.#stopListening = undefined;
    clearTimeout(this.#timer);
  }

  #wake(): void {
    if (this.#looking) this.#again = true;
    else this.#lookIn(Math.max(0, this.#lookedAt + LOOK_EVERY_MS - performance.now()));
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), ms);
  }

  async #look(): Promise<void> {
    this.#looking = true;
    this.#again = false;
    this.#lookedAt = performance.now();
    try {
      const asked = new Map(this.#watched);
      const found = await this.#store.servers.versions([...asked.keys()]);
      for (const [id, watched] of asked) {
        const version = found.get(id) ?? GONE;
        const before = watched.version;
        watched.version = version;
        const rowChanged = version.revision !== before?.revision;
        if (!rowChanged && version.events === before?.events) continue;
        for (const [listener, { progress }] of watched.listeners) if (rowChanged || progress) listener();
      }
    } catch (error) {
      this.#events.stepFailed('look for changes', error);
    }
    this.#looking = false;
    if (this.#watched.size === 0) return;
    this.#lookIn(this.#again ? LOOK_EVERY_MS : LOOK_AGAIN_MS);
  }
}
