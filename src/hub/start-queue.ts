/**
 * The queue of starts as the hub uses it: who may leave it, who finds the course full, and where those who wait stand.
 * Whatever gives out places does so in one exclusive transaction, so that several hubs together give out no more than
 * there are.
 */
import { HubError } from '../domain/errors.ts';
import type { Server, ServerId, ServerState } from '../domain/server.ts';
import {
  freeTurns,
  inTurn,
  placesOf,
  type QueueEntry,
  type QueuePlace,
  type StartLimits,
} from '../domain/start-queue.ts';
import type { Repositories, Store } from '../store/store.ts';

export interface StartQueueSettings extends StartLimits {
  /** Programs that find the course full are told to come back after a time between these two, in seconds. */
  readonly retryAfterSeconds: readonly [number, number];
}

/** So many leave the queue in one transaction: a longer one would keep everybody else waiting. */
const MOST_AT_ONCE = 20;
/** Those who wait are told of places that are at most this old: a thousand who ask cost one look. */
const PLACES_MS = 250;
/** How many of the latest starts say how long one takes, and how old they may be. */
const MEASURED_STARTS = 20;
const MEASURED_WITHIN_MS = 1_800_000;

export class StartQueue {
  readonly #store: Store;
  readonly #settings: StartQueueSettings;
  readonly #now: () => Date;
  #places: { readonly at: number; readonly byId: Promise<ReadonlyMap<ServerId, QueuePlace>> } | undefined;

  constructor(parts: {
    readonly store: Store;
    readonly settings: StartQueueSettings;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#settings = parts.settings;
    this.#now = parts.now;
  }

  /**
   * Takes those out of the queue whose turn it is, some at a time: `begin` makes the row a start, within the transaction.
   * @returns the rows that `begin` returned, and whether there may be more
   */
  async takeTurns(
    begin: (tx: Repositories, id: ServerId) => Promise<Server | undefined>,
  ): Promise<{ readonly taken: readonly Server[]; readonly more: boolean }> {
    return this.#store.exclusive('places', async (tx) => {
      const turns = await this.#turns(tx);
      const taken: Server[] = [];
      for (const { id } of turns.slice(0, MOST_AT_ONCE)) {
        const server = await begin(tx, id);
        if (server) taken.push(server);
      }
      return { taken, more: turns.length > MOST_AT_ONCE };
    });
  }

  /** Whether somebody's turn has come: asked before the places are locked. */
  async isAnyTurn(): Promise<boolean> {
    return (await this.#turns(this.#store)).length > 0;
  }

  async #turns(store: Repositories): Promise<readonly QueueEntry[]> {
    const entries = await store.servers.outline(['queued', 'starting']);
    const starting = entries.filter((entry) => entry.state === 'starting').length;
    if (starting === entries.length) return [];
    const turns = freeTurns(this.#settings, { starting, active: await this.#activeIn(store) });
    return turns === 0 ? [] : inTurn(entries).slice(0, turns);
  }

  /**
   * Throws where there is no place for one more server that cannot wait. Within an exclusive transaction on `places`, in
   * which the server is then put in the queue, no two get the same place.
   * @throws HubError `too_many` with a time after which to try again
   */
  async refuseWhenFull(tx: Repositories): Promise<void> {
    const { activeServers } = this.#settings;
    if (activeServers === null) return;
    // Those in the queue are ahead.
    const taken = await countIn(tx, ['queued', 'starting', 'ready', 'stopping']);
    if (taken < activeServers) return;
    const [shortest, longest] = this.#settings.retryAfterSeconds;
    throw new HubError(
      'too_many',
      `All ${activeServers} places are taken. Try again when somebody has stopped.`,
      // Not all at the same time.
      { retryAfterSeconds: shortest + Math.random() * (longest - shortest) },
    );
  }

  /** Whether starts ever wait for a place among the active ones. */
  get hasActiveLimit(): boolean {
    return this.#settings.activeServers !== null;
  }

  /** Where this server stands; null where it does not wait. */
  async placeOf(id: ServerId): Promise<QueuePlace | null> {
    const known = this.#places;
    if (known && this.#now().getTime() - known.at < PLACES_MS) {
      const place = (await known.byId).get(id);
      // One that has just come is not in it yet.
      if (place) return place;
    }
    const looked = { at: this.#now().getTime(), byId: this.#lookAtPlaces() };
    this.#places = looked;
    return (await looked.byId).get(id) ?? null;
  }

  async #lookAtPlaces(): Promise<ReadonlyMap<ServerId, QueuePlace>> {
    const now = this.#now();
    const measuredSince = new Date(now.getTime() - MEASURED_WITHIN_MS);
    return placesOf(await this.#store.servers.outline(['queued', 'starting']), {
      limits: this.#settings,
      active: await this.#activeIn(this.#store),
      startSeconds: await this.#store.servers.startSeconds(measuredSince, MEASURED_STARTS),
      now,
    });
  }

  /** Counted only where there is a limit to hold it against. */
  async #activeIn(store: Repositories): Promise<number> {
    return this.hasActiveLimit ? countIn(store, ['starting', 'ready', 'stopping']) : 0;
  }
}

async function countIn(store: Repositories, states: readonly ServerState[]): Promise<number> {
  const counts = await store.servers.countByState();
  return states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
}
