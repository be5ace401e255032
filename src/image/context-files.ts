/** The files of a folder that a builder would be given, as `.dockerignore` leaves them. */
import { readdir, readFile } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';

/** Paths from `folder`, in order; links are files. */
export async function contextFiles(folder: string, dockerfile: string): Promise<readonly string[]> {
  const own = await readFile(`${dockerfile}.dockerignore`, 'utf8').catch(() => null);
  const text = own ?? (await readFile(join(folder, '.dockerignore'), 'utf8').catch(() => ''));
  const isIgnored = ignoring(text);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !isIgnored(path))
    .sort();
}

/** Those of `files` that a source of a COPY means: the file, all below the folder, or what a pattern matches. */
export function filesOf(source: string, files: readonly string[]): readonly string[] {
  const path = posix.normalize(`/${source}`).replace(/^\/|\/$/g, '');
  if (path === '') return files;
  const pattern = patternOf(path);
  return files.filter((file) => pattern.test(file));
}

/** The last line that fits counts ("Dockerignore files" in Docker's documentation). */
function ignoring(text: string): (path: string) => boolean {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const isException = line.startsWith('!');
      const path = posix.normalize(`/${line.slice(isException ? 1 : 0).trim()}`).replace(/^\/|\/$/g, '');
      return { isException, pattern: path === '' ? /^/ : patternOf(path) };
    });
  return (path) => rules.findLast(({ pattern }) => pattern.test(path))?.isException === false;
}

/** Of the thing itself and all below it. */
function patternOf(path: string): RegExp {
  const parts = path.split(/(\*\*\/?|\*|\?)/).map((part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}(?:/|$)`);
}
