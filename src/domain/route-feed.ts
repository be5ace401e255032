/**
 * What hub and proxies say to each other so that every proxy has every route, one JSON text a line, both ways over one
 * connection that stays open.
 *
 * A follower says which feed it followed and how far it has come. It is sent everything where that is of no use, and
 * otherwise what it missed; then every change when it happens, and every few seconds a checkpoint. It tells whenever it
 * has applied something, so that the hub knows when a browser may be sent to a new route.
 */
import { createHash } from 'node:crypto';
import type { Route } from './route.ts';

export type FeedMessage =
  /** Everything there is: what is not in it is no route of the hub's (any more). */
  | {
      readonly kind: 'snapshot';
      readonly feed: string;
      readonly number: number;
      readonly routes: readonly Route[];
    }
  | {
      readonly kind: 'changes';
      readonly number: number;
      readonly changes: readonly { readonly prefix: string; readonly route: Route | null }[];
    }
  /** What who has come to this number should have. Also a sign of life. */
  | { readonly kind: 'checkpoint'; readonly number: number; readonly checksum: string };

/** How far a follower has come: all changes up to `number` of the table `feed`. */
export interface FeedPosition {
  readonly feed: string;
  readonly number: number;
}

/** What a follower says: how far its table, by which it forwards, has come. Also a sign of life. */
export interface FollowerReport {
  readonly applied: number;
}

/** How often a checkpoint is sent. Who hears nothing for several times as long is alone. */
export const CHECKPOINT_MS = 5_000;
export const SILENCE_MS = 4 * CHECKPOINT_MS;

/** Where a hub is followed, below its base URL. */
export const FEED_PATH = 'hub/api/proxies/feed';
/** Where it is told what was used: see `ActivityReport`. */
export const ACTIVITY_PATH = 'hub/api/proxies/activity';

/** What a proxy saw of its routes: how many milliseconds ago each was used last, by prefix. Clocks may differ. */
export interface ActivityReport {
  readonly idle: { readonly [prefix: string]: number };
}

/** As many as one report may hold. */
export const LARGEST_REPORT = 5_000;

/** The same for the same routes, in whatever order they are. */
export function checksumOf(routes: Iterable<Route>): string {
  const lines = Array.from(routes, ({ prefix, target, data }) => JSON.stringify([prefix, target, data]));
  const hash = createHash('sha256');
  for (const line of lines.sort()) hash.update(line).update('\n');
  return hash.digest('base64url');
}
