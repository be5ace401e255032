/**
 * Stops servers that nobody uses, and removes users who are away where the course says so. What counts as use is what
 * the proxy saw and what the server itself reported, whichever is later; a server in which a cell still runs is in use.
 * After a start of the hub nobody is judged until reports had time to come in: who was busy while the hub was away must
 * not look idle. The same after the clock was set or the machine slept: those hours were nobody's idleness.
 */
import { serverPath } from '../../domain/route.ts';
import { isActive, type Server } from '../../domain/server.ts';
import { type EndRule, endsOf } from '../../domain/server-end.ts';
import type { User } from '../../domain/user.ts';
import { atOnce } from '../../lib/at-once.ts';
import type { Store } from '../../store/store.ts';
import type { HubEvents } from '../events.ts';
import type { ServerSpecs } from '../server-spec.ts';
import type { Servers } from '../servers.ts';
import type { Reconciler } from './reconciler.ts';

export interface CullSettings extends EndRule {
  /** How often it looks. */
  readonly everySeconds: number;
  /** Whether a server in which a cell runs goes on, however long ago anybody looked at it. */
  readonly spareRunningCells: boolean;
  /** Whether users are removed too who were away as long and have no server. */
  readonly users: boolean;
  /** Whether servers of admins are stopped, and admins removed, too. */
  readonly adminUsers: boolean;
  /** Whether a named server that was stopped is removed too. */
  readonly removeNamedServers: boolean;
}

/** Single-user servers report every five minutes; twice that, and a report that was missed has come again. */
const PATIENCE_MS = 600_000;
/** Clocks are set by less than this all the time. */
const SMALLEST_JUMP_MS = 60_000;
/** Servers that do not answer are waited for: one after the other they would keep the rest from being looked at. */
const ASKED_AT_ONCE = 10;

export class CullReconciler implements Reconciler {
  readonly name = 'culling';
  readonly periodMs: number;
  readonly #store: Store;
  readonly #servers: Servers;
  readonly #specs: ServerSpecs;
  readonly #events: HubEvents;
  readonly #settings: CullSettings;
  readonly #baseUrl: string;
  readonly #isBusy: (url: string, token: string) => Promise<boolean>;
  readonly #isInClass: (at: Date) => boolean;
  readonly #now: () => Date;
  readonly #uptime: () => number;
  /** Nobody is judged until some time after. */
  #patientFrom: Date;
  /** How far clock and uptime were apart at the last look, in milliseconds. */
  #offset: number;

  constructor(parts: {
    readonly store: Store;
    readonly servers: Servers;
    readonly specs: ServerSpecs;
    readonly events: HubEvents;
    readonly settings: CullSettings;
    readonly baseUrl: string;
    /** Whether one of the kernels of the server at this address runs something, asked with a token that it accepts. */
    readonly isBusy: (url: string, token: string) => Promise<boolean>;
    /** Whether a class goes on, in which nobody's server is stopped. */
    readonly isInClass: (at: Date) => boolean;
    readonly now: () => Date;
    /** Milliseconds since some moment, which nobody sets and which do not pass while the machine sleeps. */
    readonly uptime: () => number;
  }) {
    this.periodMs = parts.settings.everySeconds * 1000;
    this.#store = parts.store;
    this.#servers = parts.servers;
    this.#specs = parts.specs;
    this.#events = parts.events;
    this.#settings = parts.settings;
    this.#baseUrl = parts.baseUrl;
    this.#isBusy = parts.isBusy;
    this.#isInClass = parts.isInClass;
    this.#now = parts.now;
    this.#uptime = parts.uptime;
    this.#patientFrom = parts.now();
    this.#offset = this.#patientFrom.getTime() - parts.uptime();
  }

  async reconcile(): Promise<void> {
    const now = this.#now();
    this.#noticeJump(now);
    if (now.getTime() - this.#patientFrom.getTime() < PATIENCE_MS || this.#isInClass(now)) return;
    await atOnce(ASKED_AT_ONCE, await this.#store.servers.inStates(['ready']), async (server) => {
      try {
        if (await this.#isDue(server)) await this.#cull(server);
      } catch (error) {
        this.#events.stepFailed('cull', error, { server: server.id, user: server.owner });
      }
    });
    if (this.#settings.users) await this.#removeUsers();
  }

  async #removeUsers(): Promise<void> {
    const { items } = await this.#store.users.list({ state: 'inactive' });
    for (const { id, name } of items.filter((user) => this.#isAway(user))) {
      try {
        if (await this.#removeUser(id)) this.#events.userDeleted(name, 'culling');
      } catch (error) {
        this.#events.stepFailed('cull', error, { user: name });
      }
    }
  }

  /** Unless they have come back meanwhile: who has a server, be it one that waits or is being stopped, is not away. */
  #removeUser(id: number): Promise<boolean> {
    return this.#store.transaction(async (tx) => {
      const user = await tx.users.byId(id);
      if (!user || !this.#isAway(user)) return false;
      if ((await tx.servers.ofUsers([id])).some(isActive)) return false;
      return tx.users.delete(id);
    });
  }

  #isAway({ admin, createdAt, lastActivityAt }: User): boolean {
    const { timeoutSeconds, maxAgeSeconds, adminUsers } = this.#settings;
    if (admin && !adminUsers) return false;
    const tooOld = maxAgeSeconds > 0 && this.#secondsSince(createdAt) >= maxAgeSeconds;
    const idle = timeoutSeconds > 0 && this.#secondsSince(lastActivityAt ?? createdAt) >= timeoutSeconds;
    return tooOld || idle;
  }

  async #isDue(server: Server): Promise<boolean> {
    const { spareRunningCells, adminUsers } = this.#settings;
    const ends = endsOf(server, this.#settings);
    const tooOld = ends.age !== null && ends.age <= this.#now();
    const idle = ends.idle !== null && ends.idle <= this.#now();
    if (!tooOld && !idle) return false;
    if (!adminUsers && (await this.#store.users.byId(server.userId))?.admin) return false;
    return tooOld || !spareRunningCells || !(await this.#runsSomething(server));
  }

  /** A server that cannot be asked counts as idle: something that does not answer is of no use to anyone. */
  async #runsSomething(server: Server): Promise<boolean> {
    const url = `${server.target}${serverPath(this.#baseUrl, server.owner, server.name)}`;
    return this.#isBusy(url, this.#specs.tokenOf(server)).catch(() => false);
  }

  async #cull(server: Server): Promise<void> {
    const remove = server.name !== '' && this.#settings.removeNamedServers;
    await this.#servers.stop(server, { by: 'culling', reason: 'idle', remove });
  }

  #noticeJump(now: Date): void {
    const offset = now.getTime() - this.#uptime();
    if (Math.abs(offset - this.#offset) > SMALLEST_JUMP_MS) this.#patientFrom = now;
    this.#offset = offset;
  }

  #secondsSince(time: Date): number {
    return (this.#now().getTime() - time.getTime()) / 1000;
  }
}
