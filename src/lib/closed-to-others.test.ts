import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closedToOthers } from './closed-to-others.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-closed-'));
  await chmod(folder, 0o755);
  await mkdir(join(folder, 'inner', 'deep'), { recursive: true });
  await writeFile(join(folder, 'inner', 'deep', 'file'), '', { mode: 0o644 });
});

afterEach(() => rm(folder, { recursive: true }));

it('finds nothing where everyone gets there', async () => {
  expect(await closedToOthers(join(folder, 'inner', 'deep', 'file'))).toBeNull();
});

it('names the first folder that others cannot enter', async () => {
  await chmod(join(folder, 'inner'), 0o750);
  await chmod(join(folder, 'inner', 'deep'), 0o700);
  expect(await closedToOthers(join(folder, 'inner', 'deep', 'file'))).toBe(join(folder, 'inner'));
});

it('names the file where that is what others cannot read', async () => {
  await chmod(join(folder, 'inner', 'deep', 'file'), 0o640);
  expect(await closedToOthers(join(folder, 'inner', 'deep', 'file'))).toBe(
    join(folder, 'inner', 'deep', 'file'),
  );
});

it('follows links to where they lead', async () => {
  await symlink(join(folder, 'inner', 'deep', 'file'), join(folder, 'link'));
  await chmod(join(folder, 'inner', 'deep'), 0o700);
  expect(await closedToOthers(join(folder, 'link'))).toBe(join(folder, 'inner', 'deep'));
});
