/** A course as a person starts it: `node bin/polder.mjs up`, in a folder of its own, as root or as somebody else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));
const START_TIMEOUT_MS = 300_000;

export interface CourseOptions {
  readonly args?: readonly string[];
  /** Runs it as this OS user, who owns the data folder; undefined: as whoever runs the test. */
  readonly user?: { readonly name: string; readonly uid: number; readonly gid: number } | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** In which folder its own folder is made; undefined: where temporary files are. */
  readonly within?: string;
  /** The ports that it uses inside; undefined: as it chooses itself. */
  readonly ports?: { readonly hub: number; readonly proxyApi: number };
  /** Where it is reached; undefined: any that is free. */
  readonly port?: number;
}

export class RunningCourse implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #output = '';
  #ended = false;
  readonly url: string;
  readonly data: string;

  private constructor(child: ChildProcess, folder: string, url: string, data: string) {
    this.#child = child;
    this.#folder = folder;
    this.url = url;
    this.data = data;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output += chunk.toString();
      });
    }
    child.once('exit', () => {
      this.#ended = true;
    });
  }

  /** Starts it and resolves when it says that the course is ready. */
  static async start(options: CourseOptions = {}): Promise<RunningCourse> {
    const folder = await mkdtemp(join(options.within ?? tmpdir(), 'polder-e2e-'));
    const data = join(folder, 'data');
    await mkdir(data);
    // Students' processes pass through to their homes.
    await chmod(folder, 0o711);
    if (options.user) {
      for (const path of [folder, data]) await chown(path, options.user.uid, options.user.gid);
    }
    if (options.ports) await writeFile(join(data, 'ports.json'), JSON.stringify(options.ports));
    const port = options.port ?? (await freePort());
    return RunningCourse.#launch(folder, data, port, options);
  }

  static async #launch(
    folder: string,
    data: string,
    port: number,
    options: CourseOptions,
  ): Promise<RunningCourse> {
    const args = [
      join(repository, 'bin/polder.mjs'),
      'up',
      `--port=${port}`,
      `--data=${data}`,
      ...(options.args ?? []),
    ];
    const child = spawn(process.execPath, args, {
      cwd: folder,
      // Not by runuser, which keeps SIGINT to itself.
      ...(options.user ? { uid: options.user.uid, gid: options.user.gid } : {}),
      env: {
        ...process.env,
        ...(options.user ? { HOME: `/home/${options.user.name}` } : {}),
        ...options.environment,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const course = new RunningCourse(child, folder, `http://127.0.0.1:${port}`, data);
    try {
      await course.#until(() => course.#output.includes('is ready:'), START_TIMEOUT_MS);
    } catch (error) {
      await course[Symbol.asyncDispose]();
      throw error;
    }
    return course;
  }

  /** All that it has printed. */
  get output(): string {
    return this.#output;
  }

  /** The process id in one of its pid files. */
  async pid(name: 'hub' | 'proxy'): Promise<number> {
    return Number(await readFile(join(this.data, 'run', `${name}.pid`), 'utf8'));
  }

  /** The process id of `polder up` itself. */
  get supervisorPid(): number {
    return this.#child.pid!;
  }

  /** Resolves when `polder up` has ended. */
  async ended(): Promise<void> {
    if (!this.#ended) await once(this.#child, 'exit');
  }

  /** Ends it as Ctrl-C does. @returns all that it has printed. */
  async interrupt(): Promise<string> {
    if (!this.#ended) {
      this.#child.kill('SIGINT');
      await once(this.#child, 'exit');
    }
    return this.#output;
  }

  /** Ends it, and starts it again on the same data and port. */
  async restart(options: CourseOptions = {}): Promise<RunningCourse> {
    await this.interrupt();
    return RunningCourse.#launch(this.#folder, this.data, Number(new URL(this.url).port), options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.interrupt();
    await stopServers(this.data);
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #until(condition: () => boolean, timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!condition()) {
      if (this.#ended) throw new Error(`polder up ended at its start:\n${this.#output}`);
      if (Date.now() > deadline) throw new Error(`polder up was not ready in time:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** What the next start would find: a test leaves no server behind. */
async function stopServers(data: string): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(repository, 'bin/polder.mjs'), 'stop-servers', `--data=${data}`],
    {
      stdio: 'ignore',
    },
  );
  await once(child, 'exit');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
