/** Something that must not wait for ever. */
export interface Timed {
  /** In milliseconds of `Deadlines.now`; 0 for none. */
  deadline: number;
  /** Called once the deadline has passed; it has been set to 0 before. */
  expire(): void;
}

/**
 * Deadlines of many connections, looked at together from time to time: to move one is one assignment, where a timer
 * for each would have to be moved with every request. They are late by up to `period`, never early.
 */
export class Deadlines {
  /** Milliseconds, as of the last look. */
  now = performance.now();
  readonly #items = new Set<Timed>();
  readonly #timer: NodeJS.Timeout;
  readonly #period: number;

  /** @param period Milliseconds between two looks. */
  constructor(period: number) {
    this.#period = period;
    this.#timer = setInterval(() => this.#look(), period);
    this.#timer.unref();
  }

  add(item: Timed): void {
    this.#items.add(item);
  }

  delete(item: Timed): void {
    this.#items.delete(item);
  }

  /** The deadline that is `milliseconds` away; 0 stays no deadline. */
  in(milliseconds: number): number {
    return milliseconds === 0 ? 0 : this.now + milliseconds + this.#period;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    this.now = performance.now();
    for (const item of this.#items)
      if (item.deadline !== 0 && item.deadline <= this.now) {
        item.deadline = 0;
        item.expire();
      }
  }
}
