/** What can be asked of a server that runs: what it uses, whether it works, and the course's command once more. */
import { HubError } from '../domain/errors.ts';
import { serverPath } from '../domain/route.ts';
import { type Server, type ServerId, transition } from '../domain/server.ts';
import type { Spawner } from '../spawner/spawner.ts';
import type { Store } from '../store/store.ts';
import { countBusyKernels } from './kernels.ts';
import type { ServerSpecs } from './server-spec.ts';

const HOOK_TIMEOUT_MS = 600_000;
/** A page waits for it. */
const KERNELS_TIMEOUT_MS = 1_000;
/** While a class begins, every page of those who teach looks again at each change. */
const MEMORY_KNOWN_MS = 10_000;
const MOST_KNOWN = 10_000;

interface KnownMemory {
  readonly attempt: number;
  readonly memory: Promise<number | null>;
  readonly until: number;
}

export class RunningServers {
  readonly #store: Store;
  readonly #spawner: Spawner;
  readonly #specs: ServerSpecs;
  readonly #baseUrl: string;
  readonly #now: () => Date;
  readonly #memories = new Map<ServerId, KnownMemory>();
  readonly #hooks = new Map<ServerId, Promise<void>>();

  constructor(parts: {
    readonly store: Store;
    readonly spawner: Spawner;
    readonly specs: ServerSpecs;
    readonly baseUrl: string;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#spawner = parts.spawner;
    this.#specs = parts.specs;
    this.#baseUrl = parts.baseUrl;
    this.#now = parts.now;
  }

  /** Bytes; null where it is not ready or nobody can tell. */
  async memoryOf(id: ServerId): Promise<number | null> {
    const server = await this.#store.servers.byId(id);
    return server?.state === 'ready' ? this.#spawner.memory(server.handle) : null;
  }

  /** As `memoryOf`, for pages that show many: what was found for the same run in the last 10 seconds is said again. */
  async recentMemoryOf({ id, state, attempt, handle }: Server): Promise<number | null> {
    if (state !== 'ready') {
      this.#memories.delete(id);
      return null;
    }
    const known = this.#memories.get(id);
    const at = performance.now();
    if (known?.attempt === attempt && known.until > at) return known.memory;
    if (this.#memories.size >= MOST_KNOWN) this.#memories.clear();
    const memory = this.#spawner.memory(handle).catch(() => null);
    this.#memories.set(id, { attempt, memory, until: at + MEMORY_KNOWN_MS });
    return memory;
  }

  /** How many of its kernels run something; null where it is not ready, or does not say so soon. */
  async busyKernelsOf(id: ServerId): Promise<number | null> {
    const server = await this.#store.servers.byId(id);
    if (server?.state !== 'ready') return null;
    const url = `${server.target}${serverPath(this.#baseUrl, server.owner, server.name)}`;
    const token = this.#specs.tokenOf(server);
    return countBusyKernels({ url, token, timeoutMs: KERNELS_TIMEOUT_MS }).catch(() => null);
  }

  /**
   * Runs the `postStart` command again and keeps what came of it. Asked twice at once, it runs once.
   * @throws HubError `not_running` where the server is not ready, `invalid` where the course has no such command.
   */
  rerunHook(id: ServerId): Promise<void> {
    const running = this.#hooks.get(id);
    if (running) return running;
    const run = this.#rerunHook(id).finally(() => this.#hooks.delete(id));
    this.#hooks.set(id, run);
    return run;
  }

  async #rerunHook(id: ServerId): Promise<void> {
    const server = await this.#readyServer(id);
    const owner = await this.#store.users.byId(server.userId);
    if (!owner) throw new HubError('not_found', 'No such user.');
    const spec = this.#specs.specOf(server, owner);
    if (spec.postStart === null) throw new HubError('invalid', 'This course has no command to run.');
    const hook = await this.#spawner.runHook(spec, server.handle, AbortSignal.timeout(HOOK_TIMEOUT_MS));
    await this.#store.servers.update(id, (now) =>
      // Stopped or started anew meanwhile: then what came of it is of no use to anyone.
      now.state === 'ready' && now.attempt === server.attempt
        ? transition(now, { kind: 'hook_ran', hook }, this.#now())
        : now,
    );
  }

  async #readyServer(id: ServerId): Promise<Server> {
    const server = await this.#store.servers.byId(id);
    if (server?.state !== 'ready') throw new HubError('not_running', 'The server is not running.');
    return server;
  }
}
