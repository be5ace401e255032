/**
 * What is kept on disk about runs, below the data folder. Students can reach none of it.
 *
 *     run/servers/<server>/<attempt>/record.json   the process, written by itself before it gives up the hub's rights
 *                                    ended.json    how it ended
 *                                    hook.json     the process of the postStart command, and hook-ended.json
 *     logs/servers/<server>/<attempt>.log          what it wrote
 *     logs/servers/<server>/<attempt>.hook.log     what its postStart command wrote last
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerId } from '../../domain/server.ts';
import type { Run } from '../spawner.ts';

/** One process, beyond doubt: process ids are used again, but not with the same start and boot. */
export interface ProcessName {
  readonly pid: number;
  /** As the kernel says it: see `processes.ts`. */
  readonly startTime: string;
  readonly bootId: string;
}

export interface RunRecord extends Run, ProcessName {
  readonly port: number;
  /** The numeric user that it runs as; null: the hub's own. */
  readonly uid: number | null;
  readonly mode: 'prepared' | 'plain';
  /** Control groups that hold it and all that it starts; none where the machine has none for us. */
  readonly cgroups: readonly string[];
  /** Found in the environment of everything that it starts. */
  readonly marker: string;
  /** Bytes that the hub itself watches over; null: a control group does, or there is no limit. */
  readonly watchedMemory: number | null;
}

export interface RunEnd {
  readonly reason: 'exited' | 'out_of_memory';
  readonly exitCode: number | null;
}

export type HookRecord = ProcessName;

export interface HookEnd {
  readonly exitCode: number;
}

const keptLogs = 5;

export class RunFiles {
  readonly #runs: string;
  readonly #logs: string;

  constructor(directory: string) {
    this.#runs = join(directory, 'run', 'servers');
    this.#logs = join(directory, 'logs', 'servers');
  }

  async open(): Promise<void> {
    await mkdir(this.#runs, { recursive: true, mode: 0o700 });
    await mkdir(this.#logs, { recursive: true, mode: 0o700 });
  }

  /** Makes the folders of a run and removes what older attempts left, save the last few logs. */
  async make(run: Run): Promise<void> {
    await mkdir(this.#folder(run), { recursive: true, mode: 0o700 });
    await mkdir(join(this.#logs, run.serverId), { recursive: true, mode: 0o700 });
    const attempts = await this.#attempts(run.serverId);
    const ended = attempts.filter((attempt) => attempt < run.attempt);
    for (const attempt of ended) {
      const older = { serverId: run.serverId, attempt };
      if ((await this.record(older)) === null)
        await rm(this.#folder(older), { recursive: true, force: true });
    }
    for (const name of await readdir(join(this.#logs, run.serverId))) {
      if (Number.parseInt(name, 10) <= run.attempt - keptLogs) {
        await rm(join(this.#logs, run.serverId, name), { force: true });
      }
    }
  }

  recordFile(run: Run): string {
    return join(this.#folder(run), 'record.json');
  }

  hookRecordFile(run: Run): string {
    return join(this.#folder(run), 'hook.json');
  }

  hookEndFile(run: Run): string {
    return join(this.#folder(run), 'hook-ended.json');
  }

  logFile(run: Run): string {
    return join(this.#logs, run.serverId, `${run.attempt}.log`);
  }

  hookLogFile(run: Run): string {
    return join(this.#logs, run.serverId, `${run.attempt}.hook.log`);
  }

  /** What the prepared parent itself writes. */
  get parentLogFile(): string {
    return join(this.#logs, 'prepared-parent.log');
  }

  record(run: Run): Promise<RunRecord | null> {
    return readJson<RunRecord>(this.recordFile(run));
  }

  end(run: Run): Promise<RunEnd | null> {
    return readJson<RunEnd>(join(this.#folder(run), 'ended.json'));
  }

  hookRecord(run: Run): Promise<HookRecord | null> {
    return readJson<HookRecord>(this.hookRecordFile(run));
  }

  hookEnd(run: Run): Promise<HookEnd | null> {
    return readJson<HookEnd>(this.hookEndFile(run));
  }

  /** Keeps how a run ended in the place of its record; a run that was forgotten meanwhile stays forgotten. */
  async noteEnd(run: Run, end: RunEnd): Promise<void> {
    const file = join(this.#folder(run), 'ended.json');
    try {
      await writeFile(`${file}.new`, JSON.stringify(end), { mode: 0o600 });
      await rename(`${file}.new`, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    await rm(this.recordFile(run), { force: true });
  }

  async forgetHook(run: Run): Promise<void> {
    await rm(this.hookRecordFile(run), { force: true });
    await rm(this.hookEndFile(run), { force: true });
  }

  /** Removes everything but the logs. */
  async forget(run: Run): Promise<void> {
    await rm(this.#folder(run), { recursive: true, force: true });
  }

  /** The records of all runs, living or not. */
  async records(): Promise<readonly RunRecord[]> {
    const servers = (await readdir(this.#runs)) as ServerId[];
    return (await Promise.all(servers.map((serverId) => this.recordsOf(serverId)))).flat();
  }

  async recordsOf(serverId: ServerId): Promise<readonly RunRecord[]> {
    const attempts = await this.#attempts(serverId);
    const records = await Promise.all(attempts.map((attempt) => this.record({ serverId, attempt })));
    return records.filter((record) => record !== null);
  }

  async #attempts(serverId: ServerId): Promise<readonly number[]> {
    const names = await readdir(join(this.#runs, serverId)).catch(() => []);
    return names.map(Number).filter((attempt) => Number.isInteger(attempt));
  }

  #folder(run: Run): string {
    return join(this.#runs, run.serverId, String(run.attempt));
  }
}

/** Null where there is no such file, or where a crash of the machine left half of one. */
async function readJson<T>(file: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (error) {
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
