/** A spawner that starts nothing: for tests, for trying out, and for measuring the hub without its servers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../domain/progress.ts';
import type { HookResult, Json } from '../../domain/server.ts';
import {
  type Existing,
  type Launched,
  type Run,
  type RunStatus,
  type ServerSpec,
  SpawnError,
  type Spawner,
} from '../spawner.ts';
import type { SimulatedRun, SimulatedWorld } from './simulated-world.ts';
import { simulationOf } from './simulation.ts';

export interface SimulatedSpawnerOptions {
  /** What "runs"; it stays when the spawner is disposed of. */
  readonly world: SimulatedWorld;
  /** `http://host:port` that answers for every server; null: the world's own small server. */
  readonly target?: string | null;
  readonly now?: () => Date;
}

export class SimulatedSpawner implements Spawner {
  readonly className = 'SimulatedSpawner';
  readonly #world: SimulatedWorld;
  readonly #target: string | null;
  readonly #now: () => Date;

  constructor(options: SimulatedSpawnerOptions) {
    this.#world = options.world;
    this.#target = options.target ?? null;
    this.#now = options.now ?? (() => new Date());
  }

  async start(
    spec: ServerSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Launched> {
    const existing = this.#running(spec);
    if (existing !== undefined) return launched(existing);
    const simulation = simulationOf(spec.userOptions);
    report({ phase: 'launching', message: 'Starting your server', percent: 20 });
    await delay(simulation.startMs, undefined, { signal });
    if (simulation.startError !== null) throw new SpawnError(simulation.startError);
    // Another call for the same run may have come first while this one waited.
    const earlier = this.#running(spec);
    if (earlier !== undefined) return launched(earlier);
    const now = this.#now().getTime();
    const run: SimulatedRun = {
      serverId: spec.serverId,
      attempt: spec.attempt,
      path: spec.path,
      target: this.#target ?? this.#world.target,
      startedAt: now,
      answersAt: now + simulation.answerMs,
      endsAt: simulation.endMs === null ? null : now + simulation.endMs,
      endReason: simulation.endReason,
      exitCode: simulation.exitCode,
      stopMs: simulation.stopMs,
      stopped: false,
      log: simulation.log,
    };
    await this.#world.put(run);
    return launched(run);
  }

  async poll(handle: Json): Promise<RunStatus> {
    const run = this.#named(handle);
    if (run === undefined || run.stopped) return { kind: 'exited', reason: 'exited', exitCode: null };
    if (this.#runs(run)) return { kind: 'running' };
    return { kind: 'exited', reason: run.endReason, exitCode: run.exitCode };
  }

  async stop(handle: Json, graceSeconds: number): Promise<void> {
    const run = this.#named(handle);
    if (run === undefined || run.stopped) return;
    await delay(Math.min(run.stopMs, graceSeconds * 1000));
    await this.#world.put({ ...run, stopped: true });
  }

  async runHook(spec: ServerSpec, _handle: Json, signal: AbortSignal): Promise<HookResult> {
    const { ms, exitCode, output } = simulationOf(spec.userOptions).hook;
    await delay(ms, undefined, { signal });
    return { status: exitCode === 0 ? 'succeeded' : 'failed', exitCode, output, at: this.#now() };
  }

  async log(run: Run, lines: number): Promise<string> {
    const written = this.#world.get(run)?.log ?? [];
    return lines <= 0 ? '' : written.slice(-lines).join('\n');
  }

  async list(): Promise<readonly Existing[]> {
    return [...this.#world.runs()]
      .filter((run) => this.#runs(run))
      .map((run) => ({ serverId: run.serverId, attempt: run.attempt, handle: launched(run).handle }));
  }

  async memory(handle: Json): Promise<number | null> {
    const run = this.#named(handle);
    return run !== undefined && this.#runs(run) ? 100 * 1024 * 1024 : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #running(run: Run): SimulatedRun | undefined {
    const found = this.#world.get(run);
    return found !== undefined && this.#runs(found) ? found : undefined;
  }

  #runs(run: SimulatedRun): boolean {
    return !run.stopped && (run.endsAt === null || this.#now().getTime() < run.endsAt);
  }

  #named(handle: Json): SimulatedRun | undefined {
    const { serverId, attempt } = (handle ?? {}) as Partial<Run>;
    return serverId === undefined || attempt === undefined
      ? undefined
      : this.#world.get({ serverId, attempt });
  }
}

function launched(run: SimulatedRun): Launched {
  return { handle: { serverId: run.serverId, attempt: run.attempt }, target: run.target };
}
