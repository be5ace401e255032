/**
 * Sees that the routes agree with the servers: one for each that is ready. Rows and routes change together, so there is
 * nothing to do as a rule; what differs (a database of an earlier version, a user who was deleted) is mended here.
 * Routes of anything but servers are left alone.
 */
import { isSameRoute, type Route, type RouteOf } from '../../domain/route.ts';
import type { ServerId } from '../../domain/server.ts';
import type { Store } from '../../store/store.ts';
import type { HubEvents } from '../events.ts';
import type { RouteFeed } from '../route-feed.ts';
import type { Reconciler } from './reconciler.ts';

export class RouteReconciler implements Reconciler {
  readonly name = 'routes';
  readonly periodMs = 10_000;
  readonly #store: Store;
  readonly #feed: RouteFeed;
  readonly #events: HubEvents;
  readonly #routeOf: RouteOf;

  constructor(parts: {
    readonly store: Store;
    readonly feed: RouteFeed;
    readonly events: HubEvents;
    readonly routeOf: RouteOf;
  }) {
    this.#store = parts.store;
    this.#feed = parts.feed;
    this.#events = parts.events;
    this.#routeOf = parts.routeOf;
  }

  async reconcile(): Promise<void> {
    const { changes } = await this.#store.routes.changes(0);
    const actual = new Map(changes.map((change) => [change.prefix, change]));
    const wanted = new Set<string>();
    for (const server of await this.#store.servers.inStates(['ready'])) {
      const route = this.#routeOf(server);
      if (route === null) continue;
      wanted.add(route.prefix);
      if (!isSameRoute(actual.get(route.prefix)?.route ?? null, route)) await this.#add(server.id);
    }
    for (const { prefix, serverId } of changes) {
      if (serverId !== null && !wanted.has(prefix)) await this.#remove(prefix, serverId);
    }
  }

  /**
   * Makes sure that the proxies have the route of one server now, for whoever is about to be sent there. A proxy that
   * is too slow sends them back to the hub, which tries again.
   * @returns whether there is anything to be sent to.
   */
  async ensure(id: ServerId): Promise<boolean> {
    const server = await this.#store.servers.byId(id);
    const route = server ? this.#routeOf(server) : null;
    if (route === null) return false;
    if (!this.#feed.has(route)) await this.#feed.look();
    if (!this.#feed.has(route)) {
      await this.#add(id);
      await this.#feed.look();
    }
    const change = this.#feed.change(route.prefix);
    if (change !== undefined) await this.#feed.applied(change.number);
    return true;
  }

  // What was seen to differ is looked at again in the transaction that mends it: it may have changed meanwhile.

  async #add(id: ServerId): Promise<void> {
    const added = await this.#store.transaction(async (tx): Promise<Route | null> => {
      const server = await tx.servers.byId(id);
      const route = server ? this.#routeOf(server) : null;
      if (route !== null) await tx.routes.put(route, id);
      return route;
    });
    if (added !== null) this.#events.routeMended(added.prefix, 'added');
  }

  async #remove(prefix: string, id: ServerId): Promise<void> {
    const removed = await this.#store.transaction(async (tx) => {
      const server = await tx.servers.byId(id);
      if (server && this.#routeOf(server)?.prefix === prefix) return false;
      const { changes } = await tx.routes.changes(0);
      const isStillOf = changes.some((change) => change.prefix === prefix && change.serverId === id);
      return isStillOf && (await tx.routes.remove(prefix));
    });
    if (removed) this.#events.routeMended(prefix, 'removed');
  }
}
