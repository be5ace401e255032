import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

/** Longer than a slow network needs to answer, shorter than patience at a start. */
const patienceMs = 5000;

/**
 * Runs git on a repository of our own: the same whatever the user's settings are, and at whatever time.
 * @returns what it writes, without the line break at its end
 * @throws with git's words
 */
export async function git(args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, {
    env: {
      PATH: process.env.PATH,
      LANG: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Polder',
      GIT_AUTHOR_EMAIL: 'polder@localhost',
      GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z',
      GIT_COMMITTER_NAME: 'Polder',
      GIT_COMMITTER_EMAIL: 'polder@localhost',
      GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z',
    },
  });
  return stdout.trimEnd();
}

/**
 * Whether a repository answers at the address, with the user's settings (a proxy, for one) and without asking anybody
 * for a password.
 * @throws ENOENT where there is no git
 */
export async function isReachable(address: string, timeoutMs: number = patienceMs): Promise<boolean> {
  const child = spawn('git', ['ls-remote', '--heads', '--', address], {
    stdio: 'ignore',
    // Its helpers end with it: they would go on trying to connect for minutes.
    detached: true,
    env: {
      ...process.env,
      GIT_TERMINAL_PROMPT: '0',
      GIT_ASKPASS: 'true',
      GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
    },
  });
  const timer = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), timeoutMs);
  try {
    return await new Promise<boolean>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code === 0));
    });
  } finally {
    clearTimeout(timer);
  }
}
