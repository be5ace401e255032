/** A hub as `polder hub` runs it, from its sources, with simulated servers that outlive it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../../src/main/polder.ts', import.meta.url));

export interface HubProcessOptions {
  readonly config: string;
  /** Shared by the hubs of a course: it holds the world of their simulated servers. */
  readonly data: string;
  readonly port: number;
  readonly environment?: NodeJS.ProcessEnv;
  readonly arguments?: readonly string[];
}

export class HubProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #output = '';

  private constructor(child: ChildProcess, port: number) {
    this.url = `http://127.0.0.1:${port}`;
    this.#child = child;
    this.#exit = once(child, 'exit');
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
      });
    }
  }

  static start(options: HubProcessOptions): HubProcess {
    const { config, data, port } = options;
    const args = [
      ...['hub', '-f', config, '--data', data, '--port', String(port), '--spawner', 'simulated'],
      ...(options.arguments ?? []),
    ];
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      env: { ...process.env, ...options.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new HubProcess(child, port);
  }

  /** What it has said so far. */
  get output(): string {
    return this.#output;
  }

  async untilReady(): Promise<this> {
    await expect
      .poll(
        async () => {
          if (this.#child.exitCode !== null) return `it ended: ${this.#output}`;
          const answer = await fetch(`${this.url}/hub/health`).catch(() => undefined);
          return answer?.status ?? this.#output;
        },
        { timeout: 60_000, interval: 50 },
      )
      .toBe(200);
    return this;
  }

  /** @returns the exit code; null where a signal ended it. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return await this.ended();
  }

  async ended(): Promise<number | null> {
    await this.#exit;
    return this.#child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.end('SIGKILL');
  }
}
