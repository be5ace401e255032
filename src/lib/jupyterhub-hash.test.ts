import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { isJupyterHubHash, jupyterHubPrefix, matchesJupyterHubHash } from './jupyterhub-hash.ts';

/** Both made by `jupyterhub.utils.hash_token` 6.1.1. */
const GENERATED =
  'sha512:1:8b81345c26c18fa6:b189ef07b5ec963a2e08dc2410fae3caa12250fb5811d6514aff90824b9e8fe7fe96a199a3ec72b4f5bde9f662289836bf4416d594c308b44d4297b98be8ac49';
const CHOSEN =
  'sha512:16384:00ccac51c60f3a5c:418261258ae36c805e0d02ada57d742c099bb7131f6a684e4b8c26c1d3b4f9c75bcd04273298c9d7f790cb803767320375cafa9ab3a110a7bc72bc733a902fae';

it('knows a token by the hash that JupyterHub made of it, and no other', () => {
  expect(matchesJupyterHubHash('5f2b1c0e9d8a7b6c5d4e3f2a1b0c9d8e', GENERATED)).toBe(true);
  expect(matchesJupyterHubHash('5f2b1c0e9d8a7b6c5d4e3f2a1b0c9d8f', GENERATED)).toBe(false);
  expect(matchesJupyterHubHash('chosen-by-somebody', CHOSEN)).toBe(true);
  expect(matchesJupyterHubHash('chosen-by-nobody', CHOSEN)).toBe(false);
});

it('does not compare with what would be costly, or is no hash', () => {
  const digest = createHash('sha512').update('').digest('hex');
  for (const [hash, is] of [
    [`sha512:1:aa:${digest}`, true],
    [`sha512:50001:aa:${digest}`, false],
    [`sha512:999999999:aa:${digest}`, false],
    [`md5:1:aa:${digest}`, false],
    [`sha512:1:aa:${digest.slice(2)}`, false],
    ['x'.repeat(64), false],
  ] as const) {
    expect(isJupyterHubHash(hash)).toBe(is);
    expect(matchesJupyterHubHash('token', hash)).toBe(false);
  }
});

it('finds nothing for what is too long or too short for a token of JupyterHub', () => {
  expect(jupyterHubPrefix('5f2b1c0e')).toBe('5f2b');
  expect(jupyterHubPrefix('x'.repeat(65))).toBeUndefined();
  expect(jupyterHubPrefix('abc')).toBeUndefined();
});
