/**
 * What people and programs may want of servers. Nothing here starts or stops anything: it writes what is wanted, and
 * the reconciler does it.
 */
import { HubError } from '../domain/errors.ts';
import type { ProgressEvent } from '../domain/progress.ts';
import type { RouteOf } from '../domain/route.ts';
import {
  isActive,
  isSettled,
  type Json,
  type Server,
  type ServerId,
  type StopReason,
  serverNameProblem,
  transition,
} from '../domain/server.ts';
import type { QueuePlace } from '../domain/start-queue.ts';
import type { User } from '../domain/user.ts';
import { newId } from '../lib/secret.ts';
import type { Repositories, Store } from '../store/store.ts';
import type { HubEvents } from './events.ts';
import { ServerChanges } from './server-changes.ts';
import type { StartQueue } from './start-queue.ts';

export interface ServerLimits {
  readonly allowNamed: boolean;
  /** Named servers a user; null: no limit. */
  readonly namedPerUser: number | null;
}

/** What whoever watches a start is told: the row as it is, and what is new since the last time. */
export interface ServerUpdate {
  readonly server: Server;
  readonly events: readonly ProgressEvent[];
  /** Where it stands in the start queue; null when it is not waiting. */
  readonly place: QueuePlace | null;
}

/** What becomes of a start where all places of the course are taken: it waits for one, or is refused. */
export type WhenFull = 'wait' | 'refuse';

/** Who waits in the queue is told this often where they stand. */
const TELL_PLACE_MS = 2_000;

export class Servers {
  readonly #store: Store;
  readonly #events: HubEvents;
  readonly #queue: StartQueue;
  readonly #limits: ServerLimits;
  readonly #changes: ServerChanges;
  readonly #routeOf: RouteOf;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    readonly events: HubEvents;
    readonly queue: StartQueue;
    readonly limits: ServerLimits;
    readonly routeOf: RouteOf;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#events = parts.events;
    this.#queue = parts.queue;
    this.#limits = parts.limits;
    this.#changes = new ServerChanges(parts);
    this.#routeOf = parts.routeOf;
    this.#now = parts.now;
  }

  get(owner: string, name: string): Promise<Server | undefined> {
    return this.#store.servers.get(owner, name);
  }

  /** All servers of these users, by user id. Users without servers have an empty list. */
  async ofUsers(users: readonly User[]): Promise<ReadonlyMap<number, readonly Server[]>> {
    const byUser = new Map<number, Server[]>(users.map((user) => [user.id, []]));
    for (const server of await this.#store.servers.ofUsers([...byUser.keys()]))
      byUser.get(server.userId)?.push(server);
    return byUser;
  }

  /**
   * Wants it to run; makes the row where there is none. Where it runs or starts already, nothing changes.
   * @throws HubError `invalid` for an impossible name or where named servers are off; `too_many` where the course is full
   * and it is not to wait.
   */
  async start(
    owner: User,
    name: string,
    {
      by,
      userOptions,
      whenFull = 'wait',
    }: {
      readonly by: string;
      readonly userOptions?: { readonly [key: string]: Json };
      readonly whenFull?: WhenFull;
    },
  ): Promise<Server> {
    const existing = await this.#store.servers.get(owner.name, name);
    const row = existing ?? (await this.create(owner, name));
    let changed = false;
    const want = (servers: Repositories['servers']) =>
      servers.update(row.id, (now) => {
        const next = transition(
          now,
          { kind: 'start_wanted', ...(userOptions === undefined ? {} : { userOptions }) },
          this.#now(),
        );
        changed = next !== now;
        return next;
      });
    const server =
      whenFull === 'refuse' && this.#queue.hasActiveLimit
        ? await this.#store.exclusive('places', async (tx) => {
            const now = await tx.servers.byId(row.id);
            if (now && !isActive(now)) await this.#queue.refuseWhenFull(tx);
            return want(tx.servers);
          })
        : await want(this.#store.servers);
    if (!server) throw new HubError('conflict', 'The server was deleted meanwhile. Try again.');
    if (changed) this.#events.startWanted(server, by);
    return server;
  }

  /** Makes a row at rest. @throws HubError `invalid`, `too_many` as `start`. */
  async create(owner: User, name: string, displayName: string = name): Promise<Server> {
    const problem = serverNameProblem(name);
    if (problem) throw new HubError('invalid', `Invalid server name “${name}”: ${problem}.`);
    if (name !== '') await this.#refuseAtNamedLimit(owner);
    const id = newId('srv');
    return this.#store.servers.insert({
      id,
      userId: owner.id,
      name,
      displayName,
      oauthClientId: `jupyterhub-user-${id}`,
    });
  }

  /**
   * Says something else of a server at rest: what it is called, and the options of its next start.
   * @throws HubError `conflict` where it is active, `not_found` where it is gone
   */
  async edit(
    server: Server,
    patch: { readonly displayName?: string; readonly userOptions?: { readonly [key: string]: Json } },
  ): Promise<Server> {
    const edited = await this.#store.servers.update(server.id, (now) => {
      if (isActive(now)) throw new HubError('conflict', 'Stop the server before changing it.');
      return { ...now, ...patch };
    });
    if (!edited) throw new HubError('not_found', 'The server was deleted meanwhile.');
    return edited;
  }

  /** Wants it to end, in whatever state it is; with `remove`, and its row to go once it has, unless it is started again. */
  async stop(
    server: Server,
    {
      by,
      reason,
      remove = false,
    }: { readonly by: string; readonly reason: StopReason; readonly remove?: boolean },
  ): Promise<Server | undefined> {
    let changed = false;
    const change = (now: Server) => {
      if (!isActive(now)) return now;
      const next = transition(now, { kind: 'stop_wanted', reason, remove }, this.#now());
      changed = next !== now;
      return next;
    };
    const stopped = await this.#store.servers.update(server.id, change, { routeOf: this.#routeOf });
    if (stopped && changed) this.#events.stopWanted(stopped, by);
    return stopped;
  }

  /** Removes the row of a named server at rest. @throws HubError `conflict` where it is active. */
  async remove(server: Server): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const now = await tx.servers.byId(server.id);
      if (!now) return;
      if (isActive(now)) throw new HubError('conflict', 'Stop the server before removing it.');
      await tx.servers.delete(server.id);
    });
  }

  /** How many servers are in each state. */
  counts(): Promise<ReadonlyMap<Server['state'], number>> {
    return this.#store.servers.countByState();
  }

  /**
   * The row and its progress whenever either changes, until `signal` is aborted, the row is gone, or it is settled
   * (that update is the last). The first comes at once and has the whole attempt so far.
   */
  async *watch(id: ServerId, signal: AbortSignal): AsyncGenerator<ServerUpdate> {
    using changes = this.#changesOf(id, signal, { progress: true });
    let attempt = -1;
    let sequence = 0;
    let revision = -1;
    let place: QueuePlace | null = null;
    for (;;) {
      const changed = changes.next();
      const server = await this.#store.servers.byId(id);
      if (!server || signal.aborted) return;
      if (server.attempt !== attempt) sequence = 0;
      attempt = server.attempt;
      // In the queue the row still has the number of the attempt before, whose events are no news.
      const events = server.state === 'queued' ? [] : await this.#store.progress.since(id, attempt, sequence);
      sequence = events.at(-1)?.sequence ?? sequence;
      const stands = await this.placeOf(server);
      if (server.revision !== revision || events.length > 0 || !isSamePlace(stands, place)) {
        revision = server.revision;
        place = stands;
        yield { server, events, place };
      }
      if (isSettled(server)) return;
      if (place !== null) changes.wakeIn(TELL_PLACE_MS);
      await changed;
    }
  }

  /** Resolves with the row when `condition` holds, or with what it is after `timeoutMs`. */
  async waitUntil(
    id: ServerId,
    condition: (server: Server | undefined) => boolean,
    timeoutMs: number,
  ): Promise<Server | undefined> {
    const signal = AbortSignal.timeout(timeoutMs);
    using changes = this.#changesOf(id, signal, { progress: false });
    for (;;) {
      const changed = changes.next();
      const server = await this.#store.servers.byId(id);
      if (condition(server) || signal.aborted) return server;
      await changed;
    }
  }

  /** Where it stands in the start queue; null where it does not wait. */
  async placeOf(server: Server): Promise<QueuePlace | null> {
    return server.state === 'queued' ? this.#queue.placeOf(server.id) : null;
  }

  async #refuseAtNamedLimit(owner: User): Promise<void> {
    if (!this.#limits.allowNamed)
      throw new HubError('invalid', 'Named servers are not enabled in this course.');
    const { namedPerUser } = this.#limits;
    if (namedPerUser === null || namedPerUser === 0) return;
    const named = (await this.#store.servers.ofUsers([owner.id])).filter((server) => server.name !== '');
    if (named.length >= namedPerUser) {
      throw new HubError(
        'invalid',
        `“${owner.name}” already has the maximum of ${namedPerUser} named servers.`,
      );
    }
  }

  /** Promises of the next change: resolve at a change, at an abort, or after a while where that was asked. */
  #changesOf(
    id: ServerId,
    signal: AbortSignal,
    { progress }: { readonly progress: boolean },
  ): Disposable & { next(): Promise<void>; wakeIn(ms: number): void } {
    let wake = Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;
    const notice = () => {
      clearTimeout(timer);
      wake.resolve();
      wake = Promise.withResolvers();
    };
    const unsubscribe = this.#changes.subscribe(id, notice, { progress });
    signal.addEventListener('abort', notice);
    return {
      next: () => wake.promise,
      wakeIn(ms) {
        timer = setTimeout(notice, ms);
      },
      [Symbol.dispose]() {
        unsubscribe();
        clearTimeout(timer);
        signal.removeEventListener('abort', notice);
      },
    };
  }
}

/** What a person would be told in the same words. */
function isSamePlace(one: QueuePlace | null, other: QueuePlace | null): boolean {
  if (one === null || other === null) return one === other;
  const steps = ({ estimateSeconds }: QueuePlace) => estimateSeconds && Math.ceil(estimateSeconds / 5);
  return one.position === other.position && one.full === other.full && steps(one) === steps(other);
}
