/**
 * What Helm makes of values files, as Helm itself has said it. The answers are kept beside the files; where `HELM` names a
 * helm, it is asked anew and its answers are written down.
 */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { type MapTree, toPlain } from '../tree.ts';
import { mergeOverDefaults, mergeTrees } from './merge.ts';
import { parseText } from './parse.ts';

const FOLDER = join(import.meta.dirname, 'helm-answers');

test.each([
  ['every kind of scalar', 'scalars.json', ['scalars.yaml']],
  ['one file laid over another', 'merged.json', ['first.yaml', 'second.yaml']],
])('%s is read as Helm reads it', async (_, answer, files) => {
  const expected = await answerOf(answer, files);
  const trees = await Promise.all(files.map(readTree));
  expect(asJson(toPlain(trees.reduce(mergeTrees)))).toEqual(expected);
});

test('a file is laid over the defaults of a chart as Helm lays it', async () => {
  const expected = await answerOf('over-defaults.json', ['values.yaml'], 'defaults.yaml');
  const [defaults, values] = await Promise.all(['defaults.yaml', 'values.yaml'].map(readTree));
  expect(asJson(mergeOverDefaults(toPlain(defaults!), toPlain(values!)))).toEqual(expected);
});

async function readTree(file: string): Promise<MapTree> {
  const parsed = parseText(await readFile(join(FOLDER, file), 'utf8'), file);
  expect(parsed.complete).toBe(true);
  return parsed.tree;
}

/** As numbers and texts arrive at the other end: maps with a prototype, no undefined. */
function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

async function answerOf(answer: string, files: readonly string[], defaults?: string): Promise<unknown> {
  const path = join(FOLDER, answer);
  const helm = process.env.HELM;
  if (helm !== undefined) await writeFile(path, await askHelm(helm, files, defaults));
  return JSON.parse(await readFile(path, 'utf8'));
}

/** The merged values as JSON, one key a line. */
async function askHelm(helm: string, files: readonly string[], defaults?: string): Promise<string> {
  const chart = await mkdtemp(join(tmpdir(), 'chart-'));
  try {
    await mkdir(join(chart, 'templates'));
    await writeFile(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: probe\nversion: 0.1.0\n');
    await writeFile(join(chart, 'templates', 'values.yaml'), 'values: {{ toJson .Values }}\n');
    if (defaults !== undefined) await copyFile(join(FOLDER, defaults), join(chart, 'values.yaml'));
    const given = files.flatMap((file) => ['-f', join(FOLDER, file)]);
    const { stdout } = await promisify(execFile)(helm, ['template', 'probe', chart, ...given]);
    const values: object = JSON.parse(stdout.slice(stdout.indexOf('values: ') + 'values: '.length));
    const lines = Object.entries(values).map(
      ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`,
    );
    return `{\n${lines.join(',\n')}\n}\n`;
  } finally {
    await rm(chart, { recursive: true });
  }
}
