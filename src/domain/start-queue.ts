/**
 * The queue of starts: whose turn it is, and how long the others wait. It is made of rows in `queued` and `starting`, so
 * that every hub sees the same queue and a restart changes nothing in it.
 */
import type { Server, ServerId } from './server.ts';

export interface StartLimits {
  /** How many starts go on at once; null: no limit. */
  readonly concurrentStarts: number | null;
  /** How many servers are active at once, those that wait not counted; null: no limit. */
  readonly activeServers: number | null;
}

/** What the queue knows of a row in `queued` or `starting`. */
export type QueueEntry = Pick<Server, 'id' | 'userId' | 'state' | 'queuedAt' | 'startedAt'>;

/** Where one that waits stands. */
export interface QueuePlace {
  /** From 1. */
  readonly position: number;
  /** Until it is ready, from starts that were measured; null where nothing honest can be said. */
  readonly estimateSeconds: number | null;
  /** It waits until somebody else's server stops, which nobody can foresee. */
  readonly full: boolean;
}

/** Fewer starts than these say nothing of the next one. */
const FEWEST_MEASURED = 3;

/**
 * Those that wait, next one first: by the time at which they were asked for, but of each person's servers one at a time.
 * Whoever asks for twenty is served like those who ask for one, twenty times.
 */
export function inTurn<Entry extends QueueEntry>(entries: readonly Entry[]): readonly Entry[] {
  const ahead = new Map<number, number>();
  for (const entry of entries) {
    if (entry.state === 'starting') ahead.set(entry.userId, (ahead.get(entry.userId) ?? 0) + 1);
  }
  return entries
    .filter((entry) => entry.state === 'queued')
    .toSorted(byTimeAsked)
    .map((entry) => {
      const round = ahead.get(entry.userId) ?? 0;
      ahead.set(entry.userId, round + 1);
      return { entry, round };
    })
    .toSorted((one, other) => one.round - other.round)
    .map(({ entry }) => entry);
}

/** How many may leave the queue now; `Infinity` where there is no limit. */
export function freeTurns(
  limits: StartLimits,
  now: {
    /** Rows in `starting`. */ readonly starting: number /** Active ones, those that wait not counted. */;
    readonly active: number;
  },
): number {
  return Math.max(
    0,
    Math.min(free(limits.concurrentStarts, now.starting), free(limits.activeServers, now.active)),
  );
}

/**
 * The place of each that waits.
 * @param facts.startSeconds how long the latest starts took
 */
export function placesOf(
  entries: readonly QueueEntry[],
  facts: {
    readonly limits: StartLimits;
    readonly active: number;
    readonly startSeconds: readonly number[];
    readonly now: Date;
  },
): ReadonlyMap<ServerId, QueuePlace> {
  const { limits, active, startSeconds, now } = facts;
  const starting = entries.filter((entry) => entry.state === 'starting');
  const seconds = startSeconds.length < FEWEST_MEASURED ? null : median(startSeconds);
  const turns =
    seconds === null ? null : new Turns(starting, { places: limits.concurrentStarts, seconds, now });
  const openings = free(limits.activeServers, active);
  return new Map(
    inTurn(entries).map(({ id }, index) => {
      const full = index >= openings;
      const estimateSeconds = full || turns === null ? null : turns.readyAfter(index);
      return [id, { position: index + 1, estimateSeconds, full }];
    }),
  );
}

/** When each in turn would be ready if every start took the same time. */
class Turns {
  readonly #seconds: number;
  /** After how many seconds each place is free for the first time, soonest first; null: there is always one. */
  readonly #free: readonly number[] | null;

  constructor(
    starting: readonly QueueEntry[],
    {
      places,
      seconds,
      now,
    }: { readonly places: number | null; readonly seconds: number; readonly now: Date },
  ) {
    this.#seconds = seconds;
    if (places === null) {
      this.#free = null;
      return;
    }
    const left = starting.map(({ startedAt }) => {
      const elapsed = startedAt === null ? 0 : (now.getTime() - startedAt.getTime()) / 1000;
      return Math.min(seconds, Math.max(0, seconds - elapsed));
    });
    const idle = Array.from({ length: Math.max(0, places - left.length) }, () => 0);
    this.#free = [...idle, ...left].toSorted((one, other) => one - other).slice(-places);
  }

  readyAfter(index: number): number {
    if (this.#free === null) return this.#seconds;
    const places = this.#free.length;
    return this.#free[index % places]! + Math.floor(index / places) * this.#seconds + this.#seconds;
  }
}

function free(limit: number | null, taken: number): number {
  return limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - taken);
}

/** The order of the store: by time, then id; what has no time comes last. */
function byTimeAsked(one: QueueEntry, other: QueueEntry): number {
  const time = (entry: QueueEntry) => entry.queuedAt?.getTime() ?? Number.MAX_SAFE_INTEGER;
  return time(one) - time(other) || (one.id < other.id ? -1 : 1);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
