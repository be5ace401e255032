import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allKeys } from '../explain/keys.ts';
import { LEGACY_RULES } from '../legacy/rules.ts';
import { checkText } from '../load.ts';
import { migrateText } from '../migrate/migrate.ts';
import { nodeAt, type Tree } from '../tree.ts';

async function load(file: string) {
  const text = await readFile(join(import.meta.dirname, file), 'utf8');
  return { text, loaded: checkText(text, file) };
}

test('a file with every key of today is read to its last key', async () => {
  const { loaded } = await load('current.yaml');
  const untold = [...allKeys()]
    .filter(({ fate }) => fate?.kind !== 'refused')
    .map(({ name }) => name)
    .filter((name) => !isSaid(loaded.tree, name.split(/\.|(?=\[)/)))
    .filter((name) => !name.startsWith('hub.config.SharedPasswordAuthenticator'))
    // An image has a Dockerfile or a base.
    .filter((name) => name !== 'image.dockerfile');
  expect(untold).toEqual([]);
  expect(loaded.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(loaded.findings.filter(({ code }) => code === 'unknown-key')).toEqual([]);
  expect(loaded.config).toBeDefined();
});

test('a file with every old name is read to its last key, and carried over whole', async () => {
  const { text, loaded } = await load('0.8.2.yaml');
  const untold = LEGACY_RULES.filter(({ until }) => until !== undefined)
    .map(({ from }) => from)
    .filter((name) => nodeAt(loaded.tree, name.split('.')) === undefined);
  expect(untold.filter((name) => !LATER_OR_TWICE.some((other) => name.startsWith(other)))).toEqual([]);
  expect(loaded.generation).toBe('0.8.2');
  expect(loaded.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(loaded.findings.filter(({ code }) => code === 'unknown-key')).toEqual([]);

  const { text: migrated = '' } = migrateText(text, '0.8.2.yaml');
  const after = checkText(migrated, 'current.yaml');
  expect(after.config).toEqual({ ...loaded.config, generation: 'current' });
  expect('secrets' in after ? after.secrets : null).toEqual('secrets' in loaded ? loaded.secrets : undefined);
});

/** `[]` is any item of a list. */
function isSaid(tree: Tree, [step, ...rest]: readonly string[]): boolean {
  if (step === undefined) return true;
  if (step === '[]') return tree.kind === 'list' && tree.items.some((item) => isSaid(item, rest));
  const below = nodeAt(tree, [step]);
  return below !== undefined && isSaid(below, rest);
}

/** Names of charts between, and second names for what the file says already. */
const LATER_OR_TWICE = [
  'auth.allowedUsers',
  'auth.azuread',
  'auth.github.allowedOrganizations',
  'auth.gitlab.allowed',
  'hub.imagePullSecret',
  'proxy.containerSecurityContext',
];
