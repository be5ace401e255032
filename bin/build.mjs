/**
 * Makes `dist/`: the sources and every npm package they use in one bundle, with what is imported only when used in
 * chunks of its own; the pages that run in the browser (`ui/`); the extension in JupyterLab (`lab/`);
 * the files that are read at run time, in the folders they
 * have in `src/`; and the licences of what all that holds. `npm run build` and `npm pack` call it.
 */
import { chmod, cp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { buildLab } from './build-lab.mjs';
import { buildUi } from './build-ui.mjs';
import { sourcesDigest, stampName } from './checkout.mjs';
import { giveUp, SetUpError } from './say.mjs';
import { root, setUp } from './set-up.mjs';

const sources = join(root, 'src');
const dist = join(root, 'dist');
// Built aside and moved into place, so that a build that fails leaves the last one that did not.
const draft = join(dist, `.draft-${process.pid}`);

try {
  await setUp();
  const digest = sourcesDigest(root);
  const { output } = await bundle();
  const ui = await buildUi(join(root, 'ui'), join(draft, 'ui'));
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const lab = await buildLab(join(root, 'lab'), join(draft, 'jupyter'), version);
  await spellInAscii(output);
  await copyAssets();
  await writeFile(join(draft, 'THIRD-PARTY-LICENSES'), await licencesOf([...output, ...ui, ...lab]));
  await chmod(join(draft, 'polder.mjs'), 0o755);
  await writeFile(join(draft, stampName), digest);
  await putInPlace();
} catch (error) {
  await rm(draft, { recursive: true, force: true });
  giveUp(error);
}
await rm(draft, { recursive: true, force: true });

async function bundle() {
  const { build } = await import('rolldown');
  return await build({
    cwd: root,
    input: { polder: join(sources, 'main', 'polder.ts') },
    platform: 'node',
    logLevel: 'warn',
    output: {
      dir: draft,
      format: 'esm',
      // All chunks in one folder: code finds the files beside it wherever it ends up (`src/lib/asset.ts`).
      entryFileNames: '[name].mjs',
      chunkFileNames: '[name]-[hash].mjs',
      comments: { legal: false },
    },
  }).catch((error) => {
    throw new SetUpError(error.message);
  });
}

/** Node keeps a file's text in memory, at two bytes a letter as soon as one of them is beyond Latin 1. */
async function spellInAscii(output) {
  for (const { type, fileName, code } of output) {
    if (type !== 'chunk') continue;
    if (/\\[^\0-\x7f]/.test(code))
      throw new SetUpError(`${fileName}: a backslash before a letter beyond ASCII.`);
    const ascii = code.replace(
      /[^\0-\x7f]/g,
      (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
    await writeFile(join(draft, fileName), ascii);
  }
}

async function copyAssets() {
  await cp(sources, draft, {
    recursive: true,
    filter: (path) => !/\.(c?ts|cjs)$|__pycache__/.test(path),
  });
  await removeEmptyFolders(draft);
}

/** @returns whether anything is left of `folder` */
async function removeEmptyFolders(folder) {
  let kept = 0;
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || (await removeEmptyFolders(join(folder, entry.name)))) kept += 1;
  }
  if (kept === 0) await rm(folder, { recursive: true });
  return kept > 0;
}

/** The licence texts of all packages that have a module in `output`, by name. */
async function licencesOf(output) {
  const folders = new Set();
  for (const chunk of output) {
    for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
      const folder = packageFolder(id);
      if (folder) folders.add(folder);
    }
  }
  const texts = await Promise.all([...folders].sort().map(licenceOf));
  return `The bundle beside this file holds the following packages.\n${texts.join('')}`;
}

/** `…/node_modules/@scope/name` of a module below it; undefined for our own. */
function packageFolder(moduleId) {
  const marker = `${sep}node_modules${sep}`;
  const at = moduleId.lastIndexOf(marker);
  if (at === -1) return undefined;
  const [first, second] = moduleId.slice(at + marker.length).split(sep);
  return join(moduleId.slice(0, at), 'node_modules', first, first.startsWith('@') ? second : '').replace(
    /\/$/,
    '',
  );
}

async function licenceOf(folder) {
  const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|copying|notice)/i.test(file)).sort();
  const texts = await Promise.all(
    files.map(async (file) => (await readFile(join(folder, file), 'utf8')).trim()),
  );
  return `\n${'-'.repeat(80)}\n${name} ${version} (${license ?? 'see below'})\n\n${texts.join('\n\n')}\n`;
}

/** The record of what it was made of goes last: until then the build counts as not done. */
async function putInPlace() {
  const made = (await readdir(draft)).filter((name) => name !== stampName);
  const old = (await readdir(dist)).filter((name) => !made.includes(name) && !name.startsWith('.draft-'));
  for (const name of made) {
    if ((await stat(join(draft, name))).isDirectory())
      await rm(join(dist, name), { recursive: true, force: true });
    await rename(join(draft, name), join(dist, name));
  }
  for (const name of old) await rm(join(dist, name), { recursive: true, force: true });
  await rename(join(draft, stampName), join(dist, stampName));
}
