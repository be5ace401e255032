/** Sees that each service with an address has its route, and that none is left of one that the file no longer declares. */
import { type CoursePlace, isSameRoute, type Route, routePrefix } from '../../domain/route.ts';
import { servicePath } from '../../domain/service.ts';
import type { Store } from '../../store/store.ts';
import type { Services } from '../services.ts';
import type { Reconciler } from './reconciler.ts';

export class ServiceRouteReconciler implements Reconciler {
  readonly name = 'service routes';
  readonly periodMs = 30_000;
  readonly #store: Store;
  readonly #services: Services;
  readonly #place: CoursePlace;

  constructor(parts: {
    readonly store: Store;
    readonly services: Services;
    readonly place: CoursePlace;
  }) {
    this.#store = parts.store;
    this.#services = parts.services;
    this.#place = parts.place;
  }

  async reconcile(): Promise<void> {
    const { baseUrl, domains } = this.#place;
    const { changes } = await this.#store.routes.changes(0);
    const actual = new Map(changes.map(({ prefix, route }) => [prefix, route]));
    const wanted = new Set<string>();
    for (const { name, url } of this.#services.list()) {
      if (url === null) continue;
      const prefix = routePrefix(domains?.hostOfService(name) ?? null, servicePath(baseUrl, name));
      const route: Route = { prefix, target: url, data: { service: name } };
      wanted.add(prefix);
      if (isSameRoute(actual.get(prefix) ?? null, route)) continue;
      await this.#store.routes.put(route, null);
    }
    for (const { prefix, route, serverId } of changes) {
      const isOurs = serverId === null && route?.data.service !== undefined;
      if (!isOurs || wanted.has(prefix)) continue;
      await this.#store.routes.remove(prefix);
    }
  }
}
