/** Servers as processes of this machine: each user's `jupyterhub-singleuser` in a home folder of their own. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { BaseLogger } from 'pino';
import type { Finding } from '../../config/finding.ts';
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
import { type ControlGroups, openControlGroups, removeGroups } from './control-groups.ts';
import { findFreePort } from './free-port.ts';
import { Homes } from './homes.ts';
import { Hooks } from './hooks.ts';
import { decideIdentity, defaultUserRange, type Identity, type UserRange, uidOf } from './identity.ts';
import { type JupyterFolder, writeJupyterConfig } from './jupyter-config.ts';
import { type LaunchRequest, launchOne } from './launcher.ts';
import { listeningUsers } from './listeners.ts';
import { limitFindings, slowStarts } from './machine-findings.ts';
import { PreparedParent } from './prepared-parent.ts';
import { openProcessTable } from './processes.ts';
import { readPythonFacts } from './python-facts.ts';
import { RunFiles, type RunRecord } from './run-files.ts';
import { handleOf, isRun, keyOf, launchedOf, runOf } from './run-handle.ts';
import { Runs } from './runs.ts';
import { commonEnvironment, markerName, serverEnvironment } from './server-environment.ts';
import { lastLines } from './server-log.ts';

export interface ProcessSpawnerOptions {
  /** The interpreter of the environment that has jupyterhub and JupyterLab: `…/bin/python`. */
  readonly python: string;
  /** The data folder: `homes/`, `run/servers/` and `logs/servers/` in it are this spawner's. */
  readonly directory: string;
  readonly logger: BaseLogger;
  readonly now?: () => Date;
  /** For every server, below what its spec says. */
  readonly serverEnvironment?: Readonly<Record<string, string>>;
  /** For postStart commands only, above the server's. */
  readonly hookEnvironment?: Readonly<Record<string, string>>;
  /** Folder with prebuilt extensions of JupyterLab that all servers have; null: none. */
  readonly labExtensions?: string | null;
  readonly hookTimeoutSeconds?: number;
  readonly users?: UserRange;
  /** `false`: every start imports its modules itself. */
  readonly preparedParent?: boolean;
  /** `false`: never by control groups. */
  readonly controlGroups?: boolean;
}

interface Parts {
  readonly options: ProcessSpawnerOptions;
  /** Tells the data folders of one machine apart. */
  readonly instance: string;
  readonly files: RunFiles;
  readonly homes: Homes;
  readonly runs: Runs;
  readonly hooks: Hooks;
  readonly identity: Identity;
  readonly groups: ControlGroups | null;
  /** Null: every start is a plain one. */
  readonly parent: PreparedParent | null;
  readonly jupyter: JupyterFolder;
  readonly findings: readonly Finding[];
}

/** How many processes and threads a student may have at once: enough for any notebook, too few to stop the machine. */
const maxProcesses = 4096;
const defaultHookTimeoutSeconds = 600;
const olderRunGraceSeconds = 5;

export class ProcessSpawner implements Spawner {
  readonly className = 'ProcessSpawner';
  readonly choices = [];
  readonly #parts: Parts;
  /** Starts that go on now, so that two calls for one run are one start. */
  readonly #starting = new Map<string, Promise<Launched>>();
  /** Runs that were seen to listen on their ports themselves. */
  readonly #proven = new Set<string>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Looks at the machine, and says in `findings` what is not as it should be.
   * @throws Error in words for the operator where `python` does not work
   */
  static async open(options: ProcessSpawnerOptions): Promise<ProcessSpawner> {
    const { python, logger } = options;
    const directory = await realpath(options.directory);
    const files = new RunFiles(directory);
    await files.open();
    const homes = new Homes(directory);
    await homes.open({ shared: process.getuid?.() === 0 });

    const range = options.users ?? defaultUserRange;
    // As a student first: what is installed in the environment runs when Python starts, and need not do so as root.
    const facts = await readPythonFacts(python, { uid: range.first }).catch(() => readPythonFacts(python));
    const uid = process.getuid?.() ?? -1;
    const identity = await decideIdentity({ python, facts, homes: homes.directory, range, uid });
    const instance = createHash('sha256').update(directory).digest('hex').slice(0, 12);
    const groups = options.controlGroups === false ? null : await openControlGroups({ instance });
    await groups?.sweep();
    const findings = [...identity.findings, ...limitFindings(groups)];

    const jupyter = await writeJupyterConfig(homes.directory, {
      prefix: facts.prefix,
      labExtensions: options.labExtensions ?? null,
    });
    const environment = commonEnvironment({
      python,
      jupyter,
      common: options.serverEnvironment ?? {},
    });
    const onUnfit = (reason: string) => {
      logger.warn({ reason }, 'servers start without a prepared parent');
      findings.push(slowStarts(reason));
    };
    // Elsewhere than on Linux, system libraries do not bear a fork.
    const preparable = process.platform === 'linux' && identity.trusted && facts.jupyterhub !== null;
    const parent =
      preparable && options.preparedParent !== false
        ? new PreparedParent({ python, environment, logFile: files.parentLogFile, logger, onUnfit })
        : null;
    await parent?.open();

    const table = await openProcessTable();
    const timeoutSeconds = options.hookTimeoutSeconds ?? defaultHookTimeoutSeconds;
    return new ProcessSpawner({
      options,
      instance,
      files,
      homes,
      runs: new Runs({ files, table, logger }),
      hooks: new Hooks({ files, table, python, timeoutSeconds }),
      identity,
      groups,
      parent,
      jupyter,
      findings,
    });
  }

  /** What the operator should know of this machine. May grow: the prepared parent shows only later whether it works. */
  get findings(): readonly Finding[] {
    return this.#parts.findings;
  }

  start(spec: ServerSpec, report: (progress: Progress) => void, signal: AbortSignal): Promise<Launched> {
    const key = keyOf(spec);
    const going =
      this.#starting.get(key) ?? this.#start(spec, report, signal).finally(() => this.#starting.delete(key));
    this.#starting.set(key, going);
    return going;
  }

  async poll(handle: Json): Promise<RunStatus> {
    const { runs } = this.#parts;
    const run = runOf(handle);
    if (run === null) return { kind: 'exited', reason: 'exited', exitCode: null };
    const record = await runs.living(run);
    if (record !== null && (await this.#isTaken(record))) await runs.end(record, 0);
    return await runs.status(run);
  }

  async stop(handle: Json, graceSeconds: number): Promise<void> {
    const { runs, files } = this.#parts;
    const run = runOf(handle);
    if (run === null) return;
    const record = await runs.living(run);
    if (record !== null) await runs.end(record, graceSeconds);
    this.#proven.delete(keyOf(run));
    await files.forget(run);
  }

  async runHook(spec: ServerSpec, handle: Json, signal: AbortSignal): Promise<HookResult> {
    const { options, runs, hooks } = this.#parts;
    const at = options.now ?? (() => new Date());
    const record = await runs.living(runOf(handle) ?? spec);
    if (record === null) {
      return { status: 'failed', exitCode: null, output: 'The server is not running.\n', at: at() };
    }
    if (spec.postStart === null) return { status: 'succeeded', exitCode: null, output: '', at: at() };
    const request = await this.#request(spec, record.port);
    const environment = { ...request.environment, ...options.hookEnvironment };
    const result = await hooks.run({ ...request, argv: spec.postStart, environment }, signal);
    return { ...result, at: at() };
  }

  async log(run: Run, lines: number): Promise<string> {
    return isRun(run) ? await lastLines(this.#parts.files.logFile(run), lines) : '';
  }

  async list(): Promise<readonly Existing[]> {
    return (await this.#parts.runs.list()).map((record) => ({
      serverId: record.serverId,
      attempt: record.attempt,
      handle: handleOf(record),
    }));
  }

  async memory(handle: Json): Promise<number | null> {
    const { runs } = this.#parts;
    const run = runOf(handle);
    const record = run === null ? null : await runs.living(run);
    return record === null ? null : await runs.memory(record);
  }

  /** The process that servers are forked from, and the bytes that it uses: once, however many servers share them. */
  async preparedParent(): Promise<{ readonly pid: number; readonly memory: number } | null> {
    const pid = this.#parts.parent?.pid ?? null;
    return pid === null ? null : { pid, memory: await this.#parts.runs.memoryOfProcess(pid) };
  }

  /** Ends what serves the hub; the servers run on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.parent?.[Symbol.asyncDispose]();
    await this.#parts.runs[Symbol.asyncDispose]();
    await this.#parts.groups?.close();
  }

  async #start(
    spec: ServerSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Launched> {
    const { runs, files } = this.#parts;
    if (!isRun(spec)) throw new SpawnError(`“${spec.serverId}” cannot name a run.`);
    const existing = await runs.living(spec);
    if (existing !== null) return launchedOf(existing);
    signal.throwIfAborted();
    report({ phase: 'launching', message: 'Preparing your home folder.', percent: 10 });
    try {
      await this.#endOlder(spec);
      await files.make(spec);
      const request = await this.#request(spec, await findFreePort());
      signal.throwIfAborted();
      report({ phase: 'launching', message: 'Starting your server.', percent: 20 });
      const record = await this.#launch(spec, request, signal);
      if (signal.aborted) await runs.end(record, 0);
      signal.throwIfAborted();
      return launchedOf(record);
    } catch (error) {
      if ((await runs.living(spec)) === null) await this.#clear(spec);
      if (signal.aborted || error instanceof SpawnError) throw error;
      throw startFailure(error);
    }
  }

  /** Everything that the launcher has to know of a run, save a hook's own files. */
  async #request(spec: ServerSpec, port: number): Promise<LaunchRequest> {
    const { options, instance, files, homes, identity, groups, jupyter } = this.#parts;
    const uid = uidOf(identity, spec.owner.id);
    const home = await homes.make(spec.owner.name, uid);
    const run: Run = { serverId: spec.serverId, attempt: spec.attempt };
    const marker = `${instance}/${keyOf(spec)}`;
    const environment = serverEnvironment({
      spec,
      python: options.python,
      home,
      port,
      marker,
      jupyter,
      common: options.serverEnvironment ?? {},
    });
    // Jupyter refuses to run as root unless told; there is a finding where students' servers do.
    const ordinaryArguments = uid === null && process.getuid?.() === 0 ? ['--allow-root'] : [];
    const cgroups = (await groups?.make(groupOf(spec), spec)) ?? [];
    const watchedMemory = groups?.limitsMemory ? null : spec.memory.limit;
    return {
      record: { ...run, port, uid, marker: `${markerName}=${marker}`, watchedMemory },
      recordFile: files.recordFile(run),
      argv: spec.command ?? [...ordinaryCommand(options.python), ...ordinaryArguments],
      arguments: ordinaryArguments,
      environment,
      home,
      user: uid === null ? null : { uid, gid: uid, processes: maxProcesses },
      log: files.logFile(run),
      cgroups,
    };
  }

  async #launch(spec: ServerSpec, request: LaunchRequest, signal: AbortSignal): Promise<RunRecord> {
    const { options, runs, files, parent } = this.#parts;
    const prepared = spec.command === null ? await parent?.launch(request, signal) : null;
    const { answer, ended } = prepared ?? (await launchOne(options.python, 'launch', request));
    if ('error' in answer) {
      // Its record is looked at next: it must not seem to live.
      await ended.catch(() => null);
      throw new SpawnError(`The server’s command did not start: ${answer.error}.`, {
        hint: 'Ask whoever runs this course to look at the command and the Python environment.',
      });
    }
    const record = await files.record(request.record);
    if (record === null) throw new Error(`${request.recordFile} is missing though the run was launched`);
    if ('launched' in answer) {
      runs.follow(record, ended);
      for (const note of answer.notes) {
        options.logger.warn({ server: record.serverId }, note);
      }
    }
    return record;
  }

  /** A run of an earlier attempt shares the home; the hub ends it before a new one, unless a crash came between. */
  async #endOlder(spec: ServerSpec): Promise<void> {
    const { runs, options } = this.#parts;
    for (const record of await runs.list(spec.serverId)) {
      if (record.attempt === spec.attempt) continue;
      options.logger.warn(
        { server: record.serverId, attempt: record.attempt },
        'an older run is ended first',
      );
      await runs.end(record, olderRunGraceSeconds);
    }
  }

  /** Removes what a start that failed has made. The log stays: it says why. */
  async #clear(run: Run): Promise<void> {
    const { files, groups } = this.#parts;
    await removeGroups(groups?.foldersOf(groupOf(run)) ?? []);
    await files.forget(run);
  }

  /**
   * Whether somebody else's program listens where the run should: a student's could try to be there first, and would be
   * sent what is meant for another. The hub polls before it lets anybody in.
   */
  async #isTaken(record: RunRecord): Promise<boolean> {
    const key = keyOf(record);
    if (record.uid === null || this.#proven.has(key)) return false;
    const users = await listeningUsers(record.port);
    if (users === null || users.size === 0) return false;
    if ([...users].every((uid) => uid === record.uid)) {
      this.#proven.add(key);
      return false;
    }
    const { logger } = this.#parts.options;
    const facts = { server: record.serverId, port: record.port, users: [...users] };
    logger.error(facts, 'another user’s program listens on the port of a server');
    return true;
  }
}

/** What the machine could not do, in words for the student. */
function startFailure(error: unknown): SpawnError {
  const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
  const hint = full
    ? 'The disk is full: tell whoever runs this course.'
    : 'Try again; if it goes on, tell whoever runs this course: the hub’s log says more.';
  return new SpawnError('Your server could not be started on this machine.', { hint, cause: error });
}

function ordinaryCommand(python: string): readonly string[] {
  const script = join(dirname(python), 'jupyterhub-singleuser');
  return existsSync(script) ? [script] : [python, '-m', 'jupyterhub.singleuser'];
}

/** The name of a run's control group. */
function groupOf(run: Run): string {
  return `${run.serverId}.${run.attempt}`;
}
