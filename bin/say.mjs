/** What set-up tells the person at the terminal: few lines, on standard error, so that a command's own output stays clean. */

import { Interrupted } from './child.mjs';

/** A failure that the person can do something about: its message is all they need to see. */
export class SetUpError extends Error {}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/**
 * Ends the process: with the message alone of what the person can act on, with the whole of anything else.
 * @param {unknown} error
 * @returns {never}
 */
export function giveUp(error) {
  if (error instanceof Interrupted) process.exit(error.exitCode);
  say(
    error instanceof SetUpError
      ? `polder: ${error.message}`
      : String(error instanceof Error ? error.stack : error),
  );
  process.exit(1);
}

/**
 * How long ago `since` (of `Date.now()`) was, in words: `0.4 s`, `38 s`, `2 min 5 s`.
 * @param {number} since
 */
export function elapsed(since) {
  const seconds = (Date.now() - since) / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}
