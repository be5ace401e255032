/** The end of this hub, where somebody asks for it over the API. Who opened the hub waits for it and closes it. */
import { isActive } from '../domain/server.ts';
import type { Store } from '../store/store.ts';
import type { HubEvents } from './events.ts';
import type { Servers } from './servers.ts';

export interface ShutdownWish {
  /** Whether servers are stopped first; they run on otherwise. */
  readonly servers: boolean;
  /** Whether the proxy of this machine ends too. */
  readonly proxy: boolean;
  readonly by: string;
}

/** A server that has not stopped by then is stopped by the next hub. */
const PATIENCE_MS = 60_000;

export class Shutdown {
  readonly #store: Store;
  readonly #servers: Servers;
  readonly #events: HubEvents;
  readonly #asked = Promise.withResolvers<ShutdownWish>();

  constructor(parts: { readonly store: Store; readonly servers: Servers; readonly events: HubEvents }) {
    this.#store = parts.store;
    this.#servers = parts.servers;
    this.#events = parts.events;
  }

  /** Resolves when the hub is to be closed. */
  get asked(): Promise<ShutdownWish> {
    return this.#asked.promise;
  }

  /**
   * Ends the hub, once the servers have stopped where that is wanted. Resolves when all of them are to stop: they will,
   * whatever becomes of this hub.
   */
  async ask(wish: ShutdownWish): Promise<void> {
    this.#events.shutdownAsked(wish);
    const stops = wish.servers ? await this.#stopAll(wish.by) : [];
    void Promise.all(stops).finally(() => this.#asked.resolve(wish));
  }

  async #stopAll(by: string): Promise<readonly Promise<unknown>[]> {
    const active = await this.#store.servers.inStates(['queued', 'starting', 'ready', 'stopping']);
    for (const server of active) await this.#servers.stop(server, { reason: 'shutdown', by });
    return active.map(({ id }) =>
      this.#servers.waitUntil(id, (now) => now === undefined || !isActive(now), PATIENCE_MS),
    );
  }
}
