/**
 * The process that has imported what a single-user server imports, and forks a server for each request: see
 * `prepared_parent.py`. It ends with the hub; the servers do not.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { BaseLogger } from 'pino';
import { assetPath } from '../../lib/asset.ts';
import { type LaunchAnswer, type LaunchedChild, type LaunchRequest, writeRequest } from './launcher.ts';

type Message =
  | { readonly ready: number; readonly seconds: number }
  | { readonly unfit: string }
  | { readonly ended: number; readonly exitCode: number }
  | (LaunchAnswer & { readonly id: number });

/** What one process of it has going on. */
interface Generation {
  readonly child: ChildProcess;
  readonly startedAt: number;
  /** Resolves when it can fork, or with why it never will. */
  readonly fit: Promise<string | null>;
  readonly waiting: Map<number, (child: LaunchedChild | null) => void>;
  readonly exits: Map<number, (exitCode: number | null) => void>;
}

const program = assetPath('spawner/process/prepared_parent.py');

/** Ended so often within a minute of its start, it is not started again: something is wrong with it. */
const mostRestarts = 5;
const soundAfterMs = 60_000;

export class PreparedParent implements AsyncDisposable {
  readonly #python: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #logFile: string;
  readonly #logger: BaseLogger;
  readonly #onUnfit: (reason: string) => void;
  #generation: Generation | null = null;
  #restarts = 0;
  #nextId = 1;
  #launching = 0;
  #unfit: string | null = null;
  #closed = false;

  constructor(fields: {
    readonly python: string;
    /** What all servers have in their environment. */
    readonly environment: Readonly<Record<string, string>>;
    readonly logFile: string;
    readonly logger: BaseLogger;
    /** Called once, when it is given up. */
    readonly onUnfit: (reason: string) => void;
  }) {
    this.#python = fields.python;
    this.#environment = fields.environment;
    this.#logFile = fields.logFile;
    this.#logger = fields.logger;
    this.#onUnfit = fields.onUnfit;
  }

  /** The process id, where it runs. */
  get pid(): number | null {
    return this.#generation?.child.pid ?? null;
  }

  /** Begins to import; returns at once. */
  async open(): Promise<void> {
    if (this.#generation !== null || this.#unfit !== null || this.#closed) return;
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
    await using log = await open(this.#logFile, flags, 0o600);
    this.#generation = this.#spawn(log);
  }

  /**
   * Forks a server, as soon as the imports are done; null where it cannot, and somebody else has to start it.
   * @throws the signal's reason, where it is aborted before the request is made
   */
  async launch(request: LaunchRequest, signal: AbortSignal): Promise<LaunchedChild | null> {
    await this.open();
    const generation = this.#generation;
    if (generation === null) return null;
    const answers = generation.child.stdio[3] as Socket;
    this.#launching += 1;
    answers.ref();
    try {
      if ((await unlessAborted(generation.fit, signal)) !== null) return null;
      const id = this.#nextId++;
      const answered = new Promise<LaunchedChild | null>((resolve) => generation.waiting.set(id, resolve));
      writeRequest(generation.child.stdin!, { ...request, id });
      return await answered;
    } finally {
      this.#launching -= 1;
      if (this.#launching === 0) answers.unref();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const child = this.#generation?.child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.ref();
    child.stdin?.end();
    // It may be in the middle of its imports, and then does not look at the channel.
    child.kill('SIGTERM');
    await ended;
  }

  #spawn(log: FileHandle): Generation {
    // Without -B it would write compiled modules that only it can read.
    const child = spawn(this.#python, ['-I', '-B', program], {
      stdio: ['pipe', log.fd, log.fd, 'pipe'],
      env: { ...this.#environment, ...singleThreaded },
      cwd: '/',
      detached: true,
    });
    child.stdin?.on('error', () => undefined);
    const waiting: Generation['waiting'] = new Map();
    const exits: Generation['exits'] = new Map();
    const fit = new Promise<string | null>((resolve) => {
      const lines = createInterface({ input: child.stdio[3] as Socket });
      lines.on('line', (line) => {
        const message = JSON.parse(line) as Message;
        if ('ready' in message) {
          this.#logger.info(
            { modules: message.ready, seconds: message.seconds },
            'the prepared parent is ready',
          );
          resolve(null);
        } else if ('unfit' in message) {
          this.#giveUp(message.unfit);
          resolve(message.unfit);
        } else if ('ended' in message) {
          exits.get(message.ended)?.(message.exitCode);
          exits.delete(message.ended);
        } else {
          // Its end may be told in the next line already.
          const ended = new Promise<number | null>((resolveEnd) => {
            if ('launched' in message) exits.set(message.launched, resolveEnd);
            else resolveEnd(null);
          });
          waiting.get(message.id)?.({ answer: message, ended });
          waiting.delete(message.id);
        }
      });
      const gone = (reason: string) => {
        resolve(reason);
        for (const answer of waiting.values()) answer(null);
        for (const end of exits.values()) end(null);
        waiting.clear();
        exits.clear();
        this.#ended(child, reason);
      };
      child.once('error', (error) => gone(error.message));
      // What it wrote before it ended comes before this.
      child.once('close', (code, signal) => gone(`it ended with ${code ?? signal}`));
    });
    unrefAll(child);
    return { child, startedAt: performance.now(), fit, waiting, exits };
  }

  #ended(child: ChildProcess, reason: string): void {
    const generation = this.#generation;
    if (generation?.child !== child) return;
    this.#generation = null;
    if (this.#closed || this.#unfit !== null) return;
    const sound = performance.now() - generation.startedAt > soundAfterMs;
    this.#restarts = sound ? 1 : this.#restarts + 1;
    this.#logger.warn({ reason }, 'the prepared parent has ended');
    if (this.#restarts >= mostRestarts) this.#giveUp(reason);
    else this.open().catch((error) => this.#giveUp(String(error)));
  }

  #giveUp(reason: string): void {
    if (this.#unfit !== null) return;
    this.#unfit = reason;
    this.#onUnfit(reason);
  }
}

/** Numerical libraries start a thread for each core when they are imported, and a process with threads must not fork. */
const singleThreaded = { OPENBLAS_NUM_THREADS: '1', OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

/** It does not keep the hub from ending, save while somebody waits for its answer. */
function unrefAll(child: ChildProcess): void {
  child.unref();
  for (const stream of child.stdio) (stream as { unref?: () => void } | null)?.unref?.();
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
