/** What a supervisor that was killed has left: its hub and proxy, which end by themselves a moment later. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 12_000;

/** Waits for them, so that whoever starts the course again at once does not find its ports in use. @param run folder */
export async function untilEarlierRunEnds(run: string): Promise<void> {
  const supervisor = await pidIn(join(run, 'up.lock'));
  // Then the course runs, and they are its own.
  if (supervisor !== null && isRunning(supervisor)) return;
  const deadline = performance.now() + PATIENCE_MS;
  for (const name of ['hub.pid', 'proxy.pid']) {
    const pid = await pidIn(join(run, name));
    while (pid !== null && isRunning(pid) && performance.now() < deadline) await delay(50);
  }
}

/** The number that the file begins with; null where there is no such file. */
async function pidIn(file: string): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return Number.parseInt(text, 10) || null;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
