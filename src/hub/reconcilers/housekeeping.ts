/** Removes what has expired. Nothing rests on it: expired rows count for nothing wherever they are looked up. */
import type { Store } from '../../store/store.ts';
import type { Reconciler } from './reconciler.ts';

/** A proxy that was away for longer is sent everything. */
const REMOVALS_KEPT_SECONDS = 3_600;

export class HousekeepingReconciler implements Reconciler {
  readonly name = 'housekeeping';
  readonly periodMs = 600_000;
  readonly #store: Store;

  constructor({ store }: { readonly store: Store }) {
    this.#store = store;
  }

  async reconcile(): Promise<void> {
    await this.#store.sessions.deleteExpired();
    await this.#store.tokens.deleteExpired();
    await this.#store.oauthCodes.deleteExpired();
    await this.#store.throttles.deleteExpired();
    await this.#store.announcements.deleteExpired();
    await this.#store.routes.forgetRemoved(REMOVALS_KEPT_SECONDS);
  }
}
