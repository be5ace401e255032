/**
 * One file a case: the values file (several, as given with several -f, are parted by `++++++++++`), `----------`, what is
 * found, `----------`, and the Config as far as it differs from that of an empty file of the same chart. `UPDATE_FIXTURES=1` rewrites what
 * is expected; read the difference before you keep it.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { formatFindings } from './format.ts';
import { checkText, type LoadedConfig, loadConfig } from './load.ts';

const FOLDER = join(import.meta.dirname, 'fixtures');
const NOW = new Date('2026-09-01T00:00:00Z');
const FILE_LINE = '++++++++++\n';
const PART_LINE = '----------\n';

for (const name of (await readdir(FOLDER)).sort()) {
  test(`fixture ${name}`, async () => {
    const path = join(FOLDER, name);
    const fixture = await readFile(path, 'utf8');
    const [input = '', ...expected] = fixture.split(PART_LINE);
    const loaded = await loadTexts(input.split(FILE_LINE));
    const found = formatFindings(loaded.findings, { sources: loaded.sources });
    const actual = [`${found}\n`, `${describeConfig(loaded)}\n`];
    if (process.env.UPDATE_FIXTURES === '1') await writeFile(path, [input, ...actual].join(PART_LINE));
    else expect(actual.join(PART_LINE)).toBe(expected.join(PART_LINE));
  });
}

async function loadTexts(texts: readonly string[]): Promise<LoadedConfig> {
  if (texts.length === 1) return checkText(texts[0]!, 'config.yaml', { now: NOW });
  const folder = await mkdtemp(join(tmpdir(), 'fixture-'));
  try {
    const files = texts.map((_, index) => join(folder, `${'abc'[index]}.yaml`));
    for (const [index, text] of texts.entries()) await writeFile(files[index]!, text);
    const loaded = await loadConfig(files, { now: NOW });
    const findings = loaded.findings.map(({ position, ...finding }) => ({
      ...finding,
      position: position && { ...position, file: basename(position.file) },
    }));
    return {
      ...loaded,
      findings,
      sources: new Map([...loaded.sources].map(([file, text]) => [basename(file), text])),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

function describeConfig(loaded: LoadedConfig): string {
  if (loaded.config === undefined) return 'no config';
  const empty = checkText('', 'empty', { generation: loaded.generation });
  const usual = new Map(empty.config === undefined ? [] : flatten(empty.config));
  const secrets = Object.entries(loaded.secrets).flatMap(([key, value]) => {
    if (key.endsWith('Environment')) return Object.keys(value).map((name) => `${key}.${name}`);
    if (key === 'podPieces') {
      const given = Object.entries(value).filter(([, piece]) => Object.keys(piece as object).length > 0);
      return given.map(([name]) => `${key}.${name}`);
    }
    return value === null ? [] : [key];
  });
  return [
    `generation: ${loaded.generation}`,
    ...flatten(loaded.config).flatMap(([key, value]) => (usual.get(key) === value ? [] : `${key}: ${value}`)),
    ...secrets.map((key) => `secret: ${key}`),
  ].join('\n');
}

/** Lists as a whole, everything else leaf by leaf. */
function flatten(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, below]) =>
    flatten(below, path === '' ? key : `${path}.${key}`),
  );
}
