import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { addUser } from '../conformance/store-test.ts';
import { openSqliteStore } from './sqlite-store.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sqlite-journal-'));
  file = join(folder, 'store.sqlite');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** What every file handle has `datasync` from. */
async function fileHandles(): Promise<FileHandle> {
  await using handle = await open(folder);
  return Object.getPrototypeOf(handle) as FileHandle;
}

test('nothing is acknowledged before it is on the disk, and reads go on meanwhile', async () => {
  await using store = await openSqliteStore(file);
  const disk = Promise.withResolvers<void>();
  const synced = vi.spyOn(await fileHandles(), 'datasync').mockReturnValue(disk.promise);
  let acknowledged = false;
  const written = addUser(store, 'anna').then(() => {
    acknowledged = true;
  });
  await expect.poll(() => synced.mock.calls.length).toBe(1);
  expect(await store.users.count()).toBe(1);
  expect(acknowledged).toBe(false);
  disk.resolve();
  await written;
});

test('those who come while the disk is waited for share the next commit', async () => {
  await using store = await openSqliteStore(file);
  const disk = Promise.withResolvers<void>();
  const synced = vi.spyOn(await fileHandles(), 'datasync').mockReturnValueOnce(disk.promise);
  const first = addUser(store, 'anna');
  await expect.poll(() => synced.mock.calls.length).toBe(1);
  const others = Array.from({ length: 20 }, (_, index) => addUser(store, `u${index}`));
  disk.resolve();
  await Promise.all([first, ...others]);
  expect(synced.mock.calls.length).toBe(2);
});

test('a disk that fails to keep what was written makes the store unavailable', async () => {
  await using store = await openSqliteStore(file);
  vi.spyOn(await fileHandles(), 'datasync').mockRejectedValueOnce(new Error('EIO'));
  await expect(addUser(store, 'anna')).rejects.toMatchObject({ code: 'unavailable' });
  await addUser(store, 'ben');
});

test('the log is brought into the database while the store is open', async () => {
  await using store = await openSqliteStore(file);
  const before = statSync(file).mtimeMs;
  const anna = await addUser(store, 'anna');
  for (let second = 0; second < 1_000; second += 1) {
    await store.users.touch([{ id: anna.id, at: new Date(second * 1_000) }]);
  }
  await expect.poll(() => statSync(file).mtimeMs).toBeGreaterThan(before);
});
