/** What a checkout needs before it runs: npm packages as the lock file says, and the bundle made of the sources. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from './child.mjs';
import { runNpm } from './npm.mjs';
import { elapsed, SetUpError, say } from './say.mjs';

/** File in `dist/` that says of which sources it was made. */
export const stampName = '.sources';

/** Whether `root` holds the sources, and not just what the package ships. @param {string} root */
export function isCheckout(root) {
  return existsSync(join(root, 'src', 'main'));
}

/**
 * Installs the npm packages if those in place are not the ones that the lock file names.
 * @param {string} root
 * @param {string} cache
 */
export async function ensureNpmPackages(root, cache) {
  if (packagesMatch(root)) return;
  await alone(root, cache, async () => {
    if (packagesMatch(root)) return;
    const started = Date.now();
    say('Installing npm packages …');
    await runNpm(['ci', '--include=dev'], root, 'install the packages');
    say(`npm packages are installed (${elapsed(started)}).`);
  });
}

/**
 * Makes the bundle if the sources have changed since it was made.
 * @param {string} root
 * @param {string} cache
 */
export async function ensureBundle(root, cache) {
  const stamp = join(root, 'dist', stampName);
  const isFresh = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === sourcesDigest(root);
  if (isFresh()) return;
  await alone(root, cache, async () => {
    if (isFresh()) return;
    const started = Date.now();
    say('Building …');
    const code = await runToEnd(process.execPath, [join(root, 'bin', 'build.mjs')], { cwd: root });
    if (code !== 0) throw new SetUpError('the sources could not be built; the lines above say why.');
    say(`Built (${elapsed(started)}).`);
  });
}

/** What the bundle is made of, as one word that changes when any of it does. @param {string} root */
export function sourcesDigest(root) {
  const digest = createHash('sha256');
  const files = ['src', 'ui', 'lab']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('__pycache__'))
    .map((entry) => join(entry.parentPath, entry.name));
  for (const file of [
    ...files,
    ...['package.json', 'package-lock.json', 'bin/build.mjs', 'bin/build-ui.mjs', 'bin/build-lab.mjs'].map(
      (name) => join(root, name),
    ),
  ].sort()) {
    const { size, mtimeMs } = statSync(file);
    digest.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return digest.digest('hex');
}

/**
 * Holds npm's record of what it installed against the lock file. Packages for other systems may be missing.
 * @param {string} root
 */
function packagesMatch(root) {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] ? installed[path].version === version : optional === true;
  });
}

/** Two set-ups of one checkout at the same time take turns. */
async function alone(root, cache, work) {
  if (!isWritable(root)) {
    throw new SetUpError(
      `${root} cannot be written, and set-up works there. Run this as the folder's owner.`,
    );
  }
  const { withLockFile } = await import('../src/lib/lock-file.ts');
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  await withLockFile(join(cache, 'locks', name), work, {
    onWait: (pid) => say(`Waiting for process ${pid}, which sets up the same folder …`),
  });
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
