/** `polder azure export`, whole. `UPDATE_FIXTURES=1` rewrites what is expected; read the difference before you keep it. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { exportCommand } from '../../src/main/azure-commands.ts';

const run = promisify(execFile);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'azure-export-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test.each(['manual-course', 'everything'])('of %s, the files are those that were looked at', async (name) => {
  const file = name === 'everything' ? join('test', 'azure', 'everything.yaml') : await manualCourse();
  const to = await exported(file);
  const names = (await readdir(to)).filter((one) => one !== 'template.json').sort();
  const parts = await Promise.all(
    names.map(async (one) => `===== ${one}\n${await readFile(join(to, one), 'utf8')}`),
  );
  const path = join(import.meta.dirname, 'exports', `${name}.txt`);
  if (process.env.UPDATE_FIXTURES === '1') await writeFile(path, parts.join('\n'));
  expect(parts.join('\n')).toBe(await readFile(path, 'utf8'));
});

test('a share’s volume, its claim and the key are bound to each other in the namespace of the servers', async () => {
  const to = await exported(join('test', 'azure', 'everything.yaml'));
  const manifests = parseAllDocuments(await readFile(join(to, 'shares.yaml'), 'utf8')).map((one) =>
    one.toJS(),
  );
  const values = parse(await readFile(join(to, 'values-azure.yaml'), 'utf8'));
  const volumes = manifests.filter(({ kind }) => kind === 'PersistentVolume');
  expect(volumes).toHaveLength(2);
  for (const { metadata, spec } of volumes) {
    const { namespace, name } = spec.claimRef;
    const claim = manifests.find((one) => one.kind === 'PersistentVolumeClaim' && one.metadata.name === name);
    expect(claim).toMatchObject({
      metadata: { namespace },
      spec: { storageClassName: '', volumeName: metadata.name, accessModes: spec.accessModes },
    });
    expect(spec.storageClassName).toBe('');
    expect(spec.csi.nodeStageSecretRef).toEqual({ name: 'storage-account', namespace });
    expect(values.singleuser.storage.extraVolumes).toContainEqual({
      name,
      persistentVolumeClaim: { claimName: name, readOnly: true },
    });
  }
  const { extraVolumeMounts } = values.singleuser.storage;
  expect(extraVolumeMounts.every(({ readOnly }: { readOnly: boolean }) => readOnly)).toBe(true);
});

test('volumes of the course’s own, a list or a map, are still there beside those of the shares', async () => {
  const own = [{ name: 'own', emptyDir: {} }];
  const values = async (extraVolumes: unknown) => {
    const file = await fileOf({
      singleuser: { storage: { extraVolumes } },
      azure: {},
      notebooks: { shares: [{ share: 'tides' }] },
    });
    const to = await exported(file, true);
    return parse(await readFile(join(to, 'values-azure.yaml'), 'utf8')).singleuser.storage.extraVolumes;
  };
  expect(await values(own)).toEqual([own[0], expect.objectContaining({ name: 'share-tides' })]);
  expect(await values({ one: own[0] })).toEqual({
    one: own[0],
    'zz-azure-1': expect.objectContaining({ name: 'share-tides' }),
  });
});

test('the commands pass on what the file says as it is, and the key of the account never as an argument', async () => {
  const file = await fileOf({
    azure: { resourceGroup: 'Ünder (test)-x'.replace(' ', '_'), registry: { name: 'wavesregistry' } },
    singleuser: { image: { name: 'wavesregistry.azurecr.io/waves', tag: 'v4' } },
    notebooks: { shares: [{ share: 'tides', source: "./it's\n$(touch /nowhere)" }] },
  });
  const to = await exported(file);
  const programs = join(folder, 'programs');
  const calls = join(folder, 'calls');
  await run('mkdir', [programs]);
  for (const name of ['az', 'kubectl', 'helm']) {
    const answer = `case "$*" in *'keys list'*) echo the-key-of-the-account;; esac`;
    await writeFile(
      join(programs, name),
      `#!/bin/sh\nprintf '%s\\n' ${name} "$@" --- >>"${calls}"\n${answer}\nexit 0\n`,
    );
    await chmod(join(programs, name), 0o755);
  }
  await run('sh', [join(to, 'commands.sh')], { env: { PATH: `${programs}:${process.env.PATH}` } });
  const said = await readFile(calls, 'utf8');
  expect(said).toContain('--resource-group\nÜnder_(test)-x\n');
  expect(said).toContain('--from-file=azurestorageaccountkey=/dev/stdin\n');
  expect(said).toContain('upgrade\n--install\njhub\n');
  expect(said).not.toContain('the-key-of-the-account');
  const script = await readFile(join(to, 'commands.sh'), 'utf8');
  expect(script).toContain('--image waves:v4 ');
});

test('whatever a course and its share’s folder are called, the commands are ones that a shell can read', async () => {
  await fc.assert(
    fc.asyncProperty(text, text, async (course, source) => {
      const file = await fileOf({
        course: { name: course },
        azure: { database: {} },
        notebooks: { shares: [{ share: 'tides', source }] },
      });
      const to = await exported(file, true);
      await run('sh', ['-n', join(to, 'commands.sh')]);
      // What the file says stands in comments and in quotes; each line begins with what we wrote.
      const script = await readFile(join(to, 'commands.sh'), 'utf8');
      const lines = script.split('\n').filter((line) => !/^(#|$)/.test(line));
      expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
    }),
    { numRuns: 25 },
  );
});

test('nothing is written over unless it is asked for, and then what may hold passwords is closed to others', async () => {
  const file = await manualCourse();
  const to = await exported(file);
  await writeFile(join(to, 'values.yaml'), 'mine');
  await rm(join(to, 'template.json'));
  await chmod(join(to, 'values.yaml'), 0o644);
  await expect(exported(file)).rejects.toThrow(/Nothing was written: .*values\.yaml.*--force/);
  expect(await readFile(join(to, 'values.yaml'), 'utf8')).toBe('mine');
  expect(await readdir(to)).not.toContain('template.json');
  await exported(file, true);
  expect(await readFile(join(to, 'values.yaml'), 'utf8')).not.toBe('mine');
  expect((await stat(join(to, 'values.yaml'))).mode & 0o777).toBe(0o600);
  expect((await readdir(to)).filter((one) => one.endsWith('.new'))).toEqual([]);
});

test('of several files the values are one, as the chart takes it', async () => {
  const first = await fileOf({
    azure: {},
    singleuser: { memory: { limit: '4G' } },
    course: { name: 'Waves' },
  });
  const second = join(folder, 'second.yaml');
  await writeFile(second, 'singleuser: {memory: {guarantee: 2G}}\n');
  const to = join(folder, 'export');
  await exportCommand({ ...USUAL, files: [first, second], to, force: false });
  expect(parse(await readFile(join(to, 'values.yaml'), 'utf8'))).toEqual({
    singleuser: { memory: { limit: '4G', guarantee: '2G' } },
  });
});

const USUAL = {
  accept: [],
  generation: undefined,
  now: new Date('2026-11-20T12:00:00Z'),
  sayLine: () => undefined,
};

const text = fc.string({ unit: fc.constantFrom(...'ab \'"\n$(`\\;#'), minLength: 1, maxLength: 20 });

/** How a line of the script may begin. */
const LINE =
  /^(set|cd|for|done|az|kubectl|helm|export|printf|[a-zA-Z_]+=\$\(az| {2}az provider| {2}--[a-z-]+)/;

async function exported(file: string, force = false): Promise<string> {
  const to = join(folder, 'export');
  await exportCommand({ ...USUAL, files: [file], to, force });
  return to;
}

/** The example, which is the manual's course, with one line more. */
async function manualCourse(): Promise<string> {
  const file = join(folder, 'config.yaml');
  const text = await readFile(join('examples', 'hydrodynamics-course', 'config.yaml'), 'utf8');
  await writeFile(file, `${text}\nazure: {}\n`);
  return file;
}

async function fileOf(values: object): Promise<string> {
  const file = join(folder, 'config.yaml');
  await writeFile(file, JSON.stringify(values));
  return file;
}
