/** Keeps a child process running: one that ends by itself is started again, ever more slowly when it ends at once. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { HubError } from '../domain/errors.ts';
import { programPath } from '../lib/asset.ts';

export interface ChildSettings {
  readonly name: string;
  /** Arguments of our own program. */
  readonly args: readonly string[];
  /** Options of Node itself, beside our own. */
  readonly nodeOptions?: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Sent to the child when it starts; secrets travel this way, not in arguments. */
  readonly message: unknown;
  readonly pidFile: string;
  readonly logFile: string;
  readonly onRestart: (why: string, delayMs: number) => void;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 10_000;
/** Who ran this long has started well: the next delay is the first again. */
const RAN_WELL_MS = 30_000;
const END_TIMEOUT_MS = 30_000;
const LARGEST_LOG_BYTES = 20_000_000;

export class SupervisedChild implements AsyncDisposable {
  readonly #settings: ChildSettings;
  #child: ChildProcess | undefined;
  #delay = FIRST_DELAY_MS;
  #timer: NodeJS.Timeout | undefined;
  #ending = false;
  readonly #ready = Promise.withResolvers<unknown>();
  readonly #farewell = Promise.withResolvers<unknown>();
  readonly #finished = Promise.withResolvers<unknown>();

  constructor(settings: ChildSettings) {
    this.#settings = settings;
    this.#ready.promise.catch(() => {});
  }

  /**
   * Starts the child and resolves with its first message, by which it says that it answers.
   * @throws HubError with its own words where it says that it cannot, or when it ends before it answered.
   */
  async start(): Promise<unknown> {
    await this.#launch();
    return this.#ready.promise;
  }

  async #launch(): Promise<void> {
    const { args, environment, logFile, message, nodeOptions = [], pidFile } = this.#settings;
    const log = await openLog(logFile);
    const child = fork(programPath(), args, {
      env: environment,
      execArgv: [...process.execArgv, ...nodeOptions],
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
      // A Ctrl-C in the terminal reaches every process of its group; which ends when is for the supervisor to say.
      detached: true,
    });
    await log.close();
    this.#child = child;
    const startedAt = Date.now();
    child.on('message', (answer: unknown) => {
      if (has(answer, 'farewell')) {
        this.#farewell.resolve(answer);
        // Somebody asked that it ends: to start it again would not be what they meant.
        if (answer.farewell === 'final') {
          this.#ending = true;
          this.#finished.resolve(answer);
        }
      } else if (has(answer, 'failure'))
        this.#ready.reject(new HubError('unavailable', String(answer.failure)));
      else this.#ready.resolve(answer);
    });
    child.on('error', () => undefined);
    child.once('exit', (code, signal) => this.#ended(Date.now() - startedAt, code, signal));
    if (child.pid !== undefined) await writeFile(pidFile, `${child.pid}\n`);
    if (child.connected) child.send(message as object, () => undefined);
  }

  #ended(ranMs: number, code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    const why = signal === null ? `exit code ${code}` : signal;
    this.#ready.reject(
      new HubError(
        'unavailable',
        `The ${this.#settings.name} ended at its start (${why}). Its log: ${this.#settings.logFile}`,
      ),
    );
    if (this.#ending) return;
    if (ranMs > RAN_WELL_MS) this.#delay = FIRST_DELAY_MS;
    this.#settings.onRestart(why, this.#delay);
    this.#timer = setTimeout(() => {
      this.#launch().catch((error) => this.#settings.onRestart(String(error), this.#delay));
    }, this.#delay);
    this.#delay = Math.min(this.#delay * 2, LONGEST_DELAY_MS);
  }

  /** Resolves with the farewell of a child that says that it is not to be started again. */
  get finished(): Promise<unknown> {
    return this.#finished.promise;
  }

  /** Asks it to end, waits, and ends it by force when it does not. @returns what it said at the end, if anything. */
  async end(): Promise<unknown> {
    this.#ending = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child) return undefined;
    const exit = once(child, 'exit');
    child.kill('SIGTERM');
    const force = setTimeout(() => child.kill('SIGKILL'), END_TIMEOUT_MS);
    await exit;
    clearTimeout(force);
    await rm(this.#settings.pidFile, { force: true });
    return Promise.race([this.#farewell.promise, Promise.resolve(undefined)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

function has<Key extends string>(message: unknown, key: Key): message is Record<Key, unknown> {
  return typeof message === 'object' && message !== null && key in message;
}

/** Appends; what has grown large is put aside first, and the one before it given up. */
async function openLog(file: string) {
  const size = await stat(file).then(
    (entry) => entry.size,
    () => 0,
  );
  if (size > LARGEST_LOG_BYTES) await rename(file, `${file}.1`);
  return open(file, 'a', 0o600);
}
