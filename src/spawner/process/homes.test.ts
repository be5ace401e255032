import { link, lstat, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Homes, homeFolderName } from './homes.ts';

describe('the folder name of a home', () => {
  test.each([
    ['anna', 'anna'],
    ['anna@example.org', 'anna@example.org'],
    ['../x', '~2e.~2fx'],
    ['.', '~2e'],
    ['-rf', '-rf'],
    ['anna b', 'anna~20b'],
    ['Anna', '~41nna'],
    ['zoë', 'zo~c3~ab'],
    ['a~b', 'a~7eb'],
    ['', '~'],
  ])('of %j is %j', (user, folder) => {
    expect(homeFolderName(user)).toBe(folder);
  });

  test('is one that every file system takes, and different for different users', () => {
    const users = fc.uniqueArray(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 255 })), {
      minLength: 2,
      maxLength: 20,
      // What is no valid Unicode is the same in UTF-8.
      selector: (user) => user.toWellFormed(),
    });
    fc.assert(
      fc.property(users, (names) => {
        const folders = names.map((name) => homeFolderName(name.toWellFormed()));
        for (const folder of folders) {
          expect(folder).toMatch(/^[a-z0-9@_~-][a-z0-9@._~-]*$/);
          expect(folder.length).toBeLessThanOrEqual(200);
        }
        expect(new Set(folders).size).toBe(folders.length);
      }),
    );
  });

  test('is different for long names that begin alike', () => {
    const [one, other] = [homeFolderName('é'.repeat(250)), homeFolderName(`${'é'.repeat(249)}e`)];
    expect(one).not.toBe(other);
    expect(one.length).toBeLessThanOrEqual(200);
  });
});

describe.runIf(process.getuid?.() === 0)('a home', () => {
  test('goes over with what is in it, but not with other names of files of others', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'polder-homes-'));
    const homes = new Homes(directory);
    await homes.open({ shared: true });
    const home = await homes.make('anna', 2_100_000_001);
    const others = join(directory, 'of-root');
    await writeFile(others, 'secret');
    await link(others, join(home, 'linked'));
    await symlink(others, join(home, 'pointer'));
    await writeFile(join(home, 'notes'), '');
    await homes.make('anna', 2_100_000_002);
    const uidOf = async (path: string) => (await lstat(path)).uid;
    expect(await uidOf(home)).toBe(2_100_000_002);
    expect(await uidOf(join(home, 'notes'))).toBe(2_100_000_002);
    expect(await uidOf(join(home, 'pointer'))).toBe(2_100_000_002);
    expect(await uidOf(others)).toBe(0);
    await rm(directory, { recursive: true });
  });
});

test('a home that is no folder is refused', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'polder-homes-'));
  const homes = new Homes(directory);
  await homes.open({ shared: false });
  await symlink('/etc', homes.pathOf('anna'));
  await expect(homes.make('anna', null)).rejects.toThrow('is not a folder');
  await rm(directory, { recursive: true });
});
