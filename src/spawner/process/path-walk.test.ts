import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { blocksOthers, changeableByOthers } from './path-walk.ts';

let folder: string;
const uid = process.getuid?.() ?? 0;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-walk-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'real', 'bin'), { recursive: true });
  await writeFile(join(folder, 'real', 'bin', 'python'), '');
  await chmod(join(folder, 'real', 'bin', 'python'), 0o755);
  await chmod(join(folder, 'real', 'bin'), 0o755);
  await chmod(join(folder, 'real'), 0o755);
  await symlink('real', join(folder, 'current'));
  await symlink('../current/bin/python', join(folder, 'real', 'python3'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('what others cannot pass', () => {
  test('is nothing where every folder is open', async () => {
    expect(await blocksOthers(join(folder, 'real', 'python3'), 'execute')).toBeNull();
  });

  test('is the first folder that is closed, on the way through links too', async () => {
    await chmod(join(folder, 'real', 'bin'), 0o750);
    expect(await blocksOthers(join(folder, 'real', 'python3'), 'execute')).toBe(join(folder, 'real', 'bin'));
    expect(await blocksOthers(join(folder, 'current', 'bin', 'python'), 'read')).toBe(
      join(folder, 'real', 'bin'),
    );
  });

  test('is the thing itself where it may be reached and not used', async () => {
    const python = join(folder, 'real', 'bin', 'python');
    await chmod(python, 0o744);
    expect(await blocksOthers(python, 'execute')).toBe(python);
    expect(await blocksOthers(python, 'read')).toBeNull();
    await chmod(python, 0o711);
    expect(await blocksOthers(python, 'read')).toBe(python);
  });

  test('is an error where there is nothing, or links go round', async () => {
    await expect(blocksOthers(join(folder, 'nothing'), 'read')).rejects.toThrow('ENOENT');
    await symlink('b', join(folder, 'a'));
    await symlink('a', join(folder, 'b'));
    await expect(blocksOthers(join(folder, 'a'), 'read')).rejects.toThrow('too many links');
  });
});

describe('what others could change', () => {
  test('is nothing where only the owner may write', async () => {
    expect(await changeableByOthers(join(folder, 'real', 'python3'), uid)).toBeNull();
  });

  test('is a folder that a group or all may write to, save a sticky one', async () => {
    await chmod(join(folder, 'real'), 0o775);
    expect(await changeableByOthers(join(folder, 'current', 'bin', 'python'), uid)).toBe(
      join(folder, 'real'),
    );
    await chmod(join(folder, 'real'), 0o1777);
    expect(await changeableByOthers(join(folder, 'current', 'bin', 'python'), uid)).toBeNull();
  });

  test('is what belongs to somebody else', async () => {
    // What is root's is never somebody else's: there the folder is given away.
    if (uid === 0) await chown(folder, 65_534, 65_534);
    expect(await changeableByOthers(folder, uid === 0 ? 0 : uid + 1)).toBe(folder);
  });
});
