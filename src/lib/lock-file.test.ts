import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holdLockFile, withLockFile } from './lock-file.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-lock-'));
  path = join(folder, 'inner', 'lock');
});

afterEach(() => rm(folder, { recursive: true }));

describe('a lock file', () => {
  it('lets one in at a time, and tells who waits whom it waits for', async () => {
    let inside = 0;
    let most = 0;
    const waitedFor: number[] = [];
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await readFile(path, 'utf8');
      inside -= 1;
    };
    await Promise.all(
      [1, 2, 3].map(() => withLockFile(path, work, { onWait: (pid) => waitedFor.push(pid) })),
    );
    expect(most).toBe(1);
    expect(waitedFor).toEqual([process.pid, process.pid]);
  });

  it('is free again after work that failed', async () => {
    await expect(withLockFile(path, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await withLockFile(path, async () => 'next')).toBe('next');
  });

  it('counts for nothing when its owner has ended', async () => {
    const ended = spawnSync(process.execPath, ['--version']).pid;
    await withLockFile(path, async () => undefined);
    await writeFile(path, String(ended));
    expect(await withLockFile(path, async () => 'mine')).toBe('mine');
  });

  it('counts for nothing when its number belongs to a later process, as after a restart of the machine', async () => {
    await withLockFile(path, async () => undefined);
    await writeFile(path, `${process.pid} 1`);
    expect(await withLockFile(path, async () => 'mine')).toBe('mine');
  });

  it('is held by one, and refused to others until that one gives it up', async () => {
    const held = await holdLockFile(path);
    expect(held).not.toBeNull();
    expect(await holdLockFile(path)).toBeNull();
    await held?.[Symbol.asyncDispose]();
    await using again = await holdLockFile(path);
    expect(again).not.toBeNull();
  });
});
