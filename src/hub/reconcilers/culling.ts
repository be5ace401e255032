/**
 * Stops servers that nobody uses. What counts as use is what the proxy saw and what the server itself reported, whichever
 * is later; a server in which a cell still runs is in use. After a start of the hub nobody is judged until reports had
 * time to come in: who was busy while the hub was away must not look idle.
 */
import { serverPath } from '../../domain/route.ts';
import type { Server } from '../../domain/server.ts';
import type { Store } from '../../store/store.ts';
import type { HubEvents } from '../events.ts';
import type { ServerSpecs } from '../server-spec.ts';
import type { Servers } from '../servers.ts';
import type { Reconciler } from './reconciler.ts';

export interface CullSettings {
  /** Idle this long, a server is stopped. */
  readonly timeoutSeconds: number;
  /** How often it looks. */
  readonly everySeconds: number;
  /** This long after its start a server is stopped, idle or not; 0: never. */
  readonly maxAgeSeconds: number;
  /** Whether a server in which a cell runs goes on, however long ago anybody looked at it. */
  readonly spareRunningCells: boolean;
  /** Whether servers of admins are stopped too. */
  readonly adminUsers: boolean;
  /** Whether a named server that was stopped is removed too. */
  readonly removeNamedServers: boolean;
}

/** Single-user servers report every five minutes; twice that, and a report that was missed has come again. */
const PATIENCE_AFTER_START_MS = 600_000;

export class CullReconciler implements Reconciler {
  readonly name = 'culling';
  readonly periodMs: number;
  readonly #store: Store;
  readonly #servers: Servers;
  readonly #specs: ServerSpecs;
  readonly #events: HubEvents;
  readonly #settings: CullSettings;
  readonly #baseUrl: string;
  readonly #isBusy: (kernelsUrl: string, token: string) => Promise<boolean>;
  readonly #isInClass: (at: Date) => boolean;
  readonly #now: () => Date;
  readonly #startedAt: Date;

  constructor(parts: {
    readonly store: Store;
    readonly servers: Servers;
    readonly specs: ServerSpecs;
    readonly events: HubEvents;
    readonly settings: CullSettings;
    readonly baseUrl: string;
    /** Whether one of a server's kernels runs something, asked with a token that the server accepts. */
    readonly isBusy: (kernelsUrl: string, token: string) => Promise<boolean>;
    /** Whether a class goes on, in which nobody's server is stopped. */
    readonly isInClass: (at: Date) => boolean;
    readonly now: () => Date;
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
    this.#startedAt = parts.now();
  }

  async reconcile(): Promise<void> {
    const now = this.#now();
    if (now.getTime() - this.#startedAt.getTime() < PATIENCE_AFTER_START_MS || this.#isInClass(now)) return;
    for (const server of await this.#store.servers.inStates(['ready'])) {
      try {
        if (await this.#isDue(server)) await this.#cull(server);
      } catch (error) {
        this.#events.stepFailed('cull', error, { server: server.id, user: server.owner });
      }
    }
  }

  async #isDue(server: Server): Promise<boolean> {
    const { maxAgeSeconds, timeoutSeconds, spareRunningCells, adminUsers } = this.#settings;
    const tooOld = maxAgeSeconds > 0 && this.#secondsSince(server.startedAt) >= maxAgeSeconds;
    const used = Math.max(server.lastActivityAt?.getTime() ?? 0, server.readyAt?.getTime() ?? 0);
    const idle = timeoutSeconds > 0 && this.#secondsSince(new Date(used)) >= timeoutSeconds;
    if (!tooOld && !idle) return false;
    if (!adminUsers && (await this.#store.users.byId(server.userId))?.admin) return false;
    return tooOld || !spareRunningCells || !(await this.#runsSomething(server));
  }

  /** A server that cannot be asked counts as idle: something that does not answer is of no use to anyone. */
  async #runsSomething(server: Server): Promise<boolean> {
    const url = `${server.target}${serverPath(this.#baseUrl, server.owner, server.name)}api/kernels`;
    return this.#isBusy(url, this.#specs.tokenOf(server)).catch(() => false);
  }

  async #cull(server: Server): Promise<void> {
    await this.#servers.stop(server, { by: 'culling', reason: 'idle' });
    if (server.name !== '' && this.#settings.removeNamedServers) this.#servers.removeOnceStopped(server);
  }

  #secondsSince(time: Date | null): number {
    return time === null ? 0 : (this.#now().getTime() - time.getTime()) / 1000;
  }
}
