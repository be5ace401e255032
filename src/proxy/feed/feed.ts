/** How a proxy has the routes of a hub: from the hub itself, and at a start without it from the disk. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Logger } from 'pino';
import type { RouteTable } from '../route-table.ts';
import { ActivityReporter } from './activity-reporter.ts';
import { FollowedRoutes } from './followed-routes.ts';
import { RouteFile } from './route-file.ts';
import { RouteFollower } from './route-follower.ts';

export interface FeedOptions {
  /** Base URLs of hubs that share one database, `http://hub:8081/`: whichever answers is as good. At least one. */
  readonly hubs: readonly string[];
  readonly token: string;
  /** Where the last table is kept. Undefined: a proxy that starts while no hub answers has no routes. */
  readonly routeFile?: string;
}

export interface Feed extends AsyncDisposable {
  /** Whether there is a whole table, be it the one of the disk. */
  readonly isReady: boolean;
  /** Whether there is a hub that tells us of changes. */
  readonly isFollowing: boolean;
  /** Whether the hub keeps the route of exactly this (decoded) path. */
  keeps(path: string): boolean;
  /** Resolves when there is a whole table, at the latest after so many milliseconds. */
  ready(timeoutMs: number): Promise<void>;
}

export function followFeed(
  { hubs: urls, token, routeFile }: FeedOptions,
  parts: {
    readonly table: RouteTable;
    readonly logger: Logger;
    readonly now: () => Date;
    /** For hubs that are reached over TLS. */
    readonly tls?: TlsOptions;
    /** Called with the base URL of the hub that is followed: at the beginning the first, later one that answers. */
    readonly hubChanged?: (url: string) => void;
  },
): Feed {
  const { table, logger, now, tls = {}, hubChanged = () => {} } = parts;
  const hubs = urls.map((url) => ({ url, token, tls }));
  const routes = new FollowedRoutes({ table, logger });
  const file =
    routeFile === undefined
      ? undefined
      : new RouteFile({ path: routeFile, logger, current: () => routes.snapshot });
  const kept = file?.read();
  if (kept !== undefined) {
    routes.replace(kept);
    logger.info({ routes: kept.routes.length, ...kept.position }, 'serving the routes that were kept');
  }
  hubChanged(urls[0]!);
  const follower = new RouteFollower({
    hubs,
    routes,
    logger,
    changed: () => file?.changed(),
    follows: (hub) => hubChanged(hub.url),
  });
  const reporter = new ActivityReporter({ hubs, routes, logger, now });
  return {
    get isReady() {
      return routes.position !== undefined;
    },
    get isFollowing() {
      return follower.isFollowing;
    },
    keeps: (path) => routes.keeps(path),
    async ready(timeoutMs) {
      const timer = new AbortController();
      await Promise.race([
        routes.whole,
        delay(timeoutMs, undefined, { signal: timer.signal }).catch(() => {}),
      ]);
      timer.abort();
    },
    async [Symbol.asyncDispose]() {
      await follower[Symbol.asyncDispose]();
      await reporter[Symbol.asyncDispose]();
      await file?.[Symbol.asyncDispose]();
    },
  };
}
