import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** A signal ended the work: there is nothing to explain. */
export class Interrupted extends Error {
  /** @param {NodeJS.Signals} signal */
  constructor(signal) {
    super(`ended by ${signal}`);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/** How long a command may take to end when it is asked to. */
const patienceMs = 2000;

/**
 * Runs a command to its end and resolves with its exit code. A signal that reaches us meanwhile ends the command too.
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions & { onOutput?: (text: string) => void }} options `onOutput` gets
 *   what it writes to either stream; without it, the streams are ours
 * @throws {Interrupted} and what `spawn` throws where it cannot be run
 */
export async function runToEnd(command, args, { onOutput, ...options }) {
  const output = onOutput ? 'pipe' : 'inherit';
  const child = spawn(command, args, { ...options, stdio: ['ignore', output, output] });
  for (const stream of onOutput ? [child.stdout, child.stderr] : [])
    stream.setEncoding('utf8').on('data', onOutput);
  let interruption;
  let force;
  const interrupt = (signal) => {
    interruption ??= new Interrupted(signal);
    child.kill(signal);
    // npm finishes what it does first, or undoes it; what it leaves half-done is done again by the next set-up.
    force ??= setTimeout(() => child.kill('SIGKILL'), patienceMs);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
    });
    if (interruption) throw interruption;
    return code;
  } finally {
    clearTimeout(force);
    for (const signal of signals) process.off(signal, interrupt);
  }
}
