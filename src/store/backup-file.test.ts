import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkBackup, readPieces, writeBackup } from './backup-file.ts';
import type { Piece } from './store.ts';

const head = { made: '2030-01-01T00:00:00.000Z', polder: '1.0.0', schema: { number: 3, oldest: 2 } };
const users: Piece = {
  table: 'users',
  columns: ['id', 'name'],
  rows: [
    [1, 'anna'],
    [2, 'Zoë “\n”'],
  ],
};

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-backup-'));
  file = join(folder, 'course.polder');
});
afterEach(() => rm(folder, { recursive: true }));

const write = (pieces: readonly Piece[] = [users], force = false) =>
  writeBackup(file, head, {
    dump: async (put) => {
      for (const piece of pieces) await put(piece);
    },
    force,
  });

async function readAll(): Promise<Piece[]> {
  return await Array.fromAsync(readPieces(file));
}

test('what was written is read, and is for its owner alone', async () => {
  expect(await write()).toEqual({ rows: 2 });
  expect(await checkBackup(file)).toMatchObject({ ...head, rows: 2 });
  expect(await readAll()).toEqual([users]);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['course.polder']);
});

test('a file that is there is left as it is, unless it is to be written over', async () => {
  await writeFile(file, 'precious');
  await expect(write()).rejects.toMatchObject({ code: 'conflict' });
  expect(await readFile(file, 'utf8')).toBe('precious');
  await write([users], true);
  expect(await readAll()).toEqual([users]);
});

test('a backup that fails in the middle leaves nothing, and what was there before', async () => {
  await write();
  const failing = writeBackup(file, head, { dump: () => Promise.reject(new Error('gone')), force: true });
  await expect(failing).rejects.toThrow('gone');
  expect(await readAll()).toEqual([users]);
  expect(await readdir(folder)).toEqual(['course.polder']);
});

test('a large one is read piece by piece', async () => {
  const rows = Array.from({ length: 500 }, (_, n): [number, string] => [n, `user ${n} ${'x'.repeat(200)}`]);
  const pieces = Array.from({ length: 60 }, () => ({ ...users, rows }));
  await write(pieces);
  expect(await checkBackup(file)).toMatchObject({ rows: 30_000 });
});

test('a backup that is cut short anywhere is named as such, and one that was changed as damaged', async () => {
  await write();
  const whole = await readFile(file);
  for (const length of [whole.length - 1, Math.floor(whole.length / 2), 20]) {
    await writeFile(file, whole.subarray(0, length));
    await expect(checkBackup(file)).rejects.toMatchObject({ code: 'invalid', message: /not whole|damaged/ });
  }
  const lines = gunzipSync(whole).toString();
  await writeFile(file, gzipSync(lines.replace('anna', 'anne')));
  await expect(checkBackup(file)).rejects.toThrow('damaged');
  await writeFile(file, gzipSync(lines.split('\n').slice(0, 2).join('\n')));
  await expect(checkBackup(file)).rejects.toThrow('not whole');
});

test.each([
  ['text', Buffer.from('hello')],
  ['nothing', Buffer.alloc(0)],
  ['gzip of something else', gzipSync('{"format":"other"}\n')],
  ['gzip of no JSON', gzipSync('hello\n')],
])('%s is no backup', async (_, content) => {
  await writeFile(file, content);
  await expect(checkBackup(file)).rejects.toMatchObject({
    code: 'invalid',
    message: /not a backup|not whole/,
  });
});

test('one of a later format, one that is not there, and a place that cannot be written are named', async () => {
  await writeFile(file, gzipSync('{"format":"polder-backup","version":2}\n'));
  await expect(checkBackup(file)).rejects.toThrow('newer version');
  await rm(file);
  await expect(checkBackup(file)).rejects.toMatchObject({ code: 'not_found' });
  file = join(folder, 'none', 'course.polder');
  await expect(write()).rejects.toMatchObject({ code: 'not_found' });
  file = '/proc/course.polder';
  await expect(write()).rejects.toBeInstanceOf(Error);
});
