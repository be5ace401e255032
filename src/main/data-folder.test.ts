import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keysOf, openDataFolder } from './data-folder.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'polder-data-'));
});
afterEach(() => rm(parent, { recursive: true }));

test('keys are made once and found again', async () => {
  const folder = await openDataFolder(join(parent, 'new', 'data'));
  const keys = await keysOf(folder);
  expect(await keysOf(await openDataFolder(folder.path))).toEqual(keys);
});

test('a file in place of the folder is said in words, with what to do', async () => {
  const path = join(parent, 'file');
  await writeFile(path, '');
  await expect(openDataFolder(path)).rejects.toThrow(
    `The data folder ${path} cannot be used: there is a file in its place. Name another one with --data.`,
  );
});

test('a folder that only exists to be read is said in words', async () => {
  await expect(openDataFolder('/sys/polder-test')).rejects.toThrow(
    'The data folder /sys/polder-test cannot be used: ',
  );
});

test('damaged keys are reported, and not replaced', async () => {
  const folder = await openDataFolder(parent);
  await writeFile(join(parent, 'keys.json'), '{"cookieKey');
  await expect(keysOf(folder)).rejects.toThrow(`${join(parent, 'keys.json')} is damaged.`);
  await expect(keysOf(folder)).rejects.toThrow('is damaged');
});
