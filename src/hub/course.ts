/** What those who teach do for many people at once. */
import type { Server } from '../domain/server.ts';
import type { QueuePlace } from '../domain/start-queue.ts';
import type { User } from '../domain/user.ts';
import type { Store } from '../store/store.ts';
import { type CheckedLine, checkRoster } from './roster.ts';
import type { Servers } from './servers.ts';

/** People are read by so many at a time. */
const PAGE_SIZE = 500;

export class Course {
  readonly #store: Store;
  readonly #servers: Servers;

  constructor(parts: { readonly store: Store; readonly servers: Servers }) {
    this.#store = parts.store;
    this.#servers = parts.servers;
  }

  /** Servers that are not at rest and those that failed; those that wait in order of their turn, with their place. */
  async activeServers(): Promise<readonly { readonly server: Server; readonly place: QueuePlace | null }[]> {
    const servers = await this.#store.servers.inStates(['queued', 'starting', 'ready', 'stopping', 'failed']);
    return await Promise.all(
      servers.map(async (server) => ({ server, place: await this.#servers.placeOf(server) })),
    );
  }

  /**
   * Wants the default server of each to run; where there are more than may start at a time, they wait for their turn.
   * @param names undefined: of everybody @returns of how many it is wanted now
   */
  async start(names: ReadonlySet<string> | undefined, { by }: { readonly by: string }): Promise<number> {
    let count = 0;
    for await (const user of this.#people(names)) {
      await this.#servers.start(user, '', { by });
      count += 1;
    }
    return count;
  }

  /** Wants every server of each to end. @param names undefined: of everybody @returns how many were asked to */
  async stop(names: ReadonlySet<string> | undefined, { by }: { readonly by: string }): Promise<number> {
    const active = await this.#store.servers.inStates(['queued', 'starting', 'ready']);
    const meant = active.filter(({ owner }) => names === undefined || names.has(owner));
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
