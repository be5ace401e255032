/** Servers as processes of this machine: each user's `jupyterhub-singleuser` in a home folder of their own. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, realpath, writeFile } from 'node:fs/promises';
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
import { type LaunchRequest, launchOne } from './launcher.ts';
import { PreparedParent } from './prepared-parent.ts';
import { openProcessTable } from './processes.ts';
import { readPythonFacts } from './python-facts.ts';
import { RunFiles, type RunRecord } from './run-files.ts';
import { Runs } from './runs.ts';
import { allowsPreparedStart, markerName, serverEnvironment } from './server-environment.ts';
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
  readonly hookTimeoutSeconds?: number;
  readonly users?: UserRange;
  /** `false`: every start imports its modules itself. */
  readonly preparedParent?: boolean;
  /** `false`: never by control groups. */
  readonly controlGroups?: boolean;
}

interface Parts {
  readonly options: ProcessSpawnerOptions;
  readonly files: RunFiles;
  readonly homes: Homes;
  readonly identity: Identity;
  readonly groups: ControlGroups | null;
  readonly runs: Runs;
  readonly hooks: Hooks;
  readonly instance: string;
  readonly jupyterConfig: string;
  /** Null: every start is a plain one. */
  readonly parent: PreparedParent | null;
  readonly findings: Finding[];
}

/** How many processes and threads a student may have at once: enough for any notebook, too few to stop the machine. */
const maxProcesses = 4096;
const defaultHookTimeoutSeconds = 600;

export class ProcessSpawner implements Spawner {
  readonly className = 'ProcessSpawner';
  readonly #parts: Parts;
  /** Starts that go on now, so that two calls for one run are one start. */
  readonly #starting = new Map<string, Promise<Launched>>();

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Looks at the machine, and says in `findings` what is not as it should be.
   * @throws Error in words for the operator where `python` does not work
   */
  static async open(options: ProcessSpawnerOptions): Promise<ProcessSpawner> {
    const directory = await realpath(options.directory);
    const files = new RunFiles(directory);
    await files.open();
    const homes = new Homes(directory);
    await homes.open({ shared: process.getuid?.() === 0 });
    const range = options.users ?? defaultUserRange;
    // As a student first: what is installed in the environment runs when Python starts, and need not do so as root.
    const facts = await readPythonFacts(options.python, { uid: range.first }).catch(() =>
      readPythonFacts(options.python),
    );
    const identity = await decideIdentity({
      python: options.python,
      facts,
      homes: homes.directory,
      range,
      uid: process.getuid?.() ?? -1,
    });
    const instance = createHash('sha256').update(directory).digest('hex').slice(0, 12);
    const groups = options.controlGroups === false ? null : await openControlGroups({ instance });
    const table = await openProcessTable();
    const runs = new Runs({ files, table, logger: options.logger });
    const hooks = new Hooks({
      files,
      table,
      python: options.python,
      timeoutSeconds: options.hookTimeoutSeconds ?? defaultHookTimeoutSeconds,
    });
    const jupyterConfig = await writeJupyterConfig(homes.directory, facts.prefix);
    const findings = [...identity.findings, ...limitFindings(groups)];
    const parent =
      options.preparedParent !== false && identity.trusted && facts.jupyterhub !== null
        ? new PreparedParent({
            python: options.python,
            logFile: files.parentLogFile,
            logger: options.logger,
            onUnfit: (reason) => findings.push(slowStarts(reason, options.logger)),
          })
        : null;
    await parent?.open();
    return new ProcessSpawner({
      options,
      files,
      homes,
      identity,
      groups,
      runs,
      hooks,
      instance,
      jupyterConfig,
      parent,
      findings,
    });
  }

  /** What the operator should know of this machine, now. */
  get findings(): readonly Finding[] {
    return this.#parts.findings;
  }

  start(spec: ServerSpec, report: (progress: Progress) => void, signal: AbortSignal): Promise<Launched> {
    const key = `${spec.serverId}/${spec.attempt}`;
    const going =
      this.#starting.get(key) ?? this.#start(spec, report, signal).finally(() => this.#starting.delete(key));
    this.#starting.set(key, going);
    return going;
  }

  async poll(handle: Json): Promise<RunStatus> {
    const run = runOf(handle);
    if (run === null) return { kind: 'exited', reason: 'exited', exitCode: null };
    return await this.#parts.runs.status(run);
  }

  async stop(handle: Json, graceSeconds: number): Promise<void> {
    const { runs, files } = this.#parts;
    const run = runOf(handle);
    if (run === null) return;
    const record = await runs.living(run);
    if (record !== null) await runs.end(record, graceSeconds);
    await files.forget(run);
  }

  async runHook(spec: ServerSpec, handle: Json, signal: AbortSignal): Promise<HookResult> {
    const { options, runs, hooks } = this.#parts;
    const record = await runs.living(runOf(handle) ?? spec);
    const now = options.now ?? (() => new Date());
    if (record === null || spec.postStart === null) {
      const output = record === null ? 'The server is not running.' : '';
      return { status: record === null ? 'failed' : 'succeeded', exitCode: null, output, at: now() };
    }
    const request = await this.#request(spec, record.port);
    const environment = { ...request.environment, ...options.hookEnvironment };
    const result = await hooks.run({ ...request, argv: spec.postStart, environment }, signal);
    return { ...result, at: now() };
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

  /** Ends what serves the hub; the servers run on. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#parts.parent?.[Symbol.asyncDispose]();
    await this.#parts.runs[Symbol.asyncDispose]();
  }

  async #start(
    spec: ServerSpec,
    report: (progress: Progress) => void,
    signal: AbortSignal,
  ): Promise<Launched> {
    const { runs, files } = this.#parts;
    if (!isRun(spec)) throw new SpawnError(`“${spec.serverId}” cannot name a run.`);
    const existing = await runs.living(spec);
    if (existing !== null) return launched(existing);
    signal.throwIfAborted();
    report({ phase: 'launching', message: 'Preparing your home folder', percent: 10 });
    try {
      await this.#endOlder(spec);
      await files.make(spec);
      const request = await this.#request(spec, await findFreePort());
      signal.throwIfAborted();
      report({ phase: 'launching', message: 'Starting your server', percent: 20 });
      const record = await this.#launch(spec, request, signal);
      if (signal.aborted) await runs.end(record, 0);
      signal.throwIfAborted();
      return launched(record);
    } catch (error) {
      if ((await runs.living(spec)) === null) await this.#clear(spec);
      if (signal.aborted || error instanceof SpawnError) throw error;
      throw new SpawnError('Your server could not be started on this machine.', { cause: error });
    }
  }

  /** Everything that the launcher has to know of a run, save a hook's own files. */
  async #request(spec: ServerSpec, port: number): Promise<LaunchRequest> {
    const { options, files, homes, identity, groups, instance, jupyterConfig } = this.#parts;
    const uid = uidOf(identity, spec.owner.id);
    const home = await homes.make(spec.owner.name, uid);
    const run: Run = { serverId: spec.serverId, attempt: spec.attempt };
    const marker = `${instance}/${spec.serverId}/${spec.attempt}`;
    const environment = serverEnvironment({
      spec,
      python: options.python,
      home,
      port,
      marker,
      jupyterConfig,
      common: options.serverEnvironment ?? {},
    });
    // Jupyter refuses to run as root unless told; there is a finding where students' servers do.
    const ordinaryArguments = uid === null && process.getuid?.() === 0 ? ['--allow-root'] : [];
    const cgroups = (await groups?.make(`${spec.serverId}.${spec.attempt}`, spec)) ?? [];
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
    const preparable = spec.command === null && allowsPreparedStart(request.environment);
    const prepared = preparable ? await parent?.launch(request, signal) : null;
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
      for (const note of answer.notes)
        options.logger.warn({ server: record.serverId, note }, 'a limit is not in force');
    }
    return record;
  }

  /** A run of an earlier attempt shares the home; the hub ends it before a new one, unless a crash came between. */
  async #endOlder(spec: ServerSpec): Promise<void> {
    const { runs, options } = this.#parts;
    for (const record of await runs.list()) {
      if (record.serverId !== spec.serverId || record.attempt === spec.attempt) continue;
      options.logger.warn(
        { server: record.serverId, attempt: record.attempt },
        'an older run is ended first',
      );
      await runs.end(record, 5);
    }
  }

  /** Removes what a start that failed has made. The log stays: it says why. */
  async #clear(run: Run): Promise<void> {
    const { files, groups } = this.#parts;
    await removeGroups(groups?.foldersOf(`${run.serverId}.${run.attempt}`) ?? []);
    await files.forget(run);
  }
}

function ordinaryCommand(python: string): readonly string[] {
  const script = join(dirname(python), 'jupyterhub-singleuser');
  return existsSync(script) ? [script] : [python, '-m', 'jupyterhub.singleuser'];
}

const serverIdPattern = /^srv-[A-Za-z0-9_-]{1,100}$/;

/** Whether it can be a folder's name. */
function isRun(run: Run): boolean {
  return serverIdPattern.test(run.serverId) && Number.isSafeInteger(run.attempt) && run.attempt >= 0;
}

function runOf(handle: Json): Run | null {
  const run = (handle ?? {}) as unknown as Run;
  return isRun(run) ? { serverId: run.serverId, attempt: run.attempt } : null;
}

function handleOf(record: RunRecord): Json {
  const { serverId, attempt, pid, startTime, port } = record;
  return { serverId, attempt, pid, startTime, port };
}

function launched(record: RunRecord): Launched {
  return { handle: handleOf(record), target: `http://127.0.0.1:${record.port}` };
}

/**
 * jupyter_lsp asks npm where its global modules are whenever a server starts, which takes seconds of a student's wait.
 * Where the folders are named, it does not ask; `.` is the home that the server starts in.
 */
async function writeJupyterConfig(homes: string, prefix: string): Promise<string> {
  // No home begins with a dot.
  const folder = join(homes, '.jupyter');
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const roots = ['.', join(prefix, 'share', 'jupyter', 'lab', 'staging'), join(prefix, 'lib'), prefix];
  const file = join(folder, 'jupyter_server_config.json');
  await writeFile(file, JSON.stringify({ LanguageServerManager: { node_roots: roots } }, null, 2));
  await chmod(file, 0o644);
  return folder;
}

function slowStarts(reason: string, logger: BaseLogger): Finding {
  logger.warn({ reason }, 'servers start without a prepared parent');
  return {
    code: 'starts-are-slow',
    severity: 'warning',
    path: '',
    position: null,
    message: `Servers cannot be started from a process that has imported their modules (${reason}), so that each start takes seconds of computing time.`,
    help: 'See logs/servers/prepared-parent.log in the data folder.',
  };
}

function limitFindings(groups: ControlGroups | null): readonly Finding[] {
  const base = { path: '', position: null, severity: 'warning' as const };
  const findings: Finding[] = [];
  if (!groups?.limitsMemory) {
    findings.push({
      ...base,
      code: 'memory-limits-watched',
      message:
        'Control groups cannot be used here, so that memory limits are watched over every two seconds: a server can go far above its limit for a moment.',
      help: 'Run the hub as root, or in a systemd unit with Delegate=yes, to have the kernel enforce them.',
    });
  }
  if (!groups?.limitsCpu) {
    findings.push({
      ...base,
      code: 'cpu-limits-not-enforced',
      message: 'Control groups cannot be used here, so that CPU limits are not enforced.',
      help: 'Run the hub as root, or in a systemd unit with Delegate=yes, to have the kernel enforce them.',
    });
  }
  return findings;
}
