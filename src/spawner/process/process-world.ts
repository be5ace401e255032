/** For tests: one data folder with spawners on it, and the servers that are asked about themselves. */
import { rm } from 'node:fs/promises';
import { pino } from 'pino';
import { expect } from 'vitest';
import type { ServerId } from '../../domain/server.ts';
import type { Launched, ServerSpec } from '../spawner.ts';
import { ProcessSpawner, type ProcessSpawnerOptions } from './process-spawner.ts';
import { makeOpenFolder, type ProcessFacts } from './stub-environment.ts';

export class ProcessWorld implements AsyncDisposable {
  readonly directory: string;
  readonly #python: string;
  readonly #opened: ProcessSpawner[] = [];
  #started = 0;

  private constructor(directory: string, python: string) {
    this.directory = directory;
    this.#python = python;
  }

  static async open(python: string): Promise<ProcessWorld> {
    return new ProcessWorld(await makeOpenFolder('polder-process-'), python);
  }

  async spawner(options: Partial<ProcessSpawnerOptions> = {}): Promise<ProcessSpawner> {
    const spawner = await ProcessSpawner.open({
      python: this.#python,
      directory: this.directory,
      logger: pino({ level: 'silent' }),
      ...options,
    });
    this.#opened.push(spawner);
    return spawner;
  }

  /** Each is another server of `anna`, unless told otherwise. */
  spec(part: Partial<ServerSpec> = {}): ServerSpec {
    this.#started += 1;
    const owner = part.owner ?? { id: 1, name: 'anna' };
    const path = part.path ?? `/user/${encodeURIComponent(owner.name)}/`;
    const serverId: ServerId = `srv-${this.#started}`;
    return {
      serverId,
      attempt: 1,
      owner,
      serverName: '',
      path,
      command: null,
      postStart: null,
      memory: { limit: null, guarantee: null },
      cpu: { limit: null, guarantee: null },
      userOptions: {},
      ...part,
      environment: { JUPYTERHUB_SERVICE_PREFIX: path, ...part.environment },
    };
  }

  /** Starts it and waits until it answers. */
  async start(spawner: ProcessSpawner, spec: ServerSpec): Promise<RunningServer> {
    const launched = await spawner.start(spec, () => {}, new AbortController().signal);
    const server = new RunningServer(spec, launched);
    await expect.poll(() => server.answers(), { timeout: 60_000 }).toBe(true);
    return server;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const last = this.#opened.at(-1) ?? (await this.spawner({ preparedParent: false }));
    for (const { handle } of await last.list()) await last.stop(handle, 0);
    for (const spawner of this.#opened) await spawner[Symbol.asyncDispose]();
    await rm(this.directory, { recursive: true });
  }
}

export class RunningServer {
  readonly spec: ServerSpec;
  readonly launched: Launched;

  constructor(spec: ServerSpec, launched: Launched) {
    this.spec = spec;
    this.launched = launched;
  }

  get handle(): Launched['handle'] {
    return this.launched.handle;
  }

  get pid(): number {
    return (this.launched.handle as { pid: number }).pid;
  }

  async answers(): Promise<boolean> {
    const response = await fetch(`${this.launched.target}${this.spec.path}api`).catch(() => null);
    await response?.body?.cancel();
    return response !== null;
  }

  facts(): Promise<ProcessFacts> {
    return this.ask('');
  }

  /** The stub environment's words: `exit?3`, `take?100`, `child?0`. */
  async ask<T>(word: string): Promise<T> {
    return (await (await fetch(`${this.launched.target}${this.spec.path}${word}`)).json()) as T;
  }
}
