/** The hub's side of `launcher.py`: what it is asked and answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { constants as osConstants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { assetPath } from '../../lib/asset.ts';
import type { Run } from '../spawner.ts';

export interface LaunchRequest {
  /** Kept in `recordFile`, with what only the process itself knows. */
  readonly record: Run & { readonly [key: string]: unknown };
  readonly recordFile: string;
  readonly argv: readonly string[];
  /** Arguments of the ordinary single-user server, for the prepared parent, which has no command line. */
  readonly arguments: readonly string[];
  /** Tells its answer from others'; for the prepared parent. */
  readonly id?: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly home: string;
  /** Null: as the hub's own user. `processes`: how many it may have at once. */
  readonly user: { readonly uid: number; readonly gid: number; readonly processes: number } | null;
  readonly log: string;
  readonly cgroups: readonly string[];
  /** Where a hook's exit code is written. */
  readonly ended?: string;
}

export type LaunchAnswer =
  | {
      readonly launched: number;
      readonly startTime: string;
      /** What could not be done, though it runs. */
      readonly notes: readonly string[];
    }
  /** The run was launched before, and lives. */
  | { readonly exists: true }
  | { readonly error: string };

const program = assetPath('spawner/process/launcher.py');

/** The Python program needs nothing of the hub's environment, and no secret of it may reach a server. */
const launcherEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };

export interface LaunchedChild {
  readonly answer: LaunchAnswer;
  /** The exit code, as a shell counts, when it ends; null where nobody will know it. */
  readonly ended: Promise<number | null>;
}

/** Starts one process: a run of its command (`launch`), or a command beside a run that is waited for (`hook`). */
export async function launchOne(
  python: string,
  mode: 'launch' | 'hook',
  request: LaunchRequest,
): Promise<LaunchedChild> {
  // What the launcher itself has to complain about stands in the log of the run.
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;
  await using log = await open(request.log, flags, 0o600);
  const child = spawn(python, ['-I', '-S', program, mode], {
    stdio: ['pipe', log.fd, log.fd, 'pipe'],
    env: launcherEnvironment,
    cwd: '/',
    // A session of its own: it does not end with the hub's terminal.
    detached: true,
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? 128 + signalNumber(signal)));
  });
  ended.catch(() => undefined);
  const answered = firstAnswer(child);
  // Where the other side is gone, its exit says so.
  child.stdin!.on('error', () => undefined);
  writeRequest(child.stdin!, request);
  child.stdin!.end();
  const answer = (await answered) ?? (await ended.then(describeExit, describeFailure));
  child.unref();
  return { answer, ended };
}

/** Four bytes of length, then JSON. */
export function writeRequest(channel: Writable, request: LaunchRequest): void {
  const body = Buffer.from(JSON.stringify(request), 'utf8');
  const head = Buffer.alloc(4);
  head.writeUInt32BE(body.length);
  channel.write(Buffer.concat([head, body]));
}

/** The first line; null where the process ended, or could not begin, without one. */
function firstAnswer(child: ChildProcess): Promise<LaunchAnswer | null> {
  const answers = child.stdio[3] as Readable;
  return new Promise((resolve) => {
    const lines = createInterface({ input: answers });
    lines.once('line', (line) => {
      resolve(JSON.parse(line) as LaunchAnswer);
      lines.close();
      answers.destroy();
    });
    lines.once('close', () => resolve(null));
    answers.once('error', () => resolve(null));
  });
}

function describeExit(code: number): LaunchAnswer {
  return { error: `the launcher ended with ${code} before it answered` };
}

function describeFailure(error: Error): LaunchAnswer {
  return { error: error.message };
}

function signalNumber(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : (osConstants.signals[signal] ?? 0);
}
