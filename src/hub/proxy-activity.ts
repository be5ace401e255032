/** What proxies saw of servers: when somebody last used each. */
import type { ServerId } from '../domain/server.ts';
import type { Store } from '../store/store.ts';
import type { RouteFeed } from './route-feed.ts';

export class ProxyActivity {
  readonly #store: Store;
  readonly #feed: RouteFeed;
  readonly #now: () => Date;

  constructor(parts: { readonly store: Store; readonly feed: RouteFeed; readonly now: () => Date }) {
    this.#store = parts.store;
    this.#feed = parts.feed;
    this.#now = parts.now;
  }

  /** @param idle how many milliseconds ago each prefix was used. Prefixes of no server (any more) are passed over. */
  async record(idle: ReadonlyMap<string, number>): Promise<void> {
    const now = this.#now().getTime();
    await this.#feed.look();
    const times = new Map<ServerId, Date>();
    for (const [prefix, milliseconds] of idle) {
      const serverId = this.#feed.serverOf(prefix);
      if (serverId !== null) times.set(serverId, new Date(now - milliseconds));
    }
    const seen = (await this.#store.servers.byIds([...times.keys()])).flatMap((server) => {
      const at = times.get(server.id)!;
      // Under the same prefix an earlier run of the server may have been used.
      return server.readyAt && at > server.readyAt ? [{ server, at }] : [];
    });
    await this.#store.servers.touch(seen.map(({ server, at }) => ({ id: server.id, at })));
    await this.#store.users.touch(seen.map(({ server, at }) => ({ id: server.userId, at })));
  }
}
