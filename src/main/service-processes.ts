/**
 * The services that the hub starts: each in a session of its own, watched, started again when it ends, ever more slowly
 * when it ends at once, and ended with the hub. What it says goes to the hub's log. Of a hub that was killed they are left
 * over: the next one ends them first, so that none runs twice, and with the surroundings of before.
 *
 * A service has its token and what the file says in its environment, and nothing of the hub's own, which holds secrets.
 * Students cannot read it, since their servers run as other OS users wherever the hub may choose (as root).
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import type { CoursePlace } from '../domain/route.ts';
import { type Service, serviceCallback, servicePath } from '../domain/service.ts';
import { newId } from '../lib/secret.ts';
import { openProcessTable, type ProcessTable, processesOf } from '../spawner/process/processes.ts';
import type { ProcessName } from '../spawner/process/run-files.ts';

export interface ServiceProcessesSettings {
  readonly services: readonly Service[];
  readonly tokens: ReadonlyMap<string, string>;
  /** By name, as the file has it. */
  readonly environments: ReadonlyMap<string, Readonly<Record<string, string>>>;
  /** Folders in which programs are looked for before those of the hub's own `PATH`. */
  readonly programs: readonly string[];
  /** The hub as they reach it, without a path. */
  readonly hubUrl: string;
  readonly place: CoursePlace;
  /** Where each has a folder to work in. */
  readonly folder: string;
  /** Where it is noted what runs. */
  readonly run: string;
  readonly log: Logger;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;
/** Who ran this long has started well: the next delay is the first again. */
const RAN_WELL_MS = 60_000;
const END_TIMEOUT_MS = 5_000;
const LONGEST_LINE = 2_000;

export class ServiceProcesses implements AsyncDisposable {
  readonly #managed: readonly ManagedService[];

  private constructor(managed: readonly ManagedService[]) {
    this.#managed = managed;
  }

  /** Starts them all; resolves when each has been tried once. */
  static async start(settings: ServiceProcessesSettings): Promise<ServiceProcesses> {
    const table = await openProcessTable();
    const managed = settings.services
      .filter(({ command }) => command !== null)
      .map((service) => new ManagedService(service, settings, table));
    await Promise.all(managed.map((one) => one.start()));
    return new ServiceProcesses(managed);
  }

  /** Null where none of this name runs now. */
  pidOf(name: string): number | null {
    return this.#managed.find((one) => one.name === name)?.pid ?? null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#managed.map((one) => one.end()));
  }
}

class ManagedService {
  readonly name: string;
  readonly #service: Service;
  readonly #settings: ServiceProcessesSettings;
  readonly #table: ProcessTable;
  readonly #log: Logger;
  readonly #ending = new AbortController();
  #child: ChildProcess | undefined;
  #watch: Promise<void> = Promise.resolve();

  constructor(service: Service, settings: ServiceProcessesSettings, table: ProcessTable) {
    this.name = service.name;
    this.#service = service;
    this.#settings = settings;
    this.#table = table;
    this.#log = settings.log.child({ service: service.name });
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  async start(): Promise<void> {
    await this.#endRun();
    const first = Promise.withResolvers<void>();
    this.#watch = this.#keepRunning(first.resolve);
    await first.promise;
  }

  async end(): Promise<void> {
    this.#ending.abort();
    await this.#endRun();
    await this.#watch;
  }

  async #keepRunning(tried: () => void): Promise<void> {
    const { signal } = this.#ending;
    for (let wait = FIRST_DELAY_MS; !signal.aborted; wait = Math.min(wait * 2, LONGEST_DELAY_MS)) {
      const startedAt = performance.now();
      const why = await this.#runOnce(tried).catch((error: Error) => error.message);
      tried();
      if (signal.aborted) return;
      if (performance.now() - startedAt > RAN_WELL_MS) wait = FIRST_DELAY_MS;
      this.#log.warn({ reason: why, again_seconds: wait / 1000 }, 'a service ended and is started again');
      await delay(wait, undefined, { signal }).catch(() => undefined);
    }
  }

  /** @returns why it ended. */
  async #runOnce(started: () => void): Promise<string> {
    const { folder, log } = this.#settings;
    const [program, ...args] = this.#service.command!;
    const home = join(folder, this.name);
    await mkdir(home, { recursive: true, mode: 0o700 });
    const identity = this.#service.user === null ? {} : await identityOf(this.#service.user);
    const run = newId('run');
    const child = spawn(program!, args, {
      cwd: this.#service.cwd ?? ('uid' in identity ? '/' : home),
      env: { ...this.#environment(home), [MARKER]: run },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A session of its own: all that it starts is found again.
      detached: true,
      ...identity,
    });
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    exit.catch(() => undefined);
    for (const stream of [child.stdout, child.stderr]) this.#logLines(stream);
    if (child.pid !== undefined) {
      this.#child = child;
      await this.#note(child.pid, run);
      log.info({ service: this.name, pid: child.pid }, 'a service was started');
    }
    started();
    try {
      const [code, signal] = await exit;
      return signal === null ? `exit code ${code}` : signal;
    } finally {
      this.#child = undefined;
    }
  }

  #environment(home: string): NodeJS.ProcessEnv {
    const { place, hubUrl, programs, tokens, environments } = this.#settings;
    const { baseUrl, domains } = place;
    const { name, url, oauth } = this.#service;
    const { PATH = '/usr/local/bin:/usr/bin:/bin', LANG, LC_ALL, TZ, SSL_CERT_FILE, TMPDIR } = process.env;
    const access = JSON.stringify([`access:services!service=${name}`]);
    return {
      ...definedOnly({ LANG, LC_ALL, TZ, SSL_CERT_FILE, TMPDIR }),
      PATH: [...programs, PATH].join(delimiter),
      HOME: home,
      ...environments.get(name),
      JUPYTERHUB_SERVICE_NAME: name,
      JUPYTERHUB_API_TOKEN: tokens.get(name) ?? '',
      JUPYTERHUB_API_URL: `${hubUrl}${baseUrl}hub/api`,
      JUPYTERHUB_BASE_URL: baseUrl,
      JUPYTERHUB_HOST: domains?.hub ?? '',
      JUPYTERHUB_SERVICE_PREFIX: servicePath(baseUrl, name),
      ...(url === null ? {} : { JUPYTERHUB_SERVICE_URL: url }),
      JUPYTERHUB_CLIENT_ID: oauth.clientId,
      JUPYTERHUB_OAUTH_CALLBACK_URL: serviceCallback(place, this.#service),
      JUPYTERHUB_OAUTH_SCOPES: access,
      JUPYTERHUB_OAUTH_ACCESS_SCOPES: access,
      JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: JSON.stringify(oauth.allowedScopes),
    };
  }

  #logLines(stream: Readable): void {
    // A stream that breaks has nothing more to say.
    stream.on('error', () => undefined);
    createInterface({ input: stream }).on('line', (line) => {
      if (line.trim() !== '') this.#log.info({ line: line.slice(0, LONGEST_LINE) }, 'a service says');
    });
  }

  get #file(): string {
    return join(this.#settings.run, `service-${this.name}.json`);
  }

  async #note(pid: number, run: string): Promise<void> {
    const startTime = (await this.#table.read(pid))?.startTime ?? '';
    const noted: NotedRun = { leader: { pid, startTime, bootId: this.#table.bootId }, run };
    await writeFile(this.#file, JSON.stringify(noted), { mode: 0o600 });
  }

  /** Ends what runs of it, whichever hub started it: with its children, and by force where it does not end. */
  async #endRun(): Promise<void> {
    const noted = await readFile(this.#file, 'utf8').then(parseRun, () => null);
    if (noted === null) return;
    const alive = () => processesOf(this.#table, noted.leader, `${MARKER}=${noted.run}`);
    const deadline = performance.now() + END_TIMEOUT_MS;
    let left = await alive();
    signalAll(left, 'SIGTERM');
    while (left.length > 0 && performance.now() < deadline) {
      await delay(50);
      left = await alive();
    }
    signalAll(left, 'SIGKILL');
    await rm(this.#file, { force: true });
  }
}

/** In the environment of all that belongs to a run. */
const MARKER = 'POLDER_SERVICE_RUN';

interface NotedRun {
  readonly leader: ProcessName;
  readonly run: string;
}

/** Null where a hub was killed while it wrote: then its service had hardly begun. */
function parseRun(text: string): NotedRun | null {
  try {
    return JSON.parse(text) as NotedRun;
  } catch {
    return null;
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}

/** @throws Error in words for the log where there is no such user. */
async function identityOf(user: string): Promise<{ readonly uid: number; readonly gid: number }> {
  const ask = async (option: string) =>
    Number((await promisify(execFile)('id', [option, '--', user])).stdout.trim());
  try {
    return { uid: await ask('-u'), gid: await ask('-g') };
  } catch {
    throw new Error(`there is no user ${user} on this machine`);
  }
}

function definedOnly(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined));
}
