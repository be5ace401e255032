import { spawn } from 'node:child_process';

/** Longer than a slow network needs to answer, shorter than patience at a start. */
const patienceMs = 5000;
/** The end of what git says when it fails, which is where the reason is. */
const keptWords = 4000;

/** git did not do what it was asked; its last words are the message. */
export class GitError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GitError';
  }
}

export interface GitRun {
  /** Above what `git` and `gitElsewhere` each give it. */
  readonly environment?: Readonly<Record<string, string>>;
  /** What it is given to read; nothing by itself. */
  readonly input?: string | Buffer | undefined;
  /** A file that it writes to, in place of what is returned. */
  readonly output?: number;
  readonly timeoutMs?: number;
}

/**
 * Runs git on a repository of our own: the same whatever the user's settings are, and at whatever time.
 * @returns what it writes, without the line break at its end
 * @throws GitError
 */
export async function git(args: readonly string[], run: GitRun = {}): Promise<string> {
  const environment = { ...ownEnvironment(), ...author, ...run.environment };
  return (await runGit(args, { ...run, environment })).trimEnd();
}

/**
 * Runs git where it speaks to another machine: with the user's settings (a proxy, for one), and without asking anybody
 * for a password.
 * @throws GitError, and ENOENT where there is no git
 */
export function gitElsewhere(args: readonly string[], run: GitRun): Promise<string> {
  return runGit(args, { ...run, environment: { ...process.env, ...silence, ...run.environment } });
}

/**
 * Whether a repository answers at the address.
 * @throws ENOENT where there is no git
 */
export async function isReachable(address: string, timeoutMs: number = patienceMs): Promise<boolean> {
  try {
    await gitElsewhere(['ls-remote', '--heads', '--', address], { timeoutMs });
    return true;
  } catch (error) {
    if (error instanceof GitError) return false;
    throw error;
  }
}

function ownEnvironment(): NodeJS.ProcessEnv {
  const { PATH } = process.env;
  return { PATH, LANG: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
}

const author = {
  GIT_AUTHOR_NAME: 'Polder',
  GIT_AUTHOR_EMAIL: 'polder@localhost',
  GIT_AUTHOR_DATE: '2020-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Polder',
  GIT_COMMITTER_EMAIL: 'polder@localhost',
  GIT_COMMITTER_DATE: '2020-01-01T00:00:00Z',
};

const silence = {
  LANG: 'C',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ASKPASS: 'true',
  GIT_SSH_COMMAND: 'ssh -o BatchMode=yes',
  // Others would let an address name a program to run.
  GIT_ALLOW_PROTOCOL: 'http:https:ssh:git:file',
};

async function runGit(
  args: readonly string[],
  {
    environment,
    input,
    output,
    timeoutMs,
  }: Omit<GitRun, 'environment'> & { readonly environment: NodeJS.ProcessEnv },
): Promise<string> {
  const child = spawn('git', args, {
    stdio: ['pipe', output ?? 'pipe', 'pipe'],
    // Its helpers end with it: they would go on trying to connect for minutes.
    detached: true,
    env: environment,
  });
  let written = '';
  let words = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    written += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    words = (words + text).slice(-keptWords);
  });
  // It may have heard enough before all is said.
  child.stdin!.on('error', () => undefined).end(input);
  let isLate = false;
  const onTime = () => {
    isLate = true;
    process.kill(-child.pid!, 'SIGKILL');
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(onTime, timeoutMs);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    if (code === 0) return written;
    throw new GitError(
      isLate ? `No answer within ${timeoutMs! / 1000} seconds.` : words.trim() || `git ended with ${code}.`,
    );
  } finally {
    clearTimeout(timer);
  }
}
