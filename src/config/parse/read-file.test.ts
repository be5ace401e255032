import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFile } from './read-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a pipe is read to its end, however late it is filled', async () => {
  const pipe = join(folder, 'filled');
  execFileSync('mkfifo', [pipe]);
  const reading = readFile(pipe);
  await writeFile(pipe, 'hub: {}\n');
  expect(await reading).toEqual({ text: 'hub: {}\n', finding: undefined });
});

test('a pipe that nobody fills is given up', async () => {
  const pipe = join(folder, 'silent');
  execFileSync('mkfifo', [pipe]);
  const { finding } = await readFile(pipe, { pipePatienceMs: 20 });
  expect(finding?.message).toBe('This is a pipe, and nothing came out of it.');
});

test.each([
  ['a folder', '.', 'This is a folder'],
  ['a missing file', 'missing.yaml', 'There is no such file.'],
  ['a link to itself', 'loop', 'leads to itself'],
])('%s is named as such', async (_, name, message) => {
  if (name === 'loop') await symlink('loop', join(folder, 'loop'));
  expect((await readFile(join(folder, name))).finding?.message).toContain(message);
});

test('an address is not taken for a file', async () => {
  const { finding } = await readFile('https://example.org/config.yaml');
  expect(finding).toMatchObject({ code: 'unreadable-file', help: expect.stringContaining('curl') });
});

test('a device without end is read no further than needed to refuse it', async () => {
  const { text } = await readFile('/dev/zero');
  expect(text?.length).toBeLessThan(5 * 1024 * 1024);
});
