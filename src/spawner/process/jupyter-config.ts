import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes Jupyter configuration for all servers below `homes`, and returns its folder, for `JUPYTER_CONFIG_PATH`.
 *
 * jupyter_lsp asks npm where its global modules are whenever a server starts, which takes seconds of a student's wait.
 * Where the folders are named, it does not ask; `.` is the home that the server starts in.
 */
export async function writeJupyterConfig(homes: string, prefix: string): Promise<string> {
  // No home begins with a dot.
  const folder = join(homes, '.jupyter');
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  const roots = ['.', join(prefix, 'share', 'jupyter', 'lab', 'staging'), join(prefix, 'lib'), prefix];
  const file = join(folder, 'jupyter_server_config.json');
  await writeFile(file, JSON.stringify({ LanguageServerManager: { node_roots: roots } }, null, 2));
  await chmod(file, 0o644);
  return folder;
}
