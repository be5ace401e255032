import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { HubError } from '../../domain/errors.ts';

/**
 * Runs a command of Python's tools so that everyone can read what it writes, whatever the umask of this process.
 * @throws HubError `unavailable` with the last lines that it wrote, where it fails
 */
export async function runWithUmask(
  command: string,
  args: readonly string[],
  options: {
    /** What it is for, as in "could not <task>". */
    readonly task: string;
    readonly onLine?: ((line: string) => void) | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<void> {
  const child = spawn('sh', ['-c', 'umask 022; exec "$@"', 'sh', command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.signal && { signal: options.signal }),
  });
  const tail: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      options.onLine?.(line);
      tail.push(line);
      if (tail.length > 200) tail.shift();
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) throw new HubError('unavailable', explain(tail, options.task));
}

function explain(tail: readonly string[], task: string): string {
  const text = tail.join('\n');
  if (
    /NewConnectionError|Temporary failure in name resolution|Network is unreachable|ProxyError|ReadTimeout/.test(
      text,
    )
  ) {
    return `Could not ${task}: the Python package index cannot be reached. Check the network and pip's settings, then run this again.`;
  }
  if (/No space left on device/.test(text)) return `Could not ${task}: the disk is full.`;
  const said = tail.filter((line) => line.trim() !== '').slice(-10);
  return `Could not ${task}:\n${said.join('\n')}`;
}
