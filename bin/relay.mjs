import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Set for a process that `relay` started: its channel to us says when we are gone. */
const mark = 'POLDER_RELAYED';

/** One key press can reach us twice: from the terminal, and again from npm, which passes on what it gets. */
const sameKeyPressMs = 500;

/**
 * Runs a program of ours with another Node in our place: same arguments, same terminal. It gets each signal once,
 * and we end as it ends. It has a session of its own, because in ours the terminal's Ctrl-C would reach it beside ours.
 * @param {string} node
 * @param {string[]} args
 * @returns {Promise<never>}
 */
export async function relay(node, args) {
  const child = spawn(node, args, {
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [mark]: '1' },
  });
  const lastSeen = new Map();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH']) {
    process.on(signal, () => {
      const now = Date.now();
      if (now - (lastSeen.get(signal) ?? 0) < sameKeyPressMs) return;
      lastSeen.set(signal, now);
      child.kill(signal);
    });
  }
  const [code, signal] = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (...how) => resolve(how));
  });
  process.exit(signal ? 128 + constants.signals[signal] : code);
}

/** In a process that `relay` started: ends when the one that started it is gone, however that came about. */
export function endWithRelay() {
  if (!process.env[mark]) return;
  delete process.env[mark];
  if (!process.channel) return;
  process.channel.unref();
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
}
