import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkText, type LoadedConfig, loadConfig } from './load.ts';

const EXAMPLE = join(import.meta.dirname, '../../examples/hydrodynamics-course/config.yaml');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function loadBytes(bytes: Uint8Array | string): Promise<LoadedConfig> {
  const file = join(folder, 'config.yaml');
  await writeFile(file, bytes);
  return loadConfig([file]);
}

function codes({ findings }: LoadedConfig): readonly string[] {
  return findings.map(({ code }) => code);
}

describe('the example', () => {
  test('loads, with nothing worse than the one warning that its comments speak of', async () => {
    const loaded = await loadConfig([EXAMPLE]);
    const serious = loaded.findings.filter(({ severity }) => severity !== 'note');
    expect(serious.map(({ code, path }) => `${code}@${path}`)).toEqual([
      'shared-password-opens-admin@auth.dummy.password',
    ]);
    expect(loaded.config?.server.memory.limit).toBe(4 * 1024 ** 3);
  });

  test('with the administrator’s password taken out of the comment has no warning left', async () => {
    const text = await readFile(EXAMPLE, 'utf8');
    const loaded = checkText(text.replace(/^( *)# (adminPassword:)/gm, '$1$2'), 'config.yaml');
    expect(loaded.findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(loaded.config === undefined ? null : loaded.secrets.dummyAdminPassword).toBe(
      'a long password of your own',
    );
  });
});

describe('files as they come', () => {
  const yaml = 'course:\r\n  name: Küste\r\nsingleuser:\r\n  memory:\r\n    limit: 4Gi\r\n';
  const encodings: readonly (readonly [string, Buffer])[] = [
    ['UTF-8', Buffer.from(yaml)],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${yaml}`)],
    ['UTF-16, little end first', Buffer.from(`\uFEFF${yaml}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\uFEFF${yaml}`, 'utf16le').swap16()],
  ];
  test.each(encodings)('%s is read, and positions hold', async (_, bytes) => {
    const loaded = await loadBytes(bytes);
    const finding = loaded.findings.find(({ code }) => code === 'wrong-value');
    expect(finding?.position).toMatchObject({ line: 5, column: 12 });
    expect(loaded.sources.values().next().value?.line(2)).toBe('  name: Küste');
  });

  test('bytes that are no text are reported', async () => {
    expect(codes(await loadBytes(Buffer.from([0x66, 0xfc, 0x72])))).toEqual(['not-text']);
  });

  test('a missing file and a folder are reported', async () => {
    const loaded = await loadConfig([join(folder, 'missing.yaml'), folder]);
    expect(loaded.config).toBeUndefined();
    expect(loaded.findings.slice(0, 2).map(({ message }) => message)).toEqual([
      'There is no such file.',
      'This is a folder, not a file.',
    ]);
  });

  test('a file that is too large is reported and not parsed', async () => {
    expect(codes(await loadBytes(`a: ${'x'.repeat(5 * 1024 * 1024)}`))).toContain('file-too-large');
  });
});

describe('hostile files', () => {
  const aliasBomb = Array.from({ length: 9 }, (_, level) => {
    const below = level === 0 ? '1' : `*a${level - 1}`;
    return `x${level}: &a${level} [${Array(9).fill(below).join(', ')}]`;
  }).join('\n');
  const cases: readonly (readonly [string, string, string])[] = [
    ['an alias bomb', aliasBomb, 'too-many-values'],
    ['an alias of itself', 'a: &a {b: *a}', 'alias-loop'],
    ['deep nesting in brackets', '['.repeat(50_000), 'yaml-syntax'],
    ['deep nesting in closed brackets', `a: ${'['.repeat(500)}${']'.repeat(500)}`, 'too-deep'],
    [
      'deep nesting by indentation',
      Array.from({ length: 300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      'too-deep',
    ],
    [
      'thousands of unknown keys',
      Array.from({ length: 50_000 }, (_, i) => `k${i}: 1`).join('\n'),
      'unknown-key',
    ],
    ['thousands of duplicates', 'hub: {a: 1}\n'.repeat(20_000), 'duplicate-key'],
    ['thousands of aliases', `a: &a 1\nb: [${'*a , '.repeat(20_000)}]`, 'unknown-key'],
    ['a line of half a million letters', `auth: ${'key'.repeat(170_000)}`, 'wrong-type'],
    [
      'half a million opened placeholders',
      `singleuser: {image: {name: "${'${'.repeat(250_000)}"}}`,
      'image-reference',
    ],
  ];
  test.each(cases)('%s is answered in time', (_, text, code) => {
    const start = performance.now();
    const loaded = checkText(text, 'config.yaml');
    expect(loaded.findings.some((finding) => finding.code === code || finding.code === 'too-deep')).toBe(
      true,
    );
    // Generous: the machine may be busy. What this guards against takes minutes.
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  test('names that JavaScript has its own idea of are ordinary keys', () => {
    const loaded = checkText('__proto__: {polluted: 1}\nconstructor: 1\nhub: {toString: 1}\n', 'config.yaml');
    expect(codes(loaded).filter((code) => code === 'unknown-key')).toHaveLength(3);
    expect('polluted' in {}).toBe(false);
  });
});

describe('accepting', () => {
  test('an accepted error is a warning, and the rest of the file is used', () => {
    const text = 'singleuser:\n  image: {name: loginServer<>/x}\n  memory: {limit: 2G}\n';
    expect(checkText(text, 'config.yaml').config).toBeUndefined();
    const loaded = checkText(text, 'config.yaml', { accept: ['placeholder@singleuser.image.name'] });
    expect(loaded.config?.server.memory.limit).toBe(2 * 1024 ** 3);
    expect(loaded.findings.find(({ code }) => code === 'placeholder')?.severity).toBe('warning');
  });

  test('an accepted value of the wrong form is left out, and the default counts', () => {
    const text = 'singleuser:\n  memory: {limit: 2G, guarantee: 2Gi}\n';
    const loaded = checkText(text, 'config.yaml', { accept: ['wrong-value@singleuser.memory.guarantee'] });
    expect(loaded.config?.server.memory).toEqual({ limit: 2 * 1024 ** 3, guarantee: 1024 ** 3 });
  });

  test('what accepts nothing is named', () => {
    const loaded = checkText('cull: {every: 5}\n', 'config.yaml', { accept: ['wrong-value@cull.every'] });
    expect(loaded.findings.find(({ code }) => code === 'nothing-accepted')?.message).toContain('cull.every');
  });

  test('what cannot be read cannot be accepted', () => {
    const loaded = checkText('a: [', 'config.yaml', { accept: ['yaml-syntax@'] });
    expect(loaded.config).toBeUndefined();
    expect(loaded.findings[0]?.severity).toBe('error');
  });
});

test('a thousand lines are read in well under a second', () => {
  const users = Array.from({ length: 1000 }, (_, index) => `      - user${index}`).join('\n');
  const text = `auth:\n  dummy: {password: tide}\n  whitelist:\n    users:\n${users}\n`;
  checkText(text, 'warm.yaml');
  const start = performance.now();
  expect(checkText(text, 'config.yaml').config?.login.allowedUsers).toHaveLength(1000);
  expect(performance.now() - start).toBeLessThan(1000);
});
