/** Helm, as `POLDER_TEST_HELM` or PATH has it. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { packagePath } from '../../src/lib/asset.ts';

export const chart = packagePath('chart');
export const helm = process.env.POLDER_TEST_HELM ?? 'helm';
export const noHelm = 'no helm: neither on PATH nor in POLDER_TEST_HELM';

export function hasHelm(): boolean {
  try {
    execFileSync(helm, ['version', '--short'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const run = promisify(execFile);

/** @returns what it wrote. @throws with what it said is wrong */
export async function runHelm(...args: readonly string[]): Promise<string> {
  const { stdout } = await run(helm, [...args], { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
