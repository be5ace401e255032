#!/usr/bin/env node
/** The command `polder`: does the set-up that is still to do, and hands over to the bundle. Runs on Node 20. */
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { ensureBundle, isCheckout } from './checkout.mjs';
import { giveUp, SetUpError } from './say.mjs';
import { program, root, setUp } from './set-up.mjs';

try {
  const cache = await setUp();
  if (isCheckout(root)) await ensureBundle(root, cache);
  else if (!existsSync(program)) throw new SetUpError(`${program} is missing: install the package again.`);
  process.env.POLDER_CACHE = cache;
} catch (error) {
  giveUp(error);
}
await import(pathToFileURL(program).href);
