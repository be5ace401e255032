/**
 * A reconciler takes no input. It looks at the store and at the world and moves one step; it may run twice, at the same
 * time as another hub's, and be killed anywhere. That we know what changed is never used: after a restart nobody would.
 */
import type { HubEvents } from '../events.ts';

export interface Reconciler {
  readonly name: string;
  /** How often it looks even when nobody wakes it. */
  readonly periodMs: number;
  reconcile(): Promise<void>;
}

/** Runs reconcilers: each alone, woken by `activate`, by its period, and once at the start. */
export class ReconcilerLoop implements AsyncDisposable {
  readonly #reconciler: Reconciler;
  readonly #events: HubEvents;
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #ended = false;

  constructor(parts: {
    readonly reconciler: Reconciler;
    readonly events: HubEvents;
    /** Registers what wakes it; returns how to end that. */
    readonly wake: (activate: () => void) => () => void;
  }) {
    this.#reconciler = parts.reconciler;
    this.#events = parts.events;
    this.#unsubscribe = parts.wake(() => this.activate());
    this.activate();
  }

  /** Looks soon: now, or once more after the look that is under way. */
  activate(): void {
    if (this.#ended) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#running = this.#look();
  }

  async #look(): Promise<void> {
    do {
      this.#again = false;
      try {
        await this.#reconciler.reconcile();
      } catch (error) {
        this.#events.stepFailed(this.#reconciler.name, error);
      }
    } while (this.#again && !this.#ended);
    this.#running = undefined;
    if (!this.#ended) this.#timer = setTimeout(() => this.activate(), this.#reconciler.periodMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#unsubscribe();
    clearTimeout(this.#timer);
    await this.#running;
  }
}
