import { lstat, mkdir, readdir, readlink, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, posix, relative, resolve } from 'node:path';
import { HubError } from '../domain/errors.ts';
import { expectProgram } from './run-program.ts';

/**
 * Unpacks a zip, or a tar however it is compressed, into a folder that is not there yet; others may read what comes of it.
 * @returns links in it that lead out of it, as `link -> where`; they are kept, and nothing was written through them
 * @throws HubError where it is no such archive, or names a file outside of it
 */
export async function unpackArchive(
  archive: { readonly path: string /** As people know it. */; readonly name: string },
  folder: string,
): Promise<readonly string[]> {
  const isZip = /\.zip$/i.test(archive.name);
  const task = `read ${archive.name}`;
  const { out } = isZip
    ? await expectProgram('unzip', ['-Z1', archive.path], { task })
    : await expectProgram('tar', ['--list', '--file', archive.path], { task });
  const outside = out.split('\n').find((name) => name.startsWith('/') || name.split('/').includes('..'));
  if (outside !== undefined) {
    throw new HubError(
      'invalid',
      `${archive.name} names a file outside of itself, ${JSON.stringify(outside)}: nothing of it was used.`,
    );
  }
  // Unpacked aside: a folder of the name is a whole one.
  const draft = join(dirname(folder), `.${basename(folder)}-${process.pid}`);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  try {
    const args = isZip
      ? ['-q', archive.path, '-d', draft]
      : ['--extract', '--no-same-owner', '--file', archive.path, '--directory', draft];
    await expectProgram(isZip ? 'unzip' : 'tar', args, { task: `unpack ${archive.name}` });
    await expectProgram('chmod', ['-R', 'u+rwX,go+rX', draft], { task: `unpack ${archive.name}` });
    await rename(draft, folder);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return await linksOutOf(folder);
}

/** Also of a folder that was unpacked earlier. */
export async function linksOutOf(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const target = await readlink(path);
    const leads = relative(folder, resolve(dirname(path), target));
    if (posix.isAbsolute(target) || leads.startsWith('..'))
      found.push(`${relative(folder, path)} -> ${target}`);
  }
  return found.sort();
}

/** Whether an archive was unpacked there already. */
export async function isUnpacked(folder: string): Promise<boolean> {
  return (await lstat(folder).catch(() => null))?.isDirectory() ?? false;
}
