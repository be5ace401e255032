/** What those who teach do for many people at once. */
import type { ProgressEvent } from '../domain/progress.ts';
import type { Server } from '../domain/server.ts';
import type { QueuePlace } from '../domain/start-queue.ts';
import type { User } from '../domain/user.ts';
import { atOnce } from '../lib/at-once.ts';
import type { Store } from '../store/store.ts';
import type { RunningServers } from './running-servers.ts';
import type { Servers } from './servers.ts';
import type { Users } from './users.ts';

/** People are read by so many at a time. */
const PAGE_SIZE = 500;

/** Each waits until the servers of one person have ended. */
const REMOVED_AT_ONCE = 20;

/** Whom something is about: everybody, those of these names, or the members of a group. */
export type Whom =
  | { readonly all: true }
  | { readonly names: ReadonlySet<string> }
  | { readonly group: string };

/** Of which servers something may be known or done. */
type Permission = (server: Pick<Server, 'owner' | 'name'>) => boolean;

interface ForMany {
  readonly by: string;
  readonly may: Permission;
}

/** A server, and what is known of it that is not in its row. */
export interface SeenServer {
  readonly server: Server;
  /** Null where it does not wait. */
  readonly place: QueuePlace | null;
  /** The last that was said of its start; null where it does not start. */
  readonly step: ProgressEvent | null;
  /** Bytes; null where it is not ready or nobody can tell. */
  readonly memory: number | null;
}

export interface Room {
  readonly people: number;
  /** Names of those without such a server; null: of everybody, who may be very many. */
  readonly absent: readonly string[] | null;
  readonly servers: readonly SeenServer[];
}

export class Course {
  readonly #store: Store;
  readonly #servers: Servers;
  readonly #users: Users;
  readonly #running: Pick<RunningServers, 'recentMemoryOf'>;

  constructor(parts: {
    readonly store: Store;
    readonly servers: Servers;
    readonly users: Users;
    readonly running: Pick<RunningServers, 'recentMemoryOf'>;
  }) {
    this.#store = parts.store;
    this.#servers = parts.servers;
    this.#users = parts.users;
    this.#running = parts.running;
  }

  /**
   * How many people there are, and of their servers that `may` is about those that are not at rest and those that failed;
   * those that wait in order of their turn, with their place.
   */
  async room(whom: Whom, may: Permission): Promise<Room> {
    const names = await this.#namesOf(whom);
    const servers = await this.#store.servers.inStates(['queued', 'starting', 'ready', 'stopping', 'failed']);
    const meant = servers.filter((server) => (names?.has(server.owner) ?? true) && may(server));
    const owners = new Set(meant.map(({ owner }) => owner));
    return {
      people: names?.size ?? (await this.#store.users.count()),
      absent: names === undefined ? null : [...names].filter((name) => !owners.has(name)),
      servers: await this.look(meant),
    };
  }

  /** What is known of these besides. */
  look(servers: readonly Server[]): Promise<readonly SeenServer[]> {
    return Promise.all(
      servers.map(async (server) => ({
        server,
        place: await this.#servers.placeOf(server),
        step: await this.#stepOf(server),
        memory: await this.#running.recentMemoryOf(server),
      })),
    );
  }

  /**
   * Wants the default server of each to run, of those that `may` is about; where there are more than may start at a time, they wait for their turn.
   * @returns of how many it is wanted now
   */
  async start(whom: Whom, { by, may }: ForMany): Promise<number> {
    let count = 0;
    for await (const user of this.#people(await this.#namesOf(whom))) {
      if (!may({ owner: user.name, name: '' })) continue;
      await this.#servers.start(user, '', { by });
      count += 1;
    }
    return count;
  }

  /** Wants every server of each to end, of those that `may` is about. @returns how many were asked to */
  async stop(whom: Whom, { by, may }: ForMany): Promise<number> {
    const active = await this.#store.servers.inStates(['queued', 'starting', 'ready']);
    const names = await this.#namesOf(whom);
    const meant = active.filter((server) => (names?.has(server.owner) ?? true) && may(server));
    for (const server of meant) await this.#servers.stop(server, { by, reason: 'admin' });
    return meant.length;
  }

  /**
   * Deletes them, with all that is theirs; those whom `may` is not about stay. Their servers end at the same time.
   * @returns how many
   */
  async remove(
    names: ReadonlySet<string>,
    { by, may }: { readonly by: string; readonly may: (user: User) => boolean },
  ): Promise<number> {
    const { items } = await this.#store.users.list({ names: [...names] });
    const meant = items.filter(may);
    await atOnce(REMOVED_AT_ONCE, meant, (user) => this.#users.delete(user, { by }));
    return meant.length;
  }

  async #stepOf({ id, state, attempt }: Server): Promise<ProgressEvent | null> {
    if (state !== 'starting') return null;
    return (await this.#store.progress.since(id, attempt, 0)).at(-1) ?? null;
  }

  /** Undefined: everybody. */
  async #namesOf(whom: Whom): Promise<ReadonlySet<string> | undefined> {
    if ('group' in whom) return new Set(await this.#store.groups.members(whom.group));
    return 'names' in whom ? whom.names : undefined;
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
