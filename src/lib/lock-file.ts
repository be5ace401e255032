/** Processes of one machine that must not do the same thing at the same time take turns by a file. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 100;

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
    if (owner !== null && isAlive(owner)) {
      if (!told) options.onWait?.(owner);
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

async function take(path: string): Promise<boolean> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  // Another process may have seen the file of an owner who had ended, and now removes ours in its place.
  await delay(2 * pollMs);
  return (await ownerOf(path)) === process.pid;
}

/** Null where there is no file, or one that is just being written. */
async function ownerOf(path: string): Promise<number | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text === '' ? null : Number(text);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
