/**
 * Makes the proxy's table what the store says: one route a ready server. Adds what is missing, mends what is wrong,
 * removes what is ours and no longer true. Because it asks the proxy for its table, a proxy that came back empty has
 * every route again at the next look.
 */
import { type Route, serverRoutePrefix } from '../../domain/route.ts';
import type { Server, ServerId } from '../../domain/server.ts';
import type { Store } from '../../store/store.ts';
import type { RouteTable } from '../routes.ts';
import type { Reconciler } from './reconciler.ts';

export class RouteReconciler implements Reconciler {
  readonly name = 'routes';
  readonly periodMs = 1_000;
  readonly #store: Store;
  readonly #table: RouteTable;
  readonly #baseUrl: string;

  constructor(parts: { readonly store: Store; readonly table: RouteTable; readonly baseUrl: string }) {
    this.#store = parts.store;
    this.#table = parts.table;
    this.#baseUrl = parts.baseUrl;
  }

  async reconcile(): Promise<void> {
    const actual = await this.#table.list();
    const wanted = new Map(
      (await this.#store.servers.inStates(['ready'])).flatMap((server) => {
        const route = this.#routeOf(server);
        return route ? [[route.prefix, route] as const] : [];
      }),
    );
    for (const [prefix, route] of wanted) {
      if (actual.get(prefix)?.target !== route.target) await this.#table.add(route);
    }
    for (const [prefix, route] of actual) {
      if (route.ours && !wanted.has(prefix)) await this.#table.remove(prefix);
    }
  }

  /**
   * Makes sure that the proxy has the route of one server now, for whoever is about to be sent there.
   * @returns whether there is anything to be sent to.
   */
  async ensure(id: ServerId): Promise<boolean> {
    const server = await this.#store.servers.byId(id);
    const route = server?.state === 'ready' ? this.#routeOf(server) : undefined;
    if (route) await this.#table.add(route);
    return route !== undefined;
  }

  #routeOf(server: Server): Route | undefined {
    if (server.target === null) return undefined;
    return {
      prefix: serverRoutePrefix(this.#baseUrl, server.owner, server.name),
      target: server.target,
      data: { user: server.owner, server_name: server.name },
    };
  }
}
