/** Brings what the proxy saw of each server into the store: when somebody last used it. */
import { serverRoutePrefix } from '../../domain/route.ts';
import type { Store } from '../../store/store.ts';
import type { RouteTable } from '../routes.ts';
import type { Reconciler } from './reconciler.ts';

export class ActivityReconciler implements Reconciler {
  readonly name = 'activity';
  readonly periodMs = 60_000;
  readonly #store: Store;
  readonly #table: RouteTable;
  readonly #baseUrl: string;

  constructor(parts: { readonly store: Store; readonly table: RouteTable; readonly baseUrl: string }) {
    this.#store = parts.store;
    this.#table = parts.table;
    this.#baseUrl = parts.baseUrl;
  }

  async reconcile(): Promise<void> {
    const routes = await this.#table.list();
    const seen = (await this.#store.servers.inStates(['ready'])).flatMap((server) => {
      const prefix = serverRoutePrefix(this.#baseUrl, server.owner, server.name);
      const at = routes.get(prefix)?.lastActivityAt;
      // A route is as old as the proxy's memory of it: adding it again is not somebody's activity.
      return at && server.readyAt && at > server.readyAt ? [{ server, at }] : [];
    });
    await this.#store.servers.touch(seen.map(({ server, at }) => ({ id: server.id, at })));
    await this.#store.users.touch(seen.map(({ server, at }) => ({ id: server.userId, at })));
  }
}
