/** The runs of a simulated world: in memory, or in a folder that several processes look into. */
import { link, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
  /** How many of its kernels run something. */
  readonly busyKernels: number;
  /** When it was stopped; null: it was not. */
  readonly stoppedAt: number | null;
  readonly log: readonly string[];
}

export interface SimulatedRuns {
  all(): Promise<readonly SimulatedRun[]>;
  get(run: Run): Promise<SimulatedRun | undefined>;
  /** The latest run with this path. */
  at(path: string): Promise<SimulatedRun | undefined>;
  /** @returns whether it is new: of many who add one run at once, one does. */
  add(run: SimulatedRun): Promise<boolean>;
  replace(run: SimulatedRun): Promise<void>;
}

export class RunsInMemory implements SimulatedRuns {
  readonly #runs = new Map<string, SimulatedRun>();
  readonly #latest = new Map<string, string>();

  async all(): Promise<readonly SimulatedRun[]> {
    return [...this.#runs.values()];
  }

  async get(run: Run): Promise<SimulatedRun | undefined> {
    return this.#runs.get(keyOf(run));
  }

  async at(path: string): Promise<SimulatedRun | undefined> {
    return this.#runs.get(this.#latest.get(path) ?? '');
  }

  async add(run: SimulatedRun): Promise<boolean> {
    if (this.#runs.has(keyOf(run))) return false;
    this.#latest.set(run.path, keyOf(run));
    this.#runs.set(keyOf(run), run);
    return true;
  }

  async replace(run: SimulatedRun): Promise<void> {
    this.#runs.set(keyOf(run), run);
  }
}

/** One file a run, and one a path that says which run is its latest. Each is written whole or not at all. */
export class RunsInFolder implements SimulatedRuns {
  readonly #runs: string;
  readonly #paths: string;
  #written = 0;

  private constructor(folder: string) {
    this.#runs = join(folder, 'runs');
    this.#paths = join(folder, 'paths');
  }

  static async open(folder: string): Promise<RunsInFolder> {
    const runs = new RunsInFolder(folder);
    await mkdir(runs.#runs, { recursive: true });
    await mkdir(runs.#paths, { recursive: true });
    return runs;
  }

  async all(): Promise<readonly SimulatedRun[]> {
    const names = (await readdir(this.#runs)).filter((name) => name.endsWith('.json'));
    const found = await Promise.all(names.map((name) => this.#read(name)));
    return found.filter((run) => run !== undefined);
  }

  get(run: Run): Promise<SimulatedRun | undefined> {
    return this.#read(`${keyOf(run)}.json`);
  }

  async at(path: string): Promise<SimulatedRun | undefined> {
    const name = await readFile(this.#fileOfPath(path), 'utf8').catch(() => undefined);
    return name === undefined ? undefined : await this.#read(name);
  }

  async add(run: SimulatedRun): Promise<boolean> {
    const name = `${keyOf(run)}.json`;
    const isNew = await this.#write(join(this.#runs, name), JSON.stringify(run), link);
    if (isNew) await this.#write(this.#fileOfPath(run.path), name, rename);
    return isNew;
  }

  async replace(run: SimulatedRun): Promise<void> {
    await this.#write(join(this.#runs, `${keyOf(run)}.json`), JSON.stringify(run), rename);
  }

  #fileOfPath(path: string): string {
    return join(this.#paths, encodeURIComponent(path));
  }

  async #read(name: string): Promise<SimulatedRun | undefined> {
    const text = await readFile(join(this.#runs, name), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as SimulatedRun);
  }

  /** @returns false where `place`, which puts the file where it belongs, found one there. */
  async #write(file: string, text: string, place: (from: string, to: string) => Promise<void>) {
    this.#written += 1;
    const fresh = `${file}.${process.pid}.${this.#written}.new`;
    await writeFile(fresh, text);
    try {
      await place(fresh, file);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    } finally {
      await rm(fresh, { force: true });
    }
  }
}

function keyOf(run: Run): string {
  return `${run.serverId}.${run.attempt}`;
}
