/** Makes what browsers load of `ui/`: hashed files, the same compressed beside them, and `manifest.json`, which names them. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { SetUpError } from './say.mjs';

/**
 * @param {string} sources
 * @param {string} target a folder that does not exist yet
 * @returns what the bundler says of its chunks
 * @throws SetUpError
 */
export async function buildUi(sources, target) {
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')]);
  const { output } = await build({
    configFile: false,
    root: sources,
    // Files name each other by where they are themselves: a hub may lie below any path.
    base: './',
    logLevel: 'warn',
    plugins: [react()],
    build: {
      outDir: target,
      emptyOutDir: true,
      assetsDir: '',
      manifest: 'manifest.json',
      target: 'es2022',
      modulePreload: { polyfill: false },
      // An address that begins with `data:` is none that our pages may load a style sheet from.
      assetsInlineLimit: 0,
      rolldownOptions: { input: { ui: join(sources, 'main.tsx') } },
    },
  }).catch((error) => {
    throw new SetUpError(error.message);
  });
  await compress(target);
  return output;
}

async function compress(folder) {
  const files = (await readdir(folder)).filter((file) => /\.(js|css)$/.test(file));
  await Promise.all(
    files.map(async (file) => {
      const path = join(folder, file);
      const body = await readFile(path);
      await writeFile(`${path}.br`, await promisify(brotliCompress)(body));
      await writeFile(`${path}.gz`, await promisify(gzip)(body, { level: 9 }));
    }),
  );
}
