/** When the course meets. (A `Session` is a browser that is logged in.) */
export interface ClassTime {
  readonly start: Date;
  readonly end: Date;
  /** What the course calls it: `Day 1`. */
  readonly title: string | null;
}

/** Whether a class goes on at this moment; at its very end it does not. */
export function isInClass(times: readonly ClassTime[], at: Date): boolean {
  return times.some(({ start, end }) => start <= at && at < end);
}

/** The class that goes on, or else the first one that is to come; undefined after the last. `times` in order of start. */
export function nextClass(times: readonly ClassTime[], at: Date): ClassTime | undefined {
  return times.find(({ end }) => at < end);
}
