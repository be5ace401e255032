/** The runs that exist: what became of them, how they are ended, and what they use. */
import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { BaseLogger } from 'pino';
import type { ServerId } from '../../domain/server.ts';
import type { Run, RunStatus } from '../spawner.ts';
import { killGroups, memoryOf, outOfMemoryKills, processesIn, removeGroups } from './control-groups.ts';
import { isAlive, type ProcessTable, processesOf } from './processes.ts';
import type { RunEnd, RunFiles, RunRecord } from './run-files.ts';
import { keyOf } from './run-handle.ts';
import { boundLog } from './server-log.ts';

/** How long the rest of a run has after its first process has ended. */
const restGraceMs = 2_000;
/** How long the kernel may take to end what was killed; a process that hangs on a dead disk takes for ever. */
const killTimeoutMs = 15_000;
const noticeMs = 1_000;
const watchEveryMs = 2_000;
/** Logs are looked after at every fifth look. */
const looksBetweenLogs = 5;
const killedExitCode = 137;

export class Runs implements AsyncDisposable {
  readonly #files: RunFiles;
  readonly #table: ProcessTable;
  readonly #logger: BaseLogger;
  /** Exit codes of processes that this hub, or its prepared parent, waits for. */
  readonly #exits = new Map<string, Promise<number | null>>();
  readonly #settling = new Map<string, Promise<RunEnd>>();
  readonly #known = new Map<string, RunRecord>();
  readonly #overMemory = new Set<string>();
  /** How many processes of each run the kernel has ended for want of memory, as far as told. */
  readonly #killsTold = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #watching: Promise<void> = Promise.resolve();
  #looks = 0;

  constructor(fields: { files: RunFiles; table: ProcessTable; logger: BaseLogger }) {
    this.#files = fields.files;
    this.#table = fields.table;
    this.#logger = fields.logger;
    this.#timer = setInterval(() => {
      this.#watching = this.#watching.then(() => this.#watch());
    }, watchEveryMs);
    this.#timer.unref();
  }

  /** The record of a run that lives; null where none does. */
  async living(run: Run): Promise<RunRecord | null> {
    const record = await this.#files.record(run);
    if (record === null) {
      this.#known.delete(keyOf(run));
      return null;
    }
    if (await isAlive(this.#table, record)) return this.#know(record);
    await this.#settle(record);
    return null;
  }

  /** Every run that lives, or every one of a server. What is left of others is ended and its records are closed. */
  async list(serverId?: ServerId): Promise<readonly RunRecord[]> {
    const records = await (serverId === undefined ? this.#files.records() : this.#files.recordsOf(serverId));
    const living = await Promise.all(records.map((record) => this.living(record)));
    return living.filter((record) => record !== null);
  }

  async status(run: Run): Promise<RunStatus> {
    if ((await this.living(run)) !== null) return { kind: 'running' };
    const end = await this.#files.end(run);
    return { kind: 'exited', ...(end ?? { reason: 'exited', exitCode: null }) };
  }

  /** Has the end of a run noticed as soon as it comes. `ended` may resolve with null where nobody will know the code. */
  follow(record: RunRecord, ended: Promise<number | null>): void {
    this.#know(record);
    const code = ended.catch(() => null);
    this.#exits.set(keyOf(record), code);
    void code
      .then(async () => {
        if (await isAlive(this.#table, record)) return;
        await this.#settle(record);
      })
      .catch((error) =>
        this.#logger.warn(
          { err: error, server: record.serverId },
          'a server ended, and closing its record failed',
        ),
      );
  }

  /**
   * Asks the run's first process to end, and the rest after it; ends by force what remains after `graceSeconds`.
   * @throws Error when something of it cannot be ended
   */
  async end(record: RunRecord, graceSeconds: number): Promise<void> {
    if (await isAlive(this.#table, record)) {
      signalAll([record.pid], 'SIGTERM');
      await this.#until(async () => !(await isAlive(this.#table, record)), graceSeconds * 1000);
    }
    if (!(await isAlive(this.#table, record))) {
      const rest = await this.#processes(record);
      signalAll(rest, 'SIGTERM');
      const grace = Math.min(restGraceMs, graceSeconds * 1000);
      await this.#until(
        async () => (await this.#processes(record)).length === 0,
        rest.length === 0 ? 0 : grace,
      );
    }
    await this.#kill(record);
    await this.#settle(record);
  }

  /** Bytes in use; null where it is not known. */
  async memory(record: RunRecord): Promise<number | null> {
    const charged = await memoryOf(record.cgroups);
    if (charged !== null) return charged;
    return (await this.#sizes(record)).reduce((sum, { size }) => sum + size, 0);
  }

  /** Bytes that one process uses. */
  async memoryOfProcess(pid: number): Promise<number> {
    return await this.#table.memory(pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#watching;
  }

  #know(record: RunRecord): RunRecord {
    this.#known.set(keyOf(record), record);
    return record;
  }

  /** Ends what is left of a run whose first process is gone, and closes its record. Several callers share one go. */
  #settle(record: RunRecord): Promise<RunEnd> {
    const key = keyOf(record);
    const going = this.#settling.get(key) ?? this.#close(record).finally(() => this.#settling.delete(key));
    this.#settling.set(key, going);
    return going;
  }

  async #close(record: RunRecord): Promise<RunEnd> {
    const key = keyOf(record);
    // Whoever waits for the process learns of its end a moment after the process table does.
    const exitCode =
      (await Promise.race([this.#exits.get(key), delay(noticeMs, null, { ref: false })])) ?? null;
    await this.#kill(record);
    const killed = exitCode === null || exitCode === killedExitCode;
    const outOfMemory = this.#overMemory.has(key) || (killed && (await outOfMemoryKills(record.cgroups)) > 0);
    const end: RunEnd = { reason: outOfMemory ? 'out_of_memory' : 'exited', exitCode };
    await removeGroups(record.cgroups);
    await this.#files.noteEnd(record, end);
    this.#exits.delete(key);
    this.#known.delete(key);
    this.#overMemory.delete(key);
    this.#killsTold.delete(key);
    return end;
  }

  async #kill(record: RunRecord): Promise<void> {
    const gone = await this.#until(async () => {
      await killGroups(record.cgroups);
      const left = await this.#processes(record);
      signalAll(left, 'SIGKILL');
      return left.length === 0;
    }, killTimeoutMs);
    if (!gone) throw new Error(`processes of ${record.serverId} cannot be ended`);
  }

  /** All processes of a run. A control group knows them for sure; else they are looked for. */
  async #processes(record: RunRecord): Promise<readonly number[]> {
    if (record.cgroups.length > 0) return await processesIn(record.cgroups);
    return await processesOf(this.#table, record, record.marker);
  }

  async #sizes(record: RunRecord): Promise<readonly { pid: number; size: number }[]> {
    const pids = await this.#processes(record);
    return await Promise.all(pids.map(async (pid) => ({ pid, size: await this.#table.memory(pid) })));
  }

  /** Looks again and again, soon at first; false when it did not come true in time. */
  async #until(isTrue: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
    const deadline = performance.now() + timeoutMs;
    for (let wait = 10; ; wait = Math.min(100, wait * 1.5)) {
      if (await isTrue()) return true;
      const left = deadline - performance.now();
      if (left <= 0) return false;
      await delay(Math.min(wait, left));
    }
  }

  async #watch(): Promise<void> {
    this.#looks += 1;
    const atLogs = this.#looks % looksBetweenLogs === 0;
    for (const record of [...this.#known.values()]) {
      try {
        if (atLogs) await boundLog(this.#files.logFile(record));
        if (atLogs) await boundLog(this.#files.hookLogFile(record));
        if (record.watchedMemory !== null) await this.#watchMemory(record, record.watchedMemory);
        if (record.cgroups.length > 0) await this.#tellKills(record);
      } catch (error) {
        this.#logger.warn({ err: error, server: record.serverId }, 'a server could not be watched');
      }
    }
  }

  /**
   * The kernel ends the process that takes most, mostly a notebook's kernel, which Jupyter starts again with nothing in
   * it: whoever asks why finds it in the hub's log and in that of the server.
   */
  async #tellKills(record: RunRecord): Promise<void> {
    const key = keyOf(record);
    const kills = await outOfMemoryKills(record.cgroups);
    // Of a run that an earlier hub has launched, that one has told.
    const told = this.#killsTold.get(key) ?? (this.#exits.has(key) ? 0 : kills);
    this.#killsTold.set(key, kills);
    if (kills <= told || !(await isAlive(this.#table, record))) return;
    const words = 'Out of memory: a process of this server, mostly the kernel of a notebook, was ended.';
    await appendFile(this.#files.logFile(record), `${words}\n`);
    this.#logger.warn({ server: record.serverId, processes: kills - told }, 'out of memory');
  }

  /**
   * Does what the kernel does for a control group: ends the largest process of a run that uses more than it may. Mostly
   * that is a notebook's kernel, and the server goes on.
   */
  async #watchMemory(record: RunRecord, limit: number): Promise<void> {
    const sizes = await this.#sizes(record);
    const total = sizes.reduce((sum, { size }) => sum + size, 0);
    if (total <= limit || !(await isAlive(this.#table, record))) return;
    const largest = sizes.reduce((one, other) => (other.size > one.size ? other : one));
    const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;
    const words = `Out of memory: this server may use ${mebibytes(limit)} and used ${mebibytes(total)}. Its largest process (${largest.pid}, ${mebibytes(largest.size)}) was ended.`;
    await appendFile(this.#files.logFile(record), `${words}\n`);
    this.#logger.warn({ server: record.serverId, total, limit, process: largest.pid }, 'out of memory');
    if (largest.pid === record.pid) this.#overMemory.add(keyOf(record));
    signalAll([largest.pid], 'SIGKILL');
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      // It ended by itself meanwhile.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
