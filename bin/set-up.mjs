import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeCacheFolder } from './cache-folder.mjs';
import { ensureNpmPackages, isCheckout } from './checkout.mjs';
import { installedNode, nodeIsNewEnough } from './node-release.mjs';
import { endWithRelay, relay } from './relay.mjs';

/** The package's own folder: a checkout, or what npm installed. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Where the bundle's program lies. */
export const program = join(root, 'dist', 'polder.mjs');

/**
 * What every command needs first: a Node that is new enough, with which this program is run again where this one is
 * not (then this does not return), and in a checkout npm packages.
 * @returns {Promise<string>} the folder where set-up keeps what it installs
 */
export async function setUp() {
  const cache = makeCacheFolder();
  if (!nodeIsNewEnough()) await relay(await installedNode(cache), process.argv.slice(1));
  endWithRelay();
  if (isCheckout(root)) await ensureNpmPackages(root, cache);
  return cache;
}
