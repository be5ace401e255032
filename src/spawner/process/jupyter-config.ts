import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface JupyterFolder {
  /** For `JUPYTER_CONFIG_PATH`. */
  readonly config: string;
  /** For `JUPYTER_PATH`; null: there is nothing of ours. */
  readonly data: string | null;
}

/**
 * Writes Jupyter configuration for all servers below `homes`, and copies there what `labExtensions` holds: the package
 * may lie where students may not read.
 *
 * jupyter_lsp asks npm where its global modules are whenever a server starts, which takes seconds of a student's wait.
 * Where the folders are named, it does not ask; `.` is the home that the server starts in.
 */
export async function writeJupyterConfig(
  homes: string,
  { prefix, labExtensions }: { readonly prefix: string; readonly labExtensions: string | null },
): Promise<JupyterFolder> {
  // No home begins with a dot.
  const folder = join(homes, '.jupyter');
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const roots = ['.', join(prefix, 'share', 'jupyter', 'lab', 'staging'), join(prefix, 'lib'), prefix];
  const file = join(folder, 'jupyter_server_config.json');
  await writeFile(file, JSON.stringify({ LanguageServerManager: { node_roots: roots } }, null, 2));
  await chmod(file, 0o644);
  return { config: folder, data: (await copyExtensions(folder, labExtensions)) ? folder : null };
}

/** @returns whether there are any */
async function copyExtensions(folder: string, labExtensions: string | null): Promise<boolean> {
  const target = join(folder, 'labextensions');
  await rm(target, { recursive: true, force: true });
  // A checkout that was never built has none.
  if (labExtensions === null || !existsSync(labExtensions)) return false;
  await cp(labExtensions, target, { recursive: true });
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
  }
  await chmod(target, 0o755);
  return true;
}
