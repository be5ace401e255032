/** What those who teach do for many people at once. */
import type { Server } from '../domain/server.ts';
import type { QueuePlace } from '../domain/start-queue.ts';
import type { User } from '../domain/user.ts';
import type { Store } from '../store/store.ts';
import { type CheckedLine, checkRoster } from './roster.ts';
import type { Servers } from './servers.ts';

/** People are read by so many at a time. */
const PAGE_SIZE = 500;

/** Of which servers something may be known or done. */
type Permission = (server: Pick<Server, 'owner' | 'name'>) => boolean;

interface ForMany {
  readonly by: string;
  readonly may: Permission;
}

export class Course {
  readonly #store: Store;
  readonly #servers: Servers;

  constructor(parts: { readonly store: Store; readonly servers: Servers }) {
    this.#store = parts.store;
    this.#servers = parts.servers;
  }

  /**
   * Of the servers that `may` is about, those that are not at rest and those that failed; those that wait in order of their
   * turn, with their place.
   */
  async activeServers(
    may: Permission,
  ): Promise<readonly { readonly server: Server; readonly place: QueuePlace | null }[]> {
    const servers = await this.#store.servers.inStates(['queued', 'starting', 'ready', 'stopping', 'failed']);
    return await Promise.all(
      servers.filter(may).map(async (server) => ({ server, place: await this.#servers.placeOf(server) })),
    );
  }

  /**
   * Wants the default server of each to run, of those that `may` is about; where there are more than may start at a time, they wait for their turn.
   * @param names undefined: of everybody @returns of how many it is wanted now
   */
  async start(names: ReadonlySet<string> | undefined, { by, may }: ForMany): Promise<number> {
    let count = 0;
    for await (const user of this.#people(names)) {
      if (!may({ owner: user.name, name: '' })) continue;
      await this.#servers.start(user, '', { by });
      count += 1;
    }
    return count;
  }

  /** Wants every server of each to end, of those that `may` is about. @param names undefined: of everybody @returns how many were asked to */
  async stop(names: ReadonlySet<string> | undefined, { by, may }: ForMany): Promise<number> {
    const active = await this.#store.servers.inStates(['queued', 'starting', 'ready']);
    const meant = active.filter((server) => (names?.has(server.owner) ?? true) && may(server));
    for (const server of meant) await this.#servers.stop(server, { by, reason: 'admin' });
    return meant.length;
  }

  /** As `checkRoster`. */
  readRoster(text: string): Promise<readonly CheckedLine[]> {
    return checkRoster(this.#store, text);
  }

  async *#people(names: ReadonlySet<string> | undefined): AsyncIterable<User> {
    const only = names === undefined ? {} : { names: [...names] };
    for (let offset = 0; ; offset += PAGE_SIZE) {
      const page = await this.#store.users.list({ ...only, sort: 'id', offset, limit: PAGE_SIZE });
      yield* page.items;
      if (page.items.length < PAGE_SIZE) return;
    }
  }
}
