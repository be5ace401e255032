import type { Logger } from 'pino';
import type { Route } from '../../domain/route.ts';
import { checksumOf, type FeedMessage, type FeedPosition } from '../../domain/route-feed.ts';
import { cleanPrefix, type ProxyRoute, type RouteTable } from '../route-table.ts';
import { parseTarget } from '../target.ts';

/** All that the hub had said up to a moment. */
export interface FollowedTable {
  readonly position: FeedPosition;
  readonly routes: readonly Route[];
}

/** A route of the hub's, as it stands in the table by which requests are forwarded. */
export interface FollowedRoute {
  readonly route: Route;
  /** Undefined where we cannot make sense of the target. */
  readonly entry: ProxyRoute | undefined;
  /** Up to when its use is no news to the hub, in milliseconds since 1970. */
  reportedUpTo: number;
}

/**
 * The routes that the hub keeps, within the table that may have others too. Each message is applied in one go: no
 * request is forwarded by half of it. Routes that stay as they are are not touched, nor are the connections of those
 * that go: what is open goes on until its server ends.
 */
export class FollowedRoutes {
  readonly #table: RouteTable;
  readonly #logger: Logger;
  /** By prefix as the hub writes it. */
  readonly #followed = new Map<string, FollowedRoute>();
  /** By prefix as the table has it. */
  readonly #paths = new Set<string>();
  readonly #whole = Promise.withResolvers<void>();
  #position: FeedPosition | undefined;

  constructor(parts: { readonly table: RouteTable; readonly logger: Logger }) {
    this.#table = parts.table;
    this.#logger = parts.logger;
  }

  /** How far it has come; undefined while there is no whole table yet. */
  get position(): FeedPosition | undefined {
    return this.#position;
  }

  /** Resolves when there is a whole table. */
  get whole(): Promise<void> {
    return this.#whole.promise;
  }

  /** Whether the hub keeps the route of exactly this (decoded) path. */
  keeps(path: string): boolean {
    return this.#paths.has(cleanPrefix(path));
  }

  all(): Iterable<FollowedRoute> {
    return this.#followed.values();
  }

  get snapshot(): FollowedTable | undefined {
    return (
      this.#position && {
        position: this.#position,
        routes: Array.from(this.#followed.values(), ({ route }) => route),
      }
    );
  }

  /** Makes the hub's routes exactly these. */
  replace({ position, routes }: FollowedTable): void {
    const prefixes = new Set(routes.map((route) => route.prefix));
    for (const prefix of this.#followed.keys()) if (!prefixes.has(prefix)) this.#remove(prefix);
    for (const route of routes) this.#put(route);
    this.#position = position;
    this.#whole.resolve();
  }

  /** @throws where it shows that we have not what the hub has: then everything is to be asked for. */
  apply(message: FeedMessage): void {
    if (message.kind === 'snapshot') {
      const { feed, number, routes } = message;
      this.replace({ position: { feed, number }, routes });
      return;
    }
    if (this.#position === undefined) throw new Error('the hub tells changes of a table that we do not have');
    if (message.kind === 'changes') {
      for (const { prefix, route } of message.changes) {
        if (route === null) this.#remove(prefix);
        else this.#put(route);
      }
      this.#position = { feed: this.#position.feed, number: message.number };
      return;
    }
    const { number, checksum } = message;
    const routes = Array.from(this.#followed.values(), ({ route }) => route);
    if (number !== this.#position.number || checksum !== checksumOf(routes))
      throw new Error(`our routes are not the hub's at its number ${number}`);
  }

  #put(route: Route): void {
    const before = this.#followed.get(route.prefix);
    if (before !== undefined && JSON.stringify(before.route) === JSON.stringify(route)) return;
    const entry = this.#addToTable(route);
    // To be added is not to be used.
    this.#followed.set(route.prefix, { route, entry, reportedUpTo: entry?.lastActivity ?? 0 });
  }

  #addToTable({ prefix, target, data }: Route): ProxyRoute | undefined {
    try {
      const path = decodeURIComponent(prefix);
      const entry = this.#table.add(path, parseTarget(target), data);
      this.#paths.add(cleanPrefix(path));
      return entry;
    } catch (error) {
      this.#logger.error({ prefix, target, reason: String(error) }, 'a route of the hub cannot be used');
      return undefined;
    }
  }

  #remove(prefix: string): void {
    const followed = this.#followed.get(prefix);
    this.#followed.delete(prefix);
    if (followed?.entry === undefined) return;
    this.#paths.delete(followed.entry.prefix);
    this.#table.remove(followed.entry.prefix);
  }
}
