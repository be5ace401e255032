/** postStart commands: one at a time for a run, whose end is found by a hub that comes later, too. */
import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { HookResult } from '../../domain/server.ts';
import type { Run } from '../spawner.ts';
import { type LaunchRequest, launchOne } from './launcher.ts';
import { isAlive, type ProcessTable, processesOf } from './processes.ts';
import type { HookEnd, RunFiles } from './run-files.ts';
import { keyOf } from './run-handle.ts';
import { lastBytes } from './server-log.ts';

const keptOutput = 64 * 1024;

export class Hooks {
  readonly #files: RunFiles;
  readonly #table: ProcessTable;
  readonly #python: string;
  readonly #timeoutSeconds: number;
  readonly #launching = new Map<string, Promise<string | null>>();

  constructor(fields: {
    files: RunFiles;
    table: ProcessTable;
    python: string;
    timeoutSeconds: number;
  }) {
    this.#files = fields.files;
    this.#table = fields.table;
    this.#python = fields.python;
    this.#timeoutSeconds = fields.timeoutSeconds;
  }

  /** Runs the command of the request, or waits for the one that an earlier hub started and that still runs. */
  async run(request: LaunchRequest, signal: AbortSignal): Promise<Omit<HookResult, 'at'>> {
    signal.throwIfAborted();
    const run = request.record;
    const marker = `${hookMarkerName}=${run.serverId}/${run.attempt}`;
    const failed = await this.#launchOnce(request, marker);
    if (failed !== null) return { status: 'failed', exitCode: 127, output: failed };
    const end = await this.#wait(run, signal);
    if (end === null) await this.#kill(run, marker);
    signal.throwIfAborted();
    const output = await lastBytes(this.#files.hookLogFile(run), keptOutput);
    if (end === null) {
      const words = `It was ended because it took longer than ${this.#timeoutSeconds} seconds.`;
      return { status: 'failed', exitCode: null, output: `${output}${words}\n` };
    }
    return { status: end.exitCode === 0 ? 'succeeded' : 'failed', exitCode: end.exitCode, output };
  }

  /** Launches it where it does not run; calls for one run take turns. */
  #launchOnce(request: LaunchRequest, marker: string): Promise<string | null> {
    const key = keyOf(request.record);
    const before = this.#launching.get(key) ?? Promise.resolve(null);
    const launch = before
      .catch(() => null)
      .then(async () =>
        (await this.#isRunning(request.record)) ? null : await this.#launch(request, marker),
      );
    this.#launching.set(key, launch);
    const forget = () => this.#launching.get(key) === launch && this.#launching.delete(key);
    launch.then(forget, forget);
    return launch;
  }

  /** Null when it runs, else why it does not. */
  async #launch(request: LaunchRequest, marker: string): Promise<string | null> {
    const run = request.record;
    await this.#files.forgetHook(run);
    await rm(this.#files.hookLogFile(run), { force: true });
    const [name, value] = marker.split('=', 2) as [string, string];
    const { answer } = await launchOne(this.#python, 'hook', {
      ...request,
      recordFile: this.#files.hookRecordFile(run),
      ended: this.#files.hookEndFile(run),
      log: this.#files.hookLogFile(run),
      environment: { ...request.environment, [name]: value },
    });
    return 'error' in answer ? `The command did not start: ${answer.error}\n` : null;
  }

  async #isRunning(run: Run): Promise<boolean> {
    const record = await this.#files.hookRecord(run);
    return record !== null && (await isAlive(this.#table, record));
  }

  /** Null where it has not ended in time, or nobody wants it any more. */
  async #wait(run: Run, signal: AbortSignal): Promise<HookEnd | null> {
    const deadline = performance.now() + this.#timeoutSeconds * 1000;
    for (let wait = 10; performance.now() < deadline && !signal.aborted; wait = Math.min(250, wait * 1.5)) {
      const end = await this.#files.hookEnd(run);
      if (end !== null) return end;
      // Whoever waited for it may have been killed, and then nobody knows its exit code.
      if (!(await this.#isRunning(run)))
        return (await this.#files.hookEnd(run)) ?? (await this.#lateEnd(run));
      await delay(wait);
    }
    return null;
  }

  async #lateEnd(run: Run): Promise<HookEnd> {
    for (let tries = 0; tries < 20; tries += 1) {
      const end = await this.#files.hookEnd(run);
      if (end !== null) return end;
      await delay(50);
    }
    return { exitCode: 255 };
  }

  async #kill(run: Run, marker: string): Promise<void> {
    const record = await this.#files.hookRecord(run);
    if (record === null) return;
    for (let tries = 0; tries < 100; tries += 1) {
      const left = await processesOf(this.#table, record, marker);
      if (left.length === 0) return;
      for (const pid of left) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It ended by itself meanwhile.
        }
      }
      await delay(10);
    }
  }
}

/** Everything that a postStart command starts carries this. */
const hookMarkerName = 'POLDER_HOOK';
