/**
 * What "runs" when nothing is started: the runs themselves, and the one small HTTP server that answers for all of
 * them. It outlives the spawners that look at it, as real servers outlive the hub. With a folder it belongs to all
 * processes that have it open: one of them answers, and another does when that one ends.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { withLockFile } from '../../lib/lock-file.ts';
import { createServer } from '../../lib/node-http.ts';
import { RunsInFolder, RunsInMemory, type SimulatedRun, type SimulatedRuns } from './simulated-runs.ts';

export interface SimulatedWorldOptions {
  /** Where the runs are kept; null: in memory only. */
  readonly folder?: string | null;
  readonly now?: () => Date;
}

/** How soon another process answers when the one that did has ended. */
const TAKE_OVER_MS = 100;

export class SimulatedWorld implements AsyncDisposable {
  readonly runs: SimulatedRuns;
  readonly #now: () => Date;
  readonly #server: Server;
  #port = 0;
  #takeOver: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(runs: SimulatedRuns, now: () => Date) {
    this.runs = runs;
    this.#now = now;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#server.unref();
  }

  /** Opens the world kept in a folder as it is, or an empty one; something answers for its runs when this resolves. */
  static async open(options: SimulatedWorldOptions = {}): Promise<SimulatedWorld> {
    const { folder = null, now = () => new Date() } = options;
    if (folder === null) {
      const world = new SimulatedWorld(new RunsInMemory(), now);
      world.#port = await listenOn(world.#server, 0);
      return world;
    }
    await mkdir(folder, { recursive: true });
    const world = new SimulatedWorld(await RunsInFolder.open(folder), now);
    await withLockFile(join(folder, 'lock'), () => world.#join(folder));
    return world;
  }

  /** `http://127.0.0.1:port` of the server that answers for every run. */
  get target(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#takeOver);
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Binds the port that an earlier process had, so that what hubs remember stays true. */
  async #join(folder: string): Promise<void> {
    const note = join(folder, 'port');
    const earlier = Number(await readFile(note, 'utf8').catch(() => '0'));
    this.#port = await listenOn(this.#server, earlier).catch(() => earlier);
    if (this.#server.listening || (await isAnsweredByWorld(this.target))) {
      this.#keepAnswering();
    } else {
      // A stranger has it now.
      this.#port = await listenOn(this.#server, 0);
    }
    if (this.#port === earlier) return;
    await writeFile(`${note}.new`, String(this.#port));
    await rename(`${note}.new`, note);
  }

  #keepAnswering(): void {
    if (this.#server.listening || this.#isClosed) return;
    this.#takeOver = setTimeout(() => {
      listenOn(this.#server, this.#port)
        .catch(() => undefined)
        .finally(() => this.#keepAnswering());
    }, TAKE_OVER_MS);
    this.#takeOver.unref();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    const run = await this.#runAt(path);
    const now = this.#now().getTime();
    const answers = run !== undefined && run.answersAt <= now && (run.endsAt === null || now < run.endsAt);
    // Every answer of a real single-user server has this header too; hubs know it by that.
    response.setHeader('X-JupyterHub-Version', '6.1.1');
    if (run !== undefined && !answers) {
      response.writeHead(503, { 'Content-Type': 'text/plain' }).end('not answering yet\n');
    } else if (run !== undefined && /\/api\/kernels(\?|$)/.test(path)) {
      const kernels = Array.from({ length: run.busyKernels }, () => ({ execution_state: 'busy' }));
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(kernels));
    } else if (/\/api(\/status)?(\?|$)/.test(path)) {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(statusBody);
    } else {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(pageBody);
    }
  }

  /** The run whose path the request begins with: one look for each slash, whatever the number of runs. */
  async #runAt(url: string): Promise<SimulatedRun | undefined> {
    for (let end = url.lastIndexOf('/'); end > 0; end = url.lastIndexOf('/', end - 1)) {
      const run = await this.runs.at(url.slice(0, end + 1));
      if (run !== undefined && run.stoppedAt === null) return run;
    }
    return undefined;
  }
}

const statusBody = JSON.stringify({ version: 'simulated', connections: 0, kernels: 0 });
const pageBody = '<!doctype html><title>Simulated server</title><p>A simulated server answers here.</p>\n';

async function isAnsweredByWorld(target: string): Promise<boolean> {
  const text = await fetch(target, { signal: AbortSignal.timeout(2_000) })
    .then((answer) => answer.text())
    .catch(() => '');
  return text === pageBody;
}

/** @returns the port */
function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
