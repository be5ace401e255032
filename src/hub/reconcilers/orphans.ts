/**
 * Ends what runs without a row that wants it: a run whose row is gone or at rest, or an attempt before the row's. A run
 * that its row still wants is left alone: the start or stop that is under way finds it.
 */
import type { Server } from '../../domain/server.ts';
import type { Run, Spawner } from '../../spawner/spawner.ts';
import type { Store } from '../../store/store.ts';
import type { HubEvents } from '../events.ts';
import type { Reconciler } from './reconciler.ts';

const STOP_GRACE_SECONDS = 10;

export class OrphanReconciler implements Reconciler {
  readonly name = 'orphans';
  readonly periodMs = 30_000;
  readonly #store: Store;
  readonly #spawner: Spawner;
  readonly #events: HubEvents;

  constructor(parts: { readonly store: Store; readonly spawner: Spawner; readonly events: HubEvents }) {
    this.#store = parts.store;
    this.#spawner = parts.spawner;
    this.#events = parts.events;
  }

  async reconcile(): Promise<void> {
    for (const existing of await this.#spawner.list()) {
      // The row is read after the run was seen: a row that wants it was written before it was launched.
      const server = await this.#store.servers.byId(existing.serverId);
      if (server && isWanted(existing, server)) continue;
      await this.#spawner.stop(existing.handle, STOP_GRACE_SECONDS);
      this.#events.orphanStopped(existing);
    }
  }
}

function isWanted(run: Run, server: Server): boolean {
  if (server.state === 'stopping') return true;
  return (server.state === 'starting' || server.state === 'ready') && run.attempt === server.attempt;
}
