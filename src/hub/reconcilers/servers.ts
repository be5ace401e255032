/**
 * Moves every server towards what is wanted. One look takes each row that is not at rest and, where nobody works on it
 * yet, begins its next step: out of the queue, through its start, or through its stop; and asks the spawner about those
 * that should run.
 *
 * Invariant: everything that a step does to the world can be done again. A hub that was killed in the middle of one
 * leaves a row in `starting` or `stopping`, and the next look, of this hub or another, does the step again.
 */
import { randomUUID } from 'node:crypto';
import { HubError } from '../../domain/errors.ts';
import type { Progress } from '../../domain/progress.ts';
import { BUILT_IN_SCOPES } from '../../domain/role.ts';
import type { RouteOf } from '../../domain/route.ts';
import {
  type Failure,
  type HookResult,
  isToRemove,
  type Server,
  type ServerEvent,
  type ServerId,
  transition,
} from '../../domain/server.ts';
import { abortableDelay } from '../../lib/abortable-delay.ts';
import { atOnce } from '../../lib/at-once.ts';
import { hashSecret } from '../../lib/secret.ts';
import {
  LeaveRunning,
  type Run,
  type RunStatus,
  type ServerSpec,
  SpawnError,
  type Spawner,
} from '../../spawner/spawner.ts';
import type { Repositories, Store } from '../../store/store.ts';
import type { HubEvents } from '../events.ts';
import type { ServerSpecs } from '../server-spec.ts';
import type { StartQueue } from '../start-queue.ts';
import type { Reconciler } from './reconciler.ts';

export interface StartSettings {
  readonly startTimeoutSeconds: number;
  /** A failed `postStart` command fails the start, as it does on Kubernetes; otherwise the student gets in and is told. */
  readonly strictHooks: boolean;
}

const LEASE_SECONDS = 30;
const STOP_GRACE_SECONDS = 10;
const FIRST_PROBE_MS = 25;
const SLOWEST_PROBE_MS = 500;
/** Grows slowly: an answer is noticed within about a tenth of the time that it took to come. */
const PROBE_GROWTH = 1.1;
const LOG_LINES = 40;
const POLLS_AT_ONCE = 50;

/** After these nothing of a server is left: where somebody has said so, its row goes too. */
const ENDS: ReadonlySet<ServerEvent['kind']> = new Set(['stopped', 'start_failed', 'exited']);

interface Work {
  readonly kind: 'start' | 'stop' | 'exit';
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

export class ServerReconciler implements Reconciler {
  readonly name = 'servers';
  readonly periodMs = 5_000;
  readonly #store: Store;
  readonly #spawner: Spawner;
  readonly #queue: StartQueue;
  readonly #specs: ServerSpecs;
  readonly #events: HubEvents;
  readonly #settings: StartSettings;
  readonly #routeOf: RouteOf;
  readonly #answers: (url: string, signal: AbortSignal) => Promise<boolean>;
  readonly #activate: () => void;
  readonly #now: () => Date;
  readonly #holder = `hub-${randomUUID()}`;
  readonly #working = new Map<ServerId, Work>();
  #checkedAt = 0;
  #checking: Promise<void> | undefined;
  #abandoned = false;

  constructor(parts: {
    readonly store: Store;
    readonly spawner: Spawner;
    readonly queue: StartQueue;
    readonly specs: ServerSpecs;
    readonly events: HubEvents;
    readonly settings: StartSettings;
    readonly routeOf: RouteOf;
    /** Whether something at this URL answers HTTP at all. */
    readonly answers: (url: string, signal: AbortSignal) => Promise<boolean>;
    /** Asks for another look: called when a step has ended. */
    readonly activate: () => void;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#spawner = parts.spawner;
    this.#queue = parts.queue;
    this.#specs = parts.specs;
    this.#events = parts.events;
    this.#settings = parts.settings;
    this.#routeOf = parts.routeOf;
    this.#answers = parts.answers;
    this.#activate = parts.activate;
    this.#now = parts.now;
  }

  async reconcile(): Promise<void> {
    for (const { id, state, holder } of await this.#store.servers.outline(['starting', 'stopping'])) {
      const work = this.#working.get(id);
      // Another hub is at it. Where that ends in the middle, its lease does too, and the next look sees that.
      if (work === undefined && holder !== null && holder !== this.#holder) continue;
      if (work?.kind === 'start' && state === 'stopping') work.abort.abort();
      if (work === undefined) await this.#takeUp(id);
    }
    while (await this.#queue.isAnyTurn()) {
      const { taken, more } = await this.#queue.takeTurns((tx, id) => this.#beginAttempt(tx, id));
      for (const row of taken) this.#work(row, 'start', (signal) => this.#start(row, signal));
      if (!more) break;
    }
    if (this.#checking === undefined && this.#now().getTime() - this.#checkedAt >= this.periodMs) {
      this.#checkedAt = this.#now().getTime();
      this.#checking = this.#lookForExits()
        .catch((error) => this.#events.stepFailed('look for exits', error))
        .finally(() => {
          this.#checking = undefined;
        });
    }
  }

  /** Asks the spawner about all that should run, some at a time. Only what has ended is worked on. */
  async #lookForExits(): Promise<void> {
    const ready = await this.#store.servers.inStates(['ready']);
    this.#events.runningServers(ready.length);
    await atOnce(POLLS_AT_ONCE, ready, async (row) => {
      if (this.#abandoned) return;
      const status = await this.#spawner.poll(row.handle);
      if (status.kind === 'exited') this.#work(row, 'exit', () => this.#check(row));
    });
  }

  /** Begins the step that a row in the middle of a start or stop needs. */
  async #takeUp(id: ServerId): Promise<void> {
    const row = await this.#store.servers.byId(id);
    if (row?.state === 'starting') this.#work(row, 'start', (signal) => this.#start(row, signal));
    if (row?.state === 'stopping') this.#work(row, 'stop', () => this.#stop(row));
  }

  /** Ends what is under way without undoing it: rows stay as they are, and the next hub goes on with them. */
  async abandon(): Promise<void> {
    this.#abandoned = true;
    await this.#checking;
    const all = [...this.#working.values()];
    for (const work of all) work.abort.abort(new LeaveRunning());
    await Promise.all(all.map((work) => work.done));
  }

  /** Begins `step` under a lease, unless somebody works on the row already. */
  #work(row: Server, kind: Work['kind'], step: (signal: AbortSignal) => Promise<void>): void {
    if (this.#working.has(row.id)) return;
    const abort = new AbortController();
    const done = this.#underLease(row, abort, step)
      .catch((error) => {
        const expected = abort.signal.aborted || isOutdated(error);
        if (!expected) this.#events.stepFailed(`server ${kind}`, error, { server: row.id, user: row.owner });
        return expected;
      })
      .then((anyUse) => {
        this.#working.delete(row.id);
        // Who was not given the lease, or found the disk full, would else ask for it again and again.
        if (anyUse) this.#activate();
      });
    this.#working.set(row.id, { kind, abort, done });
  }

  async #underLease(
    row: Server,
    abort: AbortController,
    step: (signal: AbortSignal) => Promise<void>,
  ): Promise<boolean> {
    if (!(await this.#store.servers.claim(row.id, this.#holder, LEASE_SECONDS))) return false;
    const renewal = setInterval(
      () => {
        this.#store.servers.claim(row.id, this.#holder, LEASE_SECONDS).then(
          (held) => held ?? abort.abort(),
          // The database may be back before the lease ends; when it is not, another hub takes over.
          () => undefined,
        );
      },
      (LEASE_SECONDS * 1000) / 3,
    );
    try {
      await step(abort.signal);
    } finally {
      clearInterval(renewal);
      await this.#store.servers.release(row.id, this.#holder);
    }
    return true;
  }

  /** Out of the queue: counts the attempt, and stores the hash of the token that this attempt will hold. */
  async #beginAttempt(tx: Repositories, id: ServerId): Promise<Server | undefined> {
    const now = this.#now();
    // The step before may not have let go of the row yet: its end asks for another look.
    if (this.#working.has(id)) return undefined;
    let begun = false;
    const server = await tx.servers.update(id, (current) => {
      begun = current.state === 'queued';
      return begun ? transition(current, { kind: 'attempt_begun' }, now) : current;
    });
    if (server === undefined || !begun) return undefined;
    await tx.tokens.insert({
      userId: server.userId,
      scopes: BUILT_IN_SCOPES.server,
      note: `Server at ${server.owner}/${server.name}`,
      createdAt: now,
      expiresAt: null,
      sessionId: null,
      oauthClientId: server.oauthClientId,
      serverId: server.id,
      hash: hashSecret(this.#specs.tokenOf(server)),
    });
    return server;
  }

  async #start(row: Server, signal: AbortSignal): Promise<void> {
    const owner = await this.#store.users.byId(row.userId);
    if (!owner) return;
    const spec = this.#specs.specOf(row, owner);
    const report = (progress: Progress) => this.#report(row, progress);
    try {
      const launched = await this.#launch(row, spec, report, signal);
      const hook = await this.#becomeReady(launched, spec, report, signal);
      const ready = await this.#apply(row, { kind: 'became_ready', hook });
      if (!ready) return;
      this.#events.serverReady(ready);
      report({ phase: 'ready', message: 'Your server is ready.', percent: 100 });
    } catch (error) {
      // A stop was asked for, or this hub is ending: the row says what comes next.
      if (signal.aborted || isOutdated(error)) return;
      // The database is away, which is no fault of the server: the next look goes on with it.
      if (isUnavailable(error)) throw error;
      await this.#fail(row, error);
    }
  }

  async #launch(
    row: Server,
    spec: ServerSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Server & { readonly target: string }> {
    if (row.handle !== null && row.target !== null) return { ...row, target: row.target };
    const { handle, target } = await this.#spawner.start(spec, report, signal);
    const launched = await this.#apply(row, { kind: 'launched', handle, target });
    if (!launched) throw new HubError('conflict', 'The server was deleted meanwhile.');
    return { ...launched, target };
  }

  /** Waits until the server answers and the course's command has run, whichever is later. */
  async #becomeReady(
    launched: Server & { readonly target: string },
    spec: ServerSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<HookResult | null> {
    const [hook] = await Promise.all([
      this.#runHook(launched, spec, report, signal),
      this.#waitForAnswer(launched, spec, report, signal),
    ]);
    if (hook?.status === 'failed' && this.#settings.strictHooks) {
      throw new SpawnError('The command that prepares your notebooks failed.', {
        hint: hook.output.trim().split('\n').slice(-3).join('\n'),
      });
    }
    return hook;
  }

  async #runHook(
    server: Server,
    spec: ServerSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<HookResult | null> {
    if (spec.postStart === null) return null;
    report({ phase: 'notebooks', message: 'Fetching the notebooks of the course.', percent: 40 });
    const hook = await this.#spawner.runHook(spec, server.handle, signal);
    report({
      phase: 'notebooks',
      message:
        hook.status === 'succeeded' ? 'The notebooks are there.' : 'The notebooks could not be fetched.',
      percent: 60,
    });
    return hook;
  }

  async #waitForAnswer(
    server: Server & { readonly target: string },
    spec: ServerSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    // Not by the clock, which may be set; and where another hub has waited before, this one looks for itself.
    const deadline = performance.now() + this.#settings.startTimeoutSeconds * 1000;
    report({ phase: 'starting', message: 'Waiting for JupyterLab to answer.', percent: 50 });
    for (let pause = FIRST_PROBE_MS; ; pause = Math.min(pause * PROBE_GROWTH, SLOWEST_PROBE_MS)) {
      signal.throwIfAborted();
      const answered = await this.#answers(`${server.target}${spec.path}api`, signal);
      // Asked after an answer too: what answers may be somebody else's program that took the port of one that ended.
      const status = await this.#spawner.poll(server.handle);
      if (status.kind === 'exited') throw exitError(status);
      if (answered) return;
      if (performance.now() > deadline) {
        throw new SpawnError(
          `The server did not answer within ${this.#settings.startTimeoutSeconds} seconds.`,
          {
            hint: 'Try again; when it happens again, ask your instructor to look at the log below.',
          },
        );
      }
      await abortableDelay(pause, signal);
    }
  }

  async #fail(row: Server, error: unknown): Promise<void> {
    const log = await this.#spawner.log(runOf(row), LOG_LINES).catch(() => '');
    await this.#end(row);
    const failure: Failure = {
      id: randomUUID().slice(0, 8),
      at: this.#now(),
      reason: error instanceof SpawnError ? error.message : 'The server could not be started.',
      hint: error instanceof SpawnError ? error.hint : null,
      log,
    };
    if (!(error instanceof SpawnError))
      this.#events.stepFailed('server start', error, { failure: failure.id });
    this.#report(row, { phase: 'failed', message: failure.reason, percent: 100 });
    const failed = await this.#apply(row, { kind: 'start_failed', failure });
    if (failed?.state === 'failed') this.#events.serverFailed(failed, failure);
  }

  async #stop(row: Server): Promise<void> {
    const begun = this.#now();
    await this.#end(row);
    const stopped = await this.#apply(row, { kind: 'stopped' });
    if (stopped) this.#events.serverStopped(stopped, (this.#now().getTime() - begun.getTime()) / 1000);
  }

  /** Ends what runs of this server, whether the row knows of it or not, and revokes its tokens. */
  async #end(row: Server): Promise<void> {
    const current = (await this.#store.servers.byId(row.id)) ?? row;
    if (current.handle !== null) {
      await this.#spawner.stop(current.handle, STOP_GRACE_SECONDS);
    } else {
      // A hub killed between a launch and its note in the row leaves a run that only the spawner knows.
      const runs = (await this.#spawner.list()).filter((run) => run.serverId === row.id);
      await Promise.all(runs.map((run) => this.#spawner.stop(run.handle, STOP_GRACE_SECONDS)));
    }
    await this.#store.tokens.delete({ oauthClientId: row.oauthClientId });
  }

  /** A server that should run: does it? */
  async #check(row: Server): Promise<void> {
    const status = await this.#spawner.poll(row.handle);
    if (status.kind === 'running') return;
    const log = await this.#spawner.log(runOf(row), LOG_LINES).catch(() => '');
    const { message, hint } = exitError(status);
    await this.#end(row);
    const exited = await this.#apply(row, {
      kind: 'exited',
      reason: status.reason,
      failure: { id: randomUUID().slice(0, 8), at: this.#now(), reason: message, hint, log },
    });
    if (exited) this.#events.serverExited(exited);
  }

  /** Applies an event to the row as it is now. @throws HubError `conflict` where it came too late. */
  #apply(row: Server, event: ServerEvent): Promise<Server | undefined> {
    const now = this.#now();
    const change = (server: Server) => {
      // Whoever was paused past its lease must not speak of an attempt that another hub has ended.
      if (server.attempt !== row.attempt)
        throw new HubError('conflict', 'A newer attempt has begun meanwhile.');
      return transition(server, event, now);
    };
    const routeOf = this.#routeOf;
    if (!ENDS.has(event.kind)) return this.#store.servers.update(row.id, change, { routeOf });
    return this.#store.transaction(async (tx) => {
      const server = await tx.servers.update(row.id, change, { routeOf });
      if (server && isToRemove(server)) await tx.servers.delete(server.id);
      return server;
    });
  }

  /** Progress is for people: that it could not be stored must not fail a start. */
  #report(row: Server, progress: Progress): void {
    this.#store.progress
      .append(row.id, row.attempt, progress, this.#now())
      .catch((error) => this.#events.stepFailed('progress', error, { server: row.id }));
  }
}

function runOf(row: Server): Run {
  return { serverId: row.id, attempt: row.attempt };
}

/** Somebody changed the row meanwhile: what we were doing is no longer wanted. */
function isOutdated(error: unknown): boolean {
  return error instanceof HubError && error.code === 'conflict';
}

function isUnavailable(error: unknown): boolean {
  return error instanceof HubError && error.code === 'unavailable';
}

function exitError({ reason, exitCode, explanation }: Extract<RunStatus, { kind: 'exited' }>): SpawnError {
  if (explanation) return new SpawnError(explanation.message, { hint: explanation.hint });
  if (reason === 'out_of_memory') {
    return new SpawnError('The server ran out of memory and was ended.', {
      hint: 'Close notebooks that you do not need, or work with less data at a time; then start again.',
    });
  }
  const message =
    exitCode === null ? 'The server ended by itself.' : `The server ended by itself (exit code ${exitCode}).`;
  return new SpawnError(message, {
    hint: 'Start it again. When it ends again, ask your instructor to look at the log below.',
  });
}
