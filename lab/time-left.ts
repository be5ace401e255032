import type { Notices } from './hub.ts';

/** An end so near is warned of. */
export const SOON_MS = 300_000;

/** By the hub's clock, at the moment of its answer. */
export function millisecondsLeft({ now, stop }: Pick<Notices, 'now' | 'stop'>): number {
  return stop === null ? Number.POSITIVE_INFINITY : Date.parse(stop.at) - Date.parse(now);
}
