import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contextFiles, filesOf } from './context-files.ts';
import { copiedPaths, readDockerfile } from './dockerfile.ts';
import { dockerfileSource } from './dockerfile-source.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-dockerfile-'));
  await mkdir(join(folder, 'models/lib'), { recursive: true });
  await writeFile(join(folder, 'models/lib/a.so'), 'a');
  await writeFile(join(folder, 'requirements.txt'), 'numpy\n');
  await writeFile(join(folder, 'config.yaml'), 'secret\n');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function sourceOf(text: string) {
  await writeFile(join(folder, 'Dockerfile'), text);
  const path = join(folder, 'Dockerfile');
  return dockerfileSource(path, { configFiles: [join(folder, 'config.yaml')], home: '/home/jovyan' });
}
const codesOf = async (text: string) => (await sourceOf(text)).findings.map(({ code }) => code);

test('continued lines are one instruction, comments and what a heredoc holds are none', () => {
  const text = 'FROM a:1\n# x\nRUN one \\\n  # y\n  two\nRUN <<EOF\nCOPY no no\nEOF\ncopy ["a b", "/c"]\n';
  expect(readDockerfile(text).map(({ word, line }) => [word, line])).toEqual([
    ['FROM', 1],
    ['RUN', 3],
    ['RUN', 6],
    ['COPY', 9],
  ]);
  expect(copiedPaths(readDockerfile(text)[3]!)).toEqual({ sources: ['a b'], target: '/c' });
});

test('what is copied of another stage or from an address is not of the folder', () => {
  const copied = (line: string) => copiedPaths(readDockerfile(line)[0]!);
  expect(copied('COPY --from=build /a /b')).toBeNull();
  expect(copied('ADD https://example.org/a.tar.gz /b')).toBeNull();
  expect(copied('COPY --chown=1000:100 a b /c/')).toEqual({ sources: ['a', 'b'], target: '/c/' });
});

test('.dockerignore leaves out what it names, the last line that fits counting', async () => {
  await writeFile(join(folder, '.dockerignore'), '**/*.so\n!models/lib/b.so\n.dockerignore\n');
  await writeFile(join(folder, 'models/lib/b.so'), 'b');
  const files = await contextFiles(folder, join(folder, 'Dockerfile'));
  expect(files).toEqual(['config.yaml', 'models/lib/b.so', 'requirements.txt']);
  expect(filesOf('./models/', files)).toEqual(['models/lib/b.so']);
  expect(filesOf('*.txt', files)).toEqual(['requirements.txt']);
  expect(filesOf('.', files)).toEqual(files);
});

test('the tag follows what is copied, and nothing else in the folder', async () => {
  const text = 'FROM a:1\nCOPY models /models\nUSER 1000\n';
  const { tag } = await sourceOf(text);
  await writeFile(join(folder, 'config.yaml'), 'another');
  expect((await sourceOf(text)).tag).toBe(tag);
  await chmod(join(folder, 'models/lib/a.so'), 0o755);
  const second = (await sourceOf(text)).tag;
  await writeFile(join(folder, 'models/lib/a.so'), 'b');
  const third = (await sourceOf(text)).tag;
  expect(new Set([tag, second, third, (await sourceOf(`${text}ENV A=b\n`)).tag]).size).toBe(4);
});

test('a Dockerfile that a course can use has nothing said against it', async () => {
  const text =
    'FROM a:1\nUSER root\nRUN apt-get install -y git\nCOPY models /models\nRUN pip install numpy\nUSER 1000\n';
  expect(await codesOf(text)).toEqual([]);
});

test.each([
  ['a base without a version', 'FROM quay.io/jupyter/minimal-notebook', ['image-base']],
  ['a base of another stage', 'FROM a:1 AS b\nFROM b', []],
  ['a model that is not in the folder', 'FROM a:1\nCOPY models/dimrset_lnx64 /m', ['copy-missing']],
  ['a name to be filled in', 'FROM a:1\nCOPY <model folder> /m', ['placeholder']],
  ['a registry to be filled in', 'FROM [container registry name].azurecr.io/a:1', ['placeholder']],
  ['passwords for everybody', 'FROM a:1\nCOPY . /course', ['config-in-image']],
  ['notebooks that nobody sees', 'FROM a:1\nCOPY models /home/jovyan/models', ['hidden-by-home']],
  ['apt that asks', 'FROM a:1\nRUN apt-get update && apt-get install git', ['apt-asks']],
  ['models after requirements', 'FROM a:1\nRUN pip install numpy\nCOPY models /m', ['image-order']],
  ['root at the end', 'FROM a:1\nUSER 1000\nUSER root', ['image-root']],
] as const)('is found: %s', async (_, text, codes) => {
  expect(await codesOf(text)).toEqual(codes);
});
