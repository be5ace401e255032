import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkText } from '../load.ts';
import { migrateText } from './migrate.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');
const EXAMPLE = join(import.meta.dirname, '../../../examples/hydrodynamics-course/config.yaml');

async function inputOf(fixture: string): Promise<string> {
  const [input = ''] = (await readFile(join(FIXTURES, fixture), 'utf8')).split('----------\n');
  return input;
}

test('the example course in today’s names is the one that is kept, and means the same', async () => {
  const text = await readFile(EXAMPLE, 'utf8');
  const { text: migrated = '' } = migrateText(text, 'config.yaml');
  expect(migrated).toBe(await inputOf('example-current.txt'));
  const [old, current] = [checkText(text, 'config.yaml'), checkText(migrated, 'config.yaml')];
  if (old.config === undefined || current.config === undefined) throw new Error('one of them does not load');
  expect(old.config.generation).toBe('0.8.2');
  expect(current.config).toEqual({ ...old.config, generation: 'current' });
  expect(current.secrets).toEqual(old.secrets);
});

/** Below `auth`, where it may be about who is let in. */
const HOLD_WHAT_NO_CHART_KNOWS = ['misspelled-keys.txt', 'missing-blank-in-a-block.txt'];

const names = (await readdir(FIXTURES)).sort();
for (const name of names) {
  test(`fixture ${name}: carried over whole and with its comments, or refused`, async () => {
    const input = (await inputOf(name)).split('++++++++++\n')[0]!;
    const before = checkText(input, 'config.yaml');
    const { text, findings } = migrateText(input, 'config.yaml');
    const refused = ['duplicate-key', 'several-documents'];
    const readable = before.complete && !findings.some(({ code }) => refused.includes(code));
    if (text === undefined) {
      expect(readable && !HOLD_WHAT_NO_CHART_KNOWS.includes(name)).toBe(false);
      return;
    }
    expect(readable).toBe(true);
    const after = checkText(text, 'config.yaml');
    expect(after.generation).toBe('current');
    expect(after.lifted.entries.has('auth')).toBe(false);
    if (before.config !== undefined) {
      expect(after.config).toEqual({ ...before.config, generation: 'current' });
    }
    for (const [comment] of input.matchAll(/^ *# .*$/gm)) expect(text).toContain(comment.trim());
    expect(migrateText(text, 'config.yaml').text).toBe(text);
  });
}

test('beside a value of the wrong form, the names of volumes are kept all the same', () => {
  const { text } = migrateText('hub: {uid: 1000, concurrentSpawnLimit: many}\n', 'config.yaml');
  expect(text).toContain('pvcNameTemplate: claim-{username}{servername}');
  expect(text).toContain('concurrentSpawnLimit: many');
});

test('a chart that is said counts before what the file gives away', () => {
  const file = 'hub: {allowNamedServers: true}\n';
  expect(migrateText(file, 'config.yaml', { generation: '3' }).text).toContain('naming: escape');
  expect(migrateText(file, 'config.yaml').text).not.toContain('naming');
});

test('who is let in is never widened: a rule of the login is kept, and one that is misspelled is not dropped', () => {
  const github = (rule: string) => `auth: {type: github, github: {clientId: a, clientSecret: b${rule}}}\n`;
  expect(migrateText(github(''), 'config.yaml').text).toContain('allow_all: true');
  const { text } = migrateText(github(', orgWhitelist: [waves]'), 'config.yaml');
  expect(text).toContain('allowed_organizations: [waves]');
  expect(text).not.toContain('allow_all');
  const misspelled = migrateText(github(', org_whitelist: [waves]'), 'config.yaml');
  expect(misspelled.text).toBeUndefined();
  expect(misspelled.findings.at(-1)?.code).toBe('not-migrated');
});
