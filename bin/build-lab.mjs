/**
 * Makes the extension that JupyterLab and Notebook load: the folder `labextensions/polder` as their builder would make it,
 * with one script, which needs no chunks.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SetUpError } from './say.mjs';

/**
 * @param {string} sources
 * @param {string} target the folder that is to hold `labextensions`
 * @param {string} version
 * @returns what the bundler says of its chunks
 * @throws SetUpError
 */
export async function buildLab(sources, target, version) {
  const { build } = await import('rolldown');
  const folder = join(target, 'labextensions', 'polder');
  const { output } = await build({
    input: { remoteEntry: join(sources, 'container.ts') },
    platform: 'browser',
    logLevel: 'warn',
    output: {
      dir: folder,
      format: 'iife',
      // Browsers keep it for long: a new one has a new name.
      entryFileNames: '[name].[hash].js',
      minify: true,
      comments: { legal: false },
    },
  }).catch((error) => {
    throw new SetUpError(error.message);
  });
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: 'polder',
    version,
    description: 'The way back to the hub, and when the server stops.',
    license: 'MIT',
    jupyterlab: {
      extension: true,
      _build: { load: output[0].fileName, extension: './extension' },
    },
  };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return output;
}
