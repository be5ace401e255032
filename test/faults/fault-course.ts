/** A course as `polder up` runs it, whose processes can be killed: real hub, proxy and spawner, and small servers. */
import { randomInt } from 'node:crypto';
import { mkdtemp, readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../src/lib/free-port.ts';
import { makeStubEnvironment, type StubEnvironment } from '../../src/spawner/process/stub-environment.ts';
import { type CourseOptions, RunningCourse } from '../e2e/running-course.ts';
import { CourseDatabase } from './course-database.ts';
import type { Victim } from './plan.ts';

export const password = 'a-password-for-everybody';
export const admin = 'teacher';

const config = `
hub:
  allowNamedServers: true
  config:
    JupyterHub:
      authenticator_class: dummy
    DummyAuthenticator:
      password: ${password}
    Authenticator:
      allow_all: true
      admin_users: [${admin}]
singleuser:
  lifecycleHooks:
    postStart:
      exec:
        command: [sh, -c, 'sleep 0.05; echo fetched >> fetched']
`;

/** The supervisor waits longer before each restart of what ended again soon; a new supervisor begins anew. */
const mostKills = 4;
const patienceMs = 30_000;

export interface FaultCourseOptions {
  /** Folder for what the course keeps; by default where temporary files are. */
  readonly within?: string;
  /** Interpreter of an environment with real single-user servers; by default small ones run. */
  readonly python?: string;
}

export class FaultCourse implements AsyncDisposable {
  readonly url: string;
  readonly data: string;
  readonly database: CourseDatabase;
  readonly #folder: string;
  readonly #environment: StubEnvironment | null;
  readonly #options: CourseOptions;
  #course: RunningCourse;
  #kills = 0;

  private constructor(parts: {
    readonly folder: string;
    readonly environment: StubEnvironment | null;
    readonly options: CourseOptions;
    readonly course: RunningCourse;
  }) {
    this.#folder = parts.folder;
    this.#environment = parts.environment;
    this.#options = parts.options;
    this.#course = parts.course;
    this.url = parts.course.url;
    this.data = parts.course.data;
    this.database = new CourseDatabase(this.data);
  }

  static async start({ within, python }: FaultCourseOptions = {}): Promise<FaultCourse> {
    const folder = await mkdtemp(join(tmpdir(), 'polder-faults-'));
    const file = join(folder, 'config.yaml');
    await writeFile(file, config);
    const environment = python === undefined ? await makeStubEnvironment() : null;
    // Below those that the system gives to servers, and by chance: others may take them while nobody listens.
    const first = 12_000 + randomInt(18_000);
    const [port, hub, proxyApi] = await Promise.all(
      [0, 200, 400].map((further) => freePort('127.0.0.1', first + further)),
    );
    const options = {
      args: [`--config=${file}`, `--python=${python ?? environment?.python}`],
      port: port!,
      ports: { hub: hub!, proxyApi: proxyApi! },
      ...(within === undefined ? {} : { within }),
    };
    const course = await RunningCourse.start(options);
    return new FaultCourse({ folder, environment, options, course });
  }

  /** Kills, and where nobody else would, starts again. Resolves when hub and proxy answer. */
  async kill(victim: Victim): Promise<void> {
    const supervisor = this.#course.supervisorPid;
    const [hub, proxy] = await Promise.all([this.pid('hub'), this.pid('proxy')]);
    switch (victim) {
      case 'hub':
        killNow(hub);
        break;
      case 'proxy':
        killNow(proxy);
        break;
      case 'hub-and-proxy':
        killNow(hub, proxy);
        break;
      case 'everything':
        killNow(supervisor, hub, proxy);
        break;
      case 'supervisor':
        killNow(supervisor);
        break;
      case 'interrupt':
        await this.#course.interrupt();
        break;
    }
    this.#kills += 1;
    if (victim === 'everything' || victim === 'supervisor' || victim === 'interrupt') await this.#restart();
    await this.answers();
  }

  /** Between two runs: the next one begins with a patient supervisor. */
  async refresh(): Promise<void> {
    if (this.#kills >= mostKills) await this.#restart();
  }

  /** Resolves when a question to the hub is answered through the proxy. */
  async answers(): Promise<void> {
    await until(
      async () => (await fetch(`${this.url}/hub/health`).catch(() => null))?.status === 200,
      'the hub answers',
    );
  }

  /** Prefixes of the proxy's routes to servers. */
  async routes(): Promise<readonly string[]> {
    const [ports, keys] = await Promise.all(
      ['ports.json', 'keys.json'].map(async (name) =>
        JSON.parse(await readFile(join(this.data, name), 'utf8')),
      ),
    );
    const answer = await fetch(`http://127.0.0.1:${ports.proxyApi}/api/routes`, {
      headers: { authorization: `token ${keys.proxyToken}` },
    });
    const table = (await answer.json()) as Record<string, unknown>;
    return Object.keys(table).filter((prefix) => prefix !== '/');
  }

  /** Processes that work in homes: process id to the name of the home. */
  async processes(): Promise<ReadonlyMap<number, string>> {
    const homes = `${await realpath(this.data)}/homes/`;
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const places = await Promise.all(
      pids.map(async (pid) => [Number(pid), await readlink(`/proc/${pid}/cwd`).catch(() => '')] as const),
    );
    return new Map(
      places.flatMap(([pid, place]) =>
        place.startsWith(homes) ? [[pid, place.slice(homes.length).split('/')[0]!]] : [],
      ),
    );
  }

  home(user: string): string {
    return join(this.data, 'homes', user);
  }

  /** The last lines of the logs of hub and proxy. */
  async logs(lines: number): Promise<string> {
    const texts = await Promise.all(
      ['hub', 'proxy'].map((name) => readFile(join(this.data, 'logs', `${name}.log`), 'utf8').catch(String)),
    );
    return texts.map((text) => text.trimEnd().split('\n').slice(-lines).join('\n')).join('\n\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.database[Symbol.dispose]();
    await this.#course[Symbol.asyncDispose]();
    await this.#environment?.[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }

  async #restart(): Promise<void> {
    this.#course = await this.#course.restart(this.#options);
    this.#kills = 0;
  }

  /** Waits until it runs. A pid file may still name the one before: only a child of the supervisor is meant. */
  async pid(name: 'hub' | 'proxy'): Promise<number> {
    let pid = 0;
    await until(async () => {
      pid = await this.#course.pid(name).catch(() => 0);
      const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state !== 'Z' && Number(parent) === this.#course.supervisorPid;
    }, `the ${name} runs`);
    return pid;
  }
}

/** @throws Error in the words of `what` where it does not come true in time */
export async function until(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await isTrue())) {
    if (Date.now() > deadline) throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    await delay(20);
  }
}

function killNow(...pids: readonly number[]): void {
  for (const pid of pids) process.kill(pid, 'SIGKILL');
}
