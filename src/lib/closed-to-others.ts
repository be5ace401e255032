import { realpath, stat } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/**
 * The first folder on the way to `path`, or `path` itself, that users other than its owner and group cannot enter or
 * read; null where they get there. Where a link is on the way, both ways are looked at: the one named and the real one.
 * Only the bits for others count, since a user made for one student is in no group.
 * @throws the file system's error where `path` does not exist
 */
export async function closedToOthers(path: string): Promise<string | null> {
  const real = await realpath(path);
  for (const place of [...above(path), ...above(real)]) {
    if (!((await stat(place)).mode & 0o001)) return place;
  }
  return (await stat(real)).mode & 0o004 ? null : path;
}

/** The folders above, from the root down. */
function above(path: string): readonly string[] {
  const parts = dirname(path).split(sep).filter(Boolean);
  return [sep, ...parts.map((_, index) => join(sep, ...parts.slice(0, index + 1)))];
}
