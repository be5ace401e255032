/** What each hub under measurement can do: the same for Polder and for JupyterHub. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const startTimeoutMs = 120_000;
const pollMs = 10;

/** A hub with a folder of its own, which keeps its database from start to start. */
export interface Contender {
  readonly name: string;
  /** Adds users to the database; the hub must have run once, and not run now. */
  addUsers(names: readonly string[]): Promise<void>;
  start(): Promise<RunningContender>;
  /**
   * The same after one of its processes was killed, when hub and proxy answer again: starts again what does not start
   * itself. Disposing of either ends it.
   */
  refresh(running: RunningContender): Promise<RunningContender>;
  /** Ends the servers that outlive their hub; it does not run now. */
  stopServers(): Promise<void>;
}

export interface RunningContender extends AsyncDisposable {
  /** Through the proxy, without a slash at the end. */
  readonly url: string;
  readonly hub: number;
  readonly proxy: number;
  /** Process id of what keeps hub and proxy running, where that is a process of its own. */
  readonly supervisor: number | null;
  /** From the command until the hub answered `/hub/health`. */
  readonly healthySeconds: number;
  /** Processor time of the hub's process until then, and of all processes that the command started. */
  readonly hubCpuSeconds: number;
  readonly allCpuSeconds: number;
}

/** The user whom every contender lets in, with this password. */
export const person = { name: 'user1', password: 'bench-demo-password' };
export const people: readonly string[] = [
  'user1',
  'user2',
  'user3',
  'user4',
  'user5',
  'user6',
  'user7',
  'user8',
];

/** Gives each so many users, beside its own. */
export async function addStudents(contenders: readonly Contender[], count: number): Promise<void> {
  const names = Array.from({ length: count }, (_, index) => `student${String(index).padStart(6, '0')}`);
  for (const contender of contenders) {
    // Its first start makes the database.
    await using _ = await contender.start();
  }
  for (const contender of contenders) await contender.addUsers(names);
}

/** Starts a command with its output in `log`. */
export async function launch(
  command: readonly string[],
  options: { readonly cwd: string; readonly log: string; readonly environment?: NodeJS.ProcessEnv },
): Promise<ChildProcess> {
  await using log = await open(options.log, 'a');
  return spawn(command[0]!, command.slice(1), {
    cwd: options.cwd,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', log.fd, log.fd],
  });
}

/** Waits until `url` answers 200, asking every few milliseconds. @throws when `child` ends before */
export async function untilHealthy(url: string, child: ChildProcess, log: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while ((await statusOf(url)) !== 200) {
    if (child.exitCode !== null) throw new Error(`it ended at its start:\n${await lastOf(log)}`);
    if (Date.now() > deadline) throw new Error(`${url} did not answer in time:\n${await lastOf(log)}`);
    await delay(pollMs);
  }
}

/** Waits until `url` answers 200. @throws when that takes too long */
export async function untilAnswers(url: string): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while ((await statusOf(url)) !== 200) {
    if (Date.now() > deadline) throw new Error(`${url} did not answer in time`);
    await delay(pollMs);
  }
}

/** Waits a moment for a process that was killed to be gone, so that its last answers are not taken for its successor's. */
export async function untilGone({ hub, proxy }: Pick<RunningContender, 'hub' | 'proxy'>): Promise<void> {
  for (let tries = 0; tries < 20 && [hub, proxy].every(isAlive); tries += 1) await delay(pollMs);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Asks it to end, and waits. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  return servers.map((server) => {
    const address = server.address();
    server.close();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  });
}

/** The log is gone when anybody could look. */
async function lastOf(log: string): Promise<string> {
  return (await readFile(log, 'utf8')).split('\n').slice(-30).join('\n');
}

/** 0 where nobody answers. A connection for each question: the hub under measurement keeps none open. */
function statusOf(url: string): Promise<number> {
  return new Promise((resolve) => {
    const question = request(url, { agent: false }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
    question.once('error', () => resolve(0));
    question.end();
  });
}
