/** A spawner that starts nothing: for tests, for trying out, and for measuring the hub without its servers. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Progress } from '../../domain/progress.ts';
import type { HookResult, Json } from '../../domain/server.ts';
import type { ServerChoices } from '../../domain/server-choices.ts';
import {
  type Existing,
  type Launched,
  type Run,
  type RunStatus,
  type ServerSpec,
  SpawnError,
  type Spawner,
} from '../spawner.ts';
import type { SimulatedRun } from './simulated-runs.ts';
import type { SimulatedWorld } from './simulated-world.ts';
import { simulationOf } from './simulation.ts';

export interface SimulatedSpawnerOptions {
  /** What "runs"; it stays when the spawner is disposed of. */
  readonly world: SimulatedWorld;
  /** `http://host:port` that answers for every server; null: the world's own small server. */
  readonly target?: string | null;
  /** Its servers are alike, whatever is chosen. */
  readonly choices?: ServerChoices;
  readonly now?: () => Date;
}

export class SimulatedSpawner implements Spawner {
  readonly className = 'SimulatedSpawner';
  readonly choices: ServerChoices;
  readonly #world: SimulatedWorld;
  readonly #target: string | null;
  readonly #now: () => Date;

  constructor(options: SimulatedSpawnerOptions) {
    this.choices = options.choices ?? [];
    this.#world = options.world;
    this.#target = options.target ?? null;
    this.#now = options.now ?? (() => new Date());
  }

  async start(
    spec: ServerSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Launched> {
    const existing = await this.#running(spec);
    if (existing !== undefined) return launched(existing);
    const simulation = simulationOf(spec.userOptions);
    report({ phase: 'launching', message: 'Starting your server.', percent: 20 });
    await delay(simulation.startMs, undefined, { signal });
    if (simulation.startError !== null) throw new SpawnError(simulation.startError);
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
      busyKernels: simulation.busyKernels,
      stoppedAt: null,
      log: simulation.log,
    };
    // Another call for the same run, of this hub or another, may have come first while this one waited.
    if (await this.#world.runs.add(run)) return launched(run);
    return launched((await this.#world.runs.get(spec)) ?? run);
  }

  async poll(handle: Json): Promise<RunStatus> {
    const run = await this.#named(handle);
    if (run === undefined || run.stoppedAt !== null)
      return { kind: 'exited', reason: 'exited', exitCode: null };
    if (this.#runs(run)) return { kind: 'running' };
    return { kind: 'exited', reason: run.endReason, exitCode: run.exitCode };
  }

  async stop(handle: Json, graceSeconds: number): Promise<void> {
    const run = await this.#named(handle);
    if (run === undefined || run.stoppedAt !== null) return;
    await delay(Math.min(run.stopMs, graceSeconds * 1000));
    await this.#world.runs.replace({ ...run, stoppedAt: this.#now().getTime() });
  }

  async runHook(spec: ServerSpec, _handle: Json, signal: AbortSignal): Promise<HookResult> {
    const { ms, exitCode, output } = simulationOf(spec.userOptions).hook;
    await delay(ms, undefined, { signal });
    return { status: exitCode === 0 ? 'succeeded' : 'failed', exitCode, output, at: this.#now() };
  }

  async log(run: Run, lines: number): Promise<string> {
    const written = (await this.#world.runs.get(run))?.log ?? [];
    return lines <= 0 ? '' : written.slice(-lines).join('\n');
  }

  async list(): Promise<readonly Existing[]> {
    return (await this.#world.runs.all())
      .filter((run) => this.#runs(run))
      .map((run) => ({ serverId: run.serverId, attempt: run.attempt, handle: launched(run).handle }));
  }

  async memory(handle: Json): Promise<number | null> {
    const run = await this.#named(handle);
    return run !== undefined && this.#runs(run) ? 100 * 1024 * 1024 : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #running(run: Run): Promise<SimulatedRun | undefined> {
    const found = await this.#world.runs.get(run);
    return found !== undefined && this.#runs(found) ? found : undefined;
  }

  #runs(run: SimulatedRun): boolean {
    return run.stoppedAt === null && (run.endsAt === null || this.#now().getTime() < run.endsAt);
  }

  async #named(handle: Json): Promise<SimulatedRun | undefined> {
    const { serverId, attempt } = (handle ?? {}) as Partial<Run>;
    return serverId === undefined || attempt === undefined
      ? undefined
      : await this.#world.runs.get({ serverId, attempt });
  }
}

function launched(run: SimulatedRun): Launched {
  return { handle: { serverId: run.serverId, attempt: run.attempt }, target: run.target };
}
