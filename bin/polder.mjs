#!/usr/bin/env node
/**
 * The command `polder`. Runs on Node 20: sees to a Node that runs the rest, in a checkout also to npm packages and the
 * bundle, and hands over to the bundle.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheFolder } from './cache-folder.mjs';
import { ensureBundle, ensureNpmPackages, isCheckout } from './checkout.mjs';
import { installedNode, nodeIsNewEnough } from './node-release.mjs';
import { endWithRelay, relay } from './relay.mjs';
import { giveUp, SetUpError } from './say.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const program = join(root, 'dist', 'polder.mjs');
const cache = cacheFolder();

try {
  if (!nodeIsNewEnough()) {
    await relay(await installedNode(cache), process.argv.slice(1), process.env);
  }
  endWithRelay();
  if (isCheckout(root)) {
    await ensureNpmPackages(root, cache);
    await ensureBundle(root, cache);
  } else if (!existsSync(program)) {
    throw new SetUpError(`${program} is missing: install the package again.`);
  }
} catch (error) {
  giveUp(error);
}
process.env.POLDER_CACHE = cache;
await import(pathToFileURL(program).href);
