/**
 * One commit of a repository as git keeps it: a pack and its index. Who begins with these two need not unpack and index
 * anything, which is half the work of a clone.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { git } from '../git.ts';
import type { KeptFiles } from './kept-files.ts';
import type { MirroredRepository } from './mirrored-repository.ts';

/**
 * A file with a line of JSON that says the size of each, in bytes, then the pack and its index:
 * `{"pack":9100000,"idx":7000}`.
 * @returns its path @throws GitError where there is no such commit
 */
export function copyOf(repository: MirroredRepository, commit: string, kept: KeptFiles): Promise<string> {
  return kept.get(`${commit}.copy`, async (path) => {
    const scratch = await mkdtemp(join(repository.folder, 'copy-'));
    try {
      const name = await packCommit(repository.path, commit, join(scratch, 'copy'));
      const parts = ['pack', 'idx'].map((part) => join(scratch, `copy-${name}.${part}`));
      const [pack, idx] = await Promise.all(parts.map(async (part) => (await stat(part)).size));
      const file = createWriteStream(path, { mode: 0o600 });
      file.write(`${JSON.stringify({ pack, idx })}\n`);
      for (const part of parts) await pipeline(createReadStream(part), file, { end: part === parts.at(-1) });
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  });
}

/** Writes `<base>-<name>.pack` and `.idx` with the commit and its files, without what was before. @returns the name */
async function packCommit(repository: string, commit: string, base: string): Promise<string> {
  const objects = await git([
    `--git-dir=${repository}`,
    'rev-list',
    '--objects',
    '--max-count=1',
    commit,
    '--',
  ]);
  return await git(
    [`--git-dir=${repository}`, '-c', 'pack.threads=1', 'pack-objects', '-q', '--delta-base-offset', base],
    { input: `${objects}\n` },
  );
}
