/**
 * What starts servers. The contract of all spawners; `conformance.ts` is the suite each passes.
 *
 * A run is named by server id and attempt. Every method may be called again after a crash of the hub, by the same hub
 * or another on this host: `start` finds what an earlier call launched instead of launching it twice, and `list` says
 * what exists, whatever anyone remembers.
 */
import type { Progress } from '../domain/progress.ts';
import type { HookResult, Json, ServerId } from '../domain/server.ts';
import type { ServerChoices } from '../domain/server-choices.ts';

export interface Spawner extends AsyncDisposable {
  /** What `GET /hub/api/info` calls it. */
  readonly className: string;

  /** What people may choose of a server; empty where all are alike. */
  readonly choices: ServerChoices;

  /**
   * Launches the run, or finds it launched. Resolves when it exists, not when it answers.
   * @param signal cancels it, and nothing of it is left; with a `LeaveRunning` as its reason, what there is may stay for
   * the next call of the same run.
   * @throws SpawnError when it cannot be; nothing of it is left then.
   */
  start(spec: ServerSpec, report: (progress: Progress) => void, signal: AbortSignal): Promise<Launched>;

  /** Whether what `handle` names still runs. */
  poll(handle: Json): Promise<RunStatus>;

  /** Ends it and all it started: asks first, ends it by force after `graceSeconds`. Resolves when nothing is left. */
  stop(handle: Json, graceSeconds: number): Promise<void>;

  /** Runs the `postStart` command of the spec in the run's surroundings, as its user. */
  runHook(spec: ServerSpec, handle: Json, signal: AbortSignal): Promise<HookResult>;

  /** The last lines that the run wrote, at most `lines`; '' where there is nothing. Works after its end too. */
  log(run: Run, lines: number): Promise<string>;

  /** Everything that this spawner has launched and that still exists. */
  list(): Promise<readonly Existing[]>;

  /** Memory in bytes that the run uses now; null where it cannot be known. */
  memory(handle: Json): Promise<number | null>;
}

export interface Run {
  readonly serverId: ServerId;
  readonly attempt: number;
}

export interface Existing extends Run {
  readonly handle: Json;
}

export interface Launched {
  readonly handle: Json;
  /** `http://host:port`: where the hub and the proxy reach it, without a path. */
  readonly target: string;
}

export type RunStatus =
  | { readonly kind: 'running' }
  | {
      readonly kind: 'exited';
      readonly reason: 'exited' | 'out_of_memory';
      /** Null where nobody saw it end. */
      readonly exitCode: number | null;
      /** Why, in words for the student, where the spawner knows more than the exit code says. */
      readonly explanation?: { readonly message: string; readonly hint: string };
    };

/** All that a spawner needs to know of one run. */
export interface ServerSpec extends Run {
  readonly owner: { readonly id: number; readonly name: string };
  readonly serverName: string;
  /**
   * Path below which it serves, with a slash at both ends. The spawner adds `JUPYTERHUB_SERVICE_URL`, which says where to bind.
   */
  readonly path: string;
  /** Environment for the server, without `JUPYTERHUB_SERVICE_URL`. Holds secrets: never log it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Null: the spawner's own, an unmodified `jupyterhub-singleuser`. */
  readonly command: readonly string[] | null;
  /** Command to run before the student gets in; null where there is none. */
  readonly postStart: readonly string[] | null;
  /** Bytes. */
  readonly memory: { readonly limit: number | null; readonly guarantee: number | null };
  /** Cores. */
  readonly cpu: { readonly limit: number | null; readonly guarantee: number | null };
  readonly userOptions: { readonly [key: string]: Json };
}

/** Takes over what another hub's spawner launched, while it runs on. */
export interface Adopter extends AsyncDisposable {
  /** What runs still of what that spawner noted; null where nothing does, or it belongs to somebody else. Changes nothing. */
  find(state: { readonly [key: string]: Json }, owner: string): Promise<Found | null>;
  /** Has it known by the spawner as the run of this handle. May be done again. */
  mark(handle: Json): Promise<void>;
}

export interface Found {
  readonly target: string;
  /** What it is called as this run. */
  readonly handleAs: (run: Run) => Json;
}

/** Why a start is cancelled when its hub ends: another one goes on with it. */
export class LeaveRunning extends Error {
  constructor() {
    super('The hub ends.');
    this.name = 'LeaveRunning';
  }
}

/** A start that did not succeed, in words for the student, with what to do where we know it. */
export class SpawnError extends Error {
  readonly hint: string | null;

  constructor(message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SpawnError';
    this.hint = options.hint ?? null;
  }
}
