/** Processes of one machine that must not do the same thing at the same time take turns by a file. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 100;

interface Owner {
  readonly pid: number;
  /** Tells it from a later process with the same number; empty where the system does not say. */
  readonly startedAt: string;
}

/**
 * Does `work` while no other process that names the same file does; waits for one that does. The file holds its
 * owner's process id; a file whose owner has ended counts for nothing.
 * @throws what `work` throws, and the file system's error where the file cannot be made
 */
export async function withLockFile<T>(
  path: string,
  work: () => Promise<T>,
  options: { readonly onWait?: (owner: number) => void } = {},
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  let told = false;
  while (!(await take(path))) {
    const owner = await ownerOf(path);
    if (owner !== null && (await isAlive(owner))) {
      if (!told) options.onWait?.(owner.pid);
      told = true;
      await delay(pollMs);
    } else {
      await rm(path, { force: true });
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * As `withLockFile`, for as long as the result is not disposed of, and without waiting.
 * @returns null while another process holds the file
 */
export async function holdLockFile(path: string): Promise<AsyncDisposable | null> {
  await mkdir(dirname(path), { recursive: true });
  while (!(await take(path))) {
    const owner = await ownerOf(path);
    if (owner !== null && (await isAlive(owner))) return null;
    await rm(path, { force: true });
  }
  return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
}

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, `${process.pid} ${await startOf(process.pid)}`, { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  // Another process may have seen the file of an owner who had ended, and now removes ours in its place.
  await delay(2 * pollMs);
  return (await ownerOf(path))?.pid === process.pid;
}

/** Null where there is no file, or one that is just being written. */
async function ownerOf(path: string): Promise<Owner | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [pid = '', startedAt = ''] = text.split(' ');
  return pid === '' ? null : { pid: Number(pid), startedAt };
}

async function isAlive({ pid, startedAt }: Owner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startedAt === '' || startedAt === (await startOf(pid));
}

/** When a process began, in ticks since the machine did: proc_pid_stat(5), field 22. Empty where nobody says. */
async function startOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The name, in parentheses, may have spaces and parentheses of its own; the state after it is field 3.
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
