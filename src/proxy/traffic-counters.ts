/** Counts of the data path: plain numbers, which the metrics read when they are asked for. */
export class TrafficCounters {
  web = 0;
  webSocket = 0;
  tunnels = 0;
  /** Responses by status, ours included. */
  readonly statuses = new Float64Array(1000);
  /** Durations are taken only where somebody can read them. */
  readonly findRoute: DurationWindow | undefined;

  constructor(options: { readonly durations: boolean }) {
    this.findRoute = options.durations ? new DurationWindow() : undefined;
  }
}

/** Count and sum of all durations, and the last thousand of them. */
export class DurationWindow {
  count = 0;
  /** Seconds. */
  sum = 0;
  readonly #recent = new Float64Array(1024);

  /** @param started By `performance.now()`. */
  add(started: number): void {
    const seconds = (performance.now() - started) / 1000;
    this.#recent[this.count % this.#recent.length] = seconds;
    this.count += 1;
    this.sum += seconds;
  }

  /** @returns Of the recent durations, for each of `shares` (0 to 1) the one that so many are not longer than. */
  quantiles(shares: readonly number[]): number[] {
    const sorted = this.#recent.slice(0, this.count).sort();
    return shares.map((share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0);
  }
}
