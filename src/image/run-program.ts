import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { HubError } from '../domain/errors.ts';

export interface ProgramRun {
  readonly input?: string | undefined;
  /** Each line that it writes, as it comes. */
  readonly onLine?: ((line: string) => void) | undefined;
  /** Beside our own. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  readonly folder?: string | undefined;
}

export interface ProgramEnd {
  readonly code: number;
  /** What it wrote to its standard output. */
  readonly out: string;
  /** The last lines of both its outputs. */
  readonly lastLines: readonly string[];
}

const KEPT_LINES = 30;

/** Runs a program to its end, whatever that is. @throws HubError `not_found` where there is none of that name */
export async function runProgram(
  program: string,
  args: readonly string[],
  run: ProgramRun = {},
): Promise<ProgramEnd> {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...run.environment },
    cwd: run.folder,
  });
  const out: string[] = [];
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      if (stream === child.stdout) out.push(line);
      if (line.trim() !== '') lastLines.push(line);
      if (lastLines.length > KEPT_LINES) lastLines.shift();
      run.onLine?.(line);
    });
  }
  // It may end without having read all; how it ended says enough.
  child.stdin.on('error', () => {});
  child.stdin.end(run.input ?? '');
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', (cause: NodeJS.ErrnoException) => {
      const words = `${program} cannot be run (${cause.code}).`;
      reject(new HubError('not_found', words, { cause }));
    });
    child.once('close', (status) => resolve(status ?? 1));
  });
  return { code, out: out.join('\n'), lastLines };
}

/** The same, where only success will do. @throws HubError with its last words, where it fails */
export async function expectProgram(
  program: string,
  args: readonly string[],
  run: ProgramRun & { /** As in "Could not <task>". */ readonly task: string },
): Promise<ProgramEnd> {
  const end = await runProgram(program, args, run);
  if (end.code === 0) return end;
  throw new HubError('unavailable', `Could not ${run.task}:\n${end.lastLines.slice(-12).join('\n')}`);
}
