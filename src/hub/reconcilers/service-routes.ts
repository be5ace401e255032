/** Sees that each service with an address has its route, and that none is left of one that the file no longer declares. */
import { isSameRoute, type Route } from '../../domain/route.ts';
import { servicePath } from '../../domain/service.ts';
import type { Store } from '../../store/store.ts';
import type { Services } from '../services.ts';
import type { Reconciler } from './reconciler.ts';

export class ServiceRouteReconciler implements Reconciler {
  readonly name = 'service routes';
  readonly periodMs = 30_000;
  readonly #store: Store;
  readonly #services: Services;
  readonly #baseUrl: string;

  constructor(parts: {
    readonly store: Store;
    readonly services: Services;
    /** Begins and ends with '/'. */
    readonly baseUrl: string;
  }) {
    this.#store = parts.store;
    this.#services = parts.services;
    this.#baseUrl = parts.baseUrl;
  }

  async reconcile(): Promise<void> {
    const { changes } = await this.#store.routes.changes(0);
    const actual = new Map(changes.map(({ prefix, route }) => [prefix, route]));
    const wanted = new Set<string>();
    for (const { name, url } of this.#services.list()) {
      if (url === null) continue;
      const prefix = servicePath(this.#baseUrl, name).slice(0, -1);
      const route: Route = { prefix, target: url, data: { service: name } };
      wanted.add(prefix);
      if (isSameRoute(actual.get(prefix) ?? null, route)) continue;
      await this.#store.routes.put(route, null);
    }
    for (const { prefix, route, serverId } of changes) {
      const isOurs = serverId === null && prefix.startsWith(`${this.#baseUrl}services/`);
      if (route === null || !isOurs || wanted.has(prefix)) continue;
      await this.#store.routes.remove(prefix);
    }
  }
}
