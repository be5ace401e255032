/**
 * What "runs" when nothing is started: the runs themselves, and the one small HTTP server that answers for all of
 * them. It outlives the spawners that look at it, as real servers outlive the hub; with a folder, also the process.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createServer } from '../../lib/node-http.ts';
import type { Run } from '../spawner.ts';

export interface SimulatedRun extends Run {
  readonly path: string;
  /** `http://host:port`, as the hub was told. */
  readonly target: string;
  readonly startedAt: number;
  /** When it begins to answer, and when it ends by itself; milliseconds since 1970. */
  readonly answersAt: number;
  readonly endsAt: number | null;
  readonly endReason: 'exited' | 'out_of_memory';
  readonly exitCode: number;
  /** How long it takes to stop. */
  readonly stopMs: number;
  readonly stopped: boolean;
  readonly log: readonly string[];
}

export interface SimulatedWorldOptions {
  /** Where the runs are kept; null: in memory only. */
  readonly folder?: string | null;
  readonly now?: () => Date;
}

export class SimulatedWorld implements AsyncDisposable {
  readonly #folder: string | null;
  readonly #now: () => Date;
  readonly #runs: Map<string, SimulatedRun>;
  readonly #byPath = new Map<string, SimulatedRun>();
  readonly #server: Server;

  private constructor(fields: {
    folder: string | null;
    now: () => Date;
    runs: Map<string, SimulatedRun>;
  }) {
    this.#folder = fields.folder;
    this.#now = fields.now;
    this.#runs = fields.runs;
    for (const run of fields.runs.values()) this.#index(run);
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.unref();
  }

  /** Opens the world kept in a folder as it was left, or an empty one; its HTTP server listens when this resolves. */
  static async open(options: SimulatedWorldOptions = {}): Promise<SimulatedWorld> {
    const folder = options.folder ?? null;
    const runs = folder === null ? new Map() : await readRuns(folder);
    const world = new SimulatedWorld({ folder, now: options.now ?? (() => new Date()), runs });
    await world.#listen();
    return world;
  }

  /** `http://127.0.0.1:port` of the server that answers for every run. */
  get target(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  runs(): Iterable<SimulatedRun> {
    return this.#runs.values();
  }

  get(run: Run): SimulatedRun | undefined {
    return this.#runs.get(keyOf(run));
  }

  async put(run: SimulatedRun): Promise<void> {
    this.#runs.set(keyOf(run), run);
    this.#index(run);
    if (this.#folder !== null)
      await writeWhole(join(this.#folder, `${keyOf(run)}.json`), JSON.stringify(run));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Binds the port that an earlier process had, where it is free, so that what the hub remembers stays true. */
  async #listen(): Promise<void> {
    const note = this.#folder === null ? null : join(this.#folder, 'port');
    const earlier = note === null ? 0 : Number(await readFile(note, 'utf8').catch(() => '0'));
    await listenOn(this.#server, earlier).catch(() => listenOn(this.#server, 0));
    if (note !== null) await writeWhole(note, String((this.#server.address() as AddressInfo).port));
  }

  #index(run: SimulatedRun): void {
    if (!run.stopped) this.#byPath.set(run.path, run);
    else if (this.#byPath.get(run.path)?.attempt === run.attempt) this.#byPath.delete(run.path);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    const run = this.#runAt(path);
    const now = this.#now().getTime();
    const answers = run !== undefined && run.answersAt <= now && (run.endsAt === null || now < run.endsAt);
    // Every answer of a real single-user server has this header too; hubs know it by that.
    response.setHeader('X-JupyterHub-Version', '6.1.1');
    if (run !== undefined && !answers) {
      response.writeHead(503, { 'Content-Type': 'text/plain' }).end('not answering yet\n');
    } else if (/\/api(\/status)?(\?|$)/.test(path)) {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(statusBody);
    } else {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(pageBody);
    }
  }

  /** The run whose path the request begins with: one look for each slash, whatever the number of runs. */
  #runAt(url: string): SimulatedRun | undefined {
    for (let end = url.lastIndexOf('/'); end > 0; end = url.lastIndexOf('/', end - 1)) {
      const run = this.#byPath.get(url.slice(0, end + 1));
      if (run !== undefined) return run;
    }
    return undefined;
  }
}

const statusBody = JSON.stringify({ version: 'simulated', connections: 0, kernels: 0 });
const pageBody = '<!doctype html><title>Simulated server</title><p>A simulated server answers here.</p>\n';

function keyOf(run: Run): string {
  return `${run.serverId}.${run.attempt}`;
}

async function readRuns(folder: string): Promise<Map<string, SimulatedRun>> {
  await mkdir(folder, { recursive: true });
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const runs = await Promise.all(
    names.map(async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as SimulatedRun),
  );
  return new Map(runs.map((run) => [keyOf(run), run]));
}

async function writeWhole(file: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}.new`;
  await writeFile(fresh, text);
  await rename(fresh, file).catch(async (error) => {
    await rm(fresh, { force: true });
    throw error;
  });
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
}
