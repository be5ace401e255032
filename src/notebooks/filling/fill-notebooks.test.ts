import { execFile } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assetPath } from '../../lib/asset.ts';
import { openMirror } from '../mirror/mirror.ts';
import { mirrorName } from '../mirror/mirror-address.ts';
import { type MirrorServer, startMirrorServer } from '../mirror/mirror-server.ts';
import { serverToken } from '../mirror/server-token.ts';
import { gitIn, TestCourse, TestOrigin } from '../testing.ts';

const key = 'a key';
const python = process.env.POLDER_TEST_PYTHON;
const start = '00-start-here.ipynb';
const tide = '02-tidal-wave.ipynb';
const lines = (count: number, changed: Readonly<Record<number, string>> = {}) =>
  Array.from({ length: count }, (_, line) => `${changed[line] ?? `line ${line}`}\n`).join('');

let stack: AsyncDisposableStack;
let teacher: TestCourse;
let origin: TestOrigin;
let mirror: MirrorServer;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  teacher = stack.use(await TestCourse.make());
  await teacher.publish({ 'text.txt': lines(20), 'data/levels.csv': 'a,b\n1,2\n', 'old.txt': 'old\n' });
  origin = stack.use(await TestOrigin.start(join(teacher.scratch, 'origin')));
  const entries = await openMirror({
    origins: [{ source: origin.address, login: null, deployKey: null, knownHosts: null }],
    folder: join(teacher.scratch, 'mirror'),
    freshSeconds: 0,
    now: () => new Date(),
    onProblem: () => undefined,
  });
  const settings = { entries, key, host: '127.0.0.1', port: 0, logger: pino({ level: 'silent' }) };
  mirror = stack.use(await startMirrorServer(settings));
});

afterEach(() => stack.disposeAsync());

interface Told {
  readonly outcome: string;
  readonly updated?: number;
  readonly kept?: readonly string[];
  readonly renamed?: readonly (readonly [string, string])[];
  readonly restored?: readonly string[];
  readonly problem?: string;
  readonly asOf?: string;
  readonly placeholders?: number;
}

const newHome = () => mkdtemp(join(teacher.scratch, 'home-'));

/** Fills `course` in a home, as the hook of a server does. */
async function fill(
  home: string,
  folder: Readonly<Record<string, unknown>> = {},
  command: readonly string[] = [],
): Promise<Told & { readonly code: number; readonly output: string }> {
  const told = {
    mirror: mirror.url,
    token: serverToken(key, 'srv-1'),
    folders: [
      {
        name: mirrorName(origin.address),
        source: origin.address,
        branch: 'main',
        target: 'course',
        when: 'every-start',
        ...folder,
      },
    ],
  };
  const done = await promisify(execFile)(
    'python3',
    ['-I', '-S', assetPath('notebooks/filling/fill_notebooks.py'), ...command],
    {
      env: { PATH: process.env.PATH, HOME: home, POLDER_NOTEBOOKS: JSON.stringify(told) },
    },
  ).then(
    ({ stdout }) => ({ code: 0, stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      stdout: error.stdout + error.stderr,
    }),
  );
  const [, report = '[{}]'] = /^polder-notebooks: (.*)$/m.exec(done.stdout) ?? [];
  return { ...(JSON.parse(report) as readonly Told[])[0]!, code: done.code, output: done.stdout };
}

/** The same by nbgitpuller, straight from the origin. */
async function pull(home: string): Promise<void> {
  await promisify(execFile)(join(dirname(python!), 'gitpuller'), [origin.address, 'main', 'course'], {
    cwd: home,
    env: { PATH: process.env.PATH, HOME: home, GIT_CONFIG_NOSYSTEM: '1' },
  });
}

/** Files below a folder with what is in them; the time in names of renamed ones is taken off. */
async function filesOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1);
    if (name === '.git' || name.startsWith('.git/') || entry.isDirectory()) continue;
    files[name.replace(/__\d{14}/, '__time')] = entry.isSymbolicLink()
      ? `-> ${await readlink(path)}`
      : await readFile(path, 'utf8');
  }
  return files;
}

type Change = (folder: string) => Promise<unknown>;
const write =
  (files: Readonly<Record<string, string | null>>): Change =>
  async (folder) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await (text === null ? rm(join(folder, name)) : writeFile(join(folder, name), text));
    }
  };
const commit: Change = async (folder) => {
  gitIn(folder, 'add', '--all');
  gitIn(folder, 'commit', '--quiet', '--message=mine');
};

/** What a student did, what the teacher published meanwhile, and what the folder is then to hold. */
const vectors: readonly {
  readonly rule: string;
  readonly student?: Change;
  readonly course?: Readonly<Record<string, string | null>>;
  readonly holds: Readonly<Record<string, string | undefined>>;
  readonly told: Partial<Told>;
}[] = [
  {
    rule: 'nothing is changed where nothing is new',
    holds: { 'old.txt': 'old\n' },
    told: { outcome: 'unchanged' },
  },
  {
    rule: 'what is new comes, what was taken away goes',
    course: { 'new.txt': 'new\n', 'old.txt': null, 'text.txt': lines(20, { 3: 'better' }) },
    holds: { 'new.txt': 'new\n', 'old.txt': undefined, 'text.txt': lines(20, { 3: 'better' }) },
    told: { outcome: 'updated', updated: 3, kept: [] },
  },
  {
    rule: "a student's change stays where the course changed nothing",
    student: write({ 'text.txt': lines(20, { 3: 'mine' }) }),
    holds: { 'text.txt': lines(20, { 3: 'mine' }) },
    told: { outcome: 'unchanged' },
  },
  {
    rule: 'two changes in different places both stand',
    student: write({ 'text.txt': lines(20, { 17: 'mine' }) }),
    course: { 'text.txt': lines(20, { 3: 'better' }) },
    holds: { 'text.txt': lines(20, { 3: 'better', 17: 'mine' }) },
    told: { outcome: 'updated', kept: ['text.txt'] },
  },
  {
    rule: "of two changes to the same line the student's stands",
    student: write({ 'text.txt': lines(20, { 3: 'mine' }) }),
    course: { 'text.txt': lines(20, { 3: 'better', 17: 'also' }) },
    holds: { 'text.txt': lines(20, { 3: 'mine', 17: 'also' }) },
    told: { outcome: 'updated', kept: ['text.txt'] },
  },
  {
    rule: 'what the student committed is a change as well',
    student: async (folder) => {
      await write({ 'text.txt': lines(20, { 3: 'mine' }) })(folder);
      await commit(folder);
    },
    course: { 'text.txt': lines(20, { 3: 'better' }), 'new.txt': 'new\n' },
    holds: { 'text.txt': lines(20, { 3: 'mine' }), 'new.txt': 'new\n' },
    told: { kept: ['text.txt'] },
  },
  {
    rule: 'what the student staged stays',
    student: async (folder) => {
      await write({ 'text.txt': lines(20, { 3: 'mine' }) })(folder);
      gitIn(folder, 'add', '--all');
    },
    course: { 'new.txt': 'new\n' },
    holds: { 'text.txt': lines(20, { 3: 'mine' }), 'new.txt': 'new\n' },
    told: { updated: 1 },
  },
  {
    rule: 'a file that the student deleted comes back',
    student: write({ 'text.txt': null }),
    holds: { 'text.txt': lines(20) },
    told: { restored: ['text.txt'] },
  },
  {
    rule: 'a file that the student deleted comes back as it is now',
    student: write({ 'text.txt': null }),
    course: { 'text.txt': lines(20, { 3: 'better' }) },
    holds: { 'text.txt': lines(20, { 3: 'better' }) },
    told: { restored: ['text.txt'] },
  },
  {
    rule: 'a file that both deleted is gone',
    student: write({ 'old.txt': null }),
    course: { 'old.txt': null },
    holds: { 'old.txt': undefined },
    told: { outcome: 'updated' },
  },
  {
    rule: 'a file that the course took away and the student changed stays',
    student: write({ 'old.txt': 'mine\n' }),
    course: { 'old.txt': null },
    holds: { 'old.txt': 'mine\n' },
    told: { kept: ['old.txt'] },
  },
  {
    rule: "a file of the student's own stays",
    student: write({ 'mine.txt': 'mine\n' }),
    course: { 'new.txt': 'new\n' },
    holds: { 'mine.txt': 'mine\n', 'new.txt': 'new\n' },
    told: { updated: 1 },
  },
  {
    rule: "a file of the student's own gives way to one of the same name, and is kept",
    student: write({ 'new.tar.gz': 'mine\n', 'data/new': 'mine too\n' }),
    course: { 'new.tar.gz': 'new\n', 'data/new': 'new too\n' },
    holds: {
      'new.tar.gz': 'new\n',
      'new.tar__time.gz': 'mine\n',
      'data/new': 'new too\n',
      'data/new__time': 'mine too\n',
    },
    told: { outcome: 'updated' },
  },
  {
    rule: 'a link of the student stays a link',
    student: (folder) => symlink('text.txt', join(folder, 'link')),
    course: { 'new.txt': 'new\n' },
    holds: { link: '-> text.txt', 'new.txt': 'new\n' },
    told: { updated: 1 },
  },
  {
    rule: 'binary files are not mixed',
    student: write({ 'picture.bin': '\0mine\n' }),
    course: { 'text.txt': lines(20, { 1: 'better' }) },
    holds: { 'picture.bin': '\0mine\n' },
    told: { updated: 1 },
  },
];

describe('filling a folder that a student has worked in', () => {
  for (const { rule, student = async () => undefined, course, holds, told } of vectors) {
    it(rule, async () => {
      const home = await newHome();
      await fill(home);
      await student(join(home, 'course'));
      if (course) await teacher.publish(course);
      expect(await fill(home)).toMatchObject({ code: 0, ...told });
      const files = await filesOf(join(home, 'course'));
      for (const [name, text] of Object.entries(holds)) expect([name, files[name]]).toEqual([name, text]);
    });

    it.runIf(python)(`${rule}, as with nbgitpuller`, async () => {
      const [ours, theirs] = await Promise.all([newHome(), newHome()]);
      await fill(ours);
      await pull(theirs);
      for (const home of [ours, theirs]) await student(join(home, 'course'));
      if (course) await teacher.publish(course);
      await fill(ours);
      await pull(theirs);
      expect(await filesOf(join(ours, 'course'))).toEqual(await filesOf(join(theirs, 'course')));
    });
  }
});

describe('the first filling', () => {
  it('is a clone that git and nbgitpuller go on with', async () => {
    const home = await newHome();
    expect(await fill(home)).toMatchObject({ code: 0, outcome: 'new' });
    const folder = join(home, 'course');
    expect(gitIn(folder, 'status', '--porcelain', '--branch')).toBe('## main...origin/main');
    expect(gitIn(folder, 'fsck', '--strict')).toBe('');
    expect(gitIn(folder, 'config', 'remote.origin.url')).toBe(origin.address);
    await teacher.publish({ 'new.txt': 'new\n' });
    await promisify(execFile)('git', ['pull', '--quiet', '--ff-only'], { cwd: folder });
    expect(await readFile(join(folder, 'new.txt'), 'utf8')).toBe('new\n');
  });

  it.runIf(python)('takes up the folder that nbgitpuller made', async () => {
    const home = await newHome();
    await pull(home);
    await teacher.publish({ 'new.txt': 'new\n' });
    expect(await fill(home)).toMatchObject({ outcome: 'updated', updated: 1 });
  });

  it("goes into a folder with files of the student's own, and keeps those", async () => {
    const home = await newHome();
    await write({
      'course/mine.txt': 'mine\n',
      'course/text.txt': 'mine too\n',
      'course/old.txt': 'old\n',
      'course/data': 'no folder\n',
    })(home);
    expect(await fill(home)).toMatchObject({ outcome: 'new' });
    expect(await filesOf(join(home, 'course'))).toMatchObject({
      'mine.txt': 'mine\n',
      'text.txt': lines(20),
      'text__time.txt': 'mine too\n',
      'old.txt': 'old\n',
      'data/levels.csv': 'a,b\n1,2\n',
      data__time: 'no folder\n',
    });
  });

  it('gives a file in the place of the folder another name', async () => {
    const home = await newHome();
    await write({ course: 'mine\n' })(home);
    expect(await fill(home)).toMatchObject({ outcome: 'new' });
    expect(await filesOf(home)).toMatchObject({ course__time: 'mine\n', 'course/old.txt': 'old\n' });
  });

  it('goes on where it was cut short', async () => {
    const home = await newHome();
    await fill(home);
    const folder = join(home, 'course');
    await rm(join(folder, '.git', 'index'));
    await write({ 'old.txt': null, 'text.txt': 'half\n' })(folder);
    expect(await fill(home)).toMatchObject({ outcome: 'new' });
    expect(gitIn(folder, 'status', '--porcelain', '--untracked-files=no')).toBe('');
    expect(await filesOf(folder)).toMatchObject({ 'old.txt': 'old\n', 'text__time.txt': 'half\n' });
  });

  it('brings links, programs and empty files as they are', async () => {
    await symlink('text.txt', join(teacher.work, 'link'));
    await write({ run: '#!/bin/sh\n', empty: '' })(teacher.work);
    await chmod(join(teacher.work, 'run'), 0o755);
    await teacher.publish({});
    const home = await newHome();
    await fill(home);
    expect(await readlink(join(home, 'course', 'link'))).toBe('text.txt');
    expect((await lstat(join(home, 'course', 'run'))).mode & 0o111).toBe(0o111);
  });

  it('brings a large file', async () => {
    const large = 'levels and velocities\n'.repeat(2_000_000);
    await teacher.publish({ 'large.csv': large });
    const home = await newHome();
    await fill(home);
    expect((await lstat(join(home, 'course', 'large.csv'))).size).toBe(large.length);
  });

  it('takes the branch that the repository shows first, and tags too', async () => {
    gitIn(teacher.bare, 'tag', '-a', '-m', 'first', 'v1', 'main');
    await teacher.publish({ 'new.txt': 'new\n' });
    const [home, tagged] = await Promise.all([newHome(), newHome()]);
    await fill(home, { branch: null });
    expect(gitIn(join(home, 'course'), 'branch', '--show-current')).toBe('main');
    await fill(tagged, { branch: 'v1' });
    expect(await filesOf(join(tagged, 'course'))).not.toHaveProperty('new.txt');
    expect(await fill(tagged, { branch: 'v1' })).toMatchObject({ outcome: 'unchanged', code: 0 });
  });

  it('is the only one where the course says so', async () => {
    const home = await newHome();
    await fill(home, { when: 'first-start' });
    await teacher.publish({ 'new.txt': 'new\n' });
    expect(await fill(home, { when: 'first-start' })).toMatchObject({ outcome: 'unchanged' });
    expect(await filesOf(join(home, 'course'))).not.toHaveProperty('new.txt');
  });
});

describe('what may go wrong', () => {
  it('with a history that was written anew: work stays, and what is new comes', async () => {
    const home = await newHome();
    await fill(home);
    await write({ 'course/text.txt': lines(20, { 17: 'mine' }), 'course/mine.txt': 'mine\n' })(home);
    gitIn(teacher.work, 'checkout', '--quiet', '--orphan', 'again');
    await teacher.publish(
      { 'text.txt': lines(20, { 3: 'better' }), 'old.txt': null, 'new.txt': 'new\n' },
      { force: true },
    );
    expect(await fill(home)).toMatchObject({ outcome: 'updated', kept: ['text.txt'], code: 0 });
    const expected = {
      'text.txt': lines(20, { 3: 'better', 17: 'mine' }),
      'mine.txt': 'mine\n',
      'new.txt': 'new\n',
    };
    expect(await filesOf(join(home, 'course'))).toMatchObject(expected);
    expect(await filesOf(join(home, 'course'))).not.toHaveProperty('old.txt');
    await teacher.publish({ 'new.txt': 'newer\n' });
    expect(await fill(home)).toMatchObject({ outcome: 'updated', updated: 1 });
  });

  it('with a commit that was amended: the same', async () => {
    const home = await newHome();
    await fill(home);
    gitIn(teacher.work, 'reset', '--quiet', '--soft', 'HEAD~1');
    await teacher.publish({ 'old.txt': null, 'new.txt': 'new\n' }, { force: true });
    expect(await fill(home)).toMatchObject({ outcome: 'updated', updated: 2, kept: [] });
  });

  it('with two changes that would tear a notebook apart: it stays as the student has it', async () => {
    const cells = (...names: readonly string[]) =>
      JSON.stringify({ cells: names.map((name) => ({ id: name })) }, null, 1);
    await teacher.publish({ 'exercise.ipynb': cells('a', 'b', 'c') });
    const home = await newHome();
    await fill(home);
    const mine = '{\n "cells": []\n}';
    await write({ 'course/exercise.ipynb': mine })(home);
    await teacher.publish({ 'exercise.ipynb': cells('a', 'b', 'c', 'd'), 'new.txt': 'new\n' });
    expect(await fill(home)).toMatchObject({ outcome: 'updated', kept: ['exercise.ipynb'] });
    const { 'exercise.ipynb': now = '', 'new.txt': added } = await filesOf(join(home, 'course'));
    expect(added).toBe('new\n');
    expect(() => JSON.parse(now)).not.toThrow();
  });

  it("with a file of the student's own where a folder comes: it gets another name", async () => {
    const home = await newHome();
    await fill(home);
    await write({ 'course/extra': 'mine\n' })(home);
    await teacher.publish({ 'extra/a.txt': 'a\n' });
    expect(await fill(home)).toMatchObject({ outcome: 'updated' });
    expect(await filesOf(join(home, 'course'))).toMatchObject({
      'extra/a.txt': 'a\n',
      extra__time: 'mine\n',
    });
  });

  it('with a link out of the folder where a file comes: nothing is written through it', async () => {
    const home = await newHome();
    await fill(home);
    await write({ 'precious/a.txt': 'precious\n' })(home);
    await symlink(join(home, 'precious'), join(home, 'course', 'extra'));
    await teacher.publish({ 'extra/a.txt': 'a\n' });
    expect(await fill(home)).toMatchObject({ outcome: 'updated' });
    expect(await readFile(join(home, 'precious', 'a.txt'), 'utf8')).toBe('precious\n');
    expect(await readFile(join(home, 'course', 'extra', 'a.txt'), 'utf8')).toBe('a\n');
  });

  it('with an origin that is away: the last good copy, and of when it is', async () => {
    await fill(await newHome());
    origin.isDown = true;
    expect(await fill(await newHome())).toMatchObject({
      outcome: 'new',
      asOf: expect.stringMatching(/^20/),
      code: 0,
    });
  });

  it('with an origin that was never there: only where the folder is not there yet it is a failure', async () => {
    const home = await newHome();
    await fill(home);
    await mirror[Symbol.asyncDispose]();
    expect(await fill(home)).toMatchObject({ outcome: 'unchanged', problem: 'unreachable', code: 0 });
    expect(await fill(await newHome())).toMatchObject({ outcome: 'failed', problem: 'unreachable', code: 1 });
  });

  it('with a branch that there is not: the log names those that there are', async () => {
    const told = await fill(await newHome(), { branch: 'master' });
    expect(told).toMatchObject({ outcome: 'failed', problem: 'no-branch', code: 1 });
    expect(told.output).toContain("['main']");
  });

  it('with another git at work: nothing is done; with a lock that somebody left, it is taken away', async () => {
    const home = await newHome();
    await fill(home);
    await teacher.publish({ 'new.txt': 'new\n' });
    const lock = join(home, 'course', '.git', 'index.lock');
    await writeFile(lock, '');
    expect(await fill(home)).toMatchObject({ outcome: 'failed', problem: 'busy' });
    const long = new Date(Date.now() - 700_000);
    await utimes(lock, long, long);
    expect(await fill(home)).toMatchObject({ outcome: 'updated' });
  });

  it("with a repository of the student's own in the place: it is left alone", async () => {
    const home = await newHome();
    await rename(await mkdtemp(join(home, 'x-')), join(home, 'course'));
    gitIn(join(home, 'course'), 'init', '--quiet');
    await write({ 'course/mine.txt': 'mine\n' })(home);
    await commit(join(home, 'course'));
    expect(await fill(home)).toMatchObject({ outcome: 'failed', problem: 'other' });
    expect(await filesOf(join(home, 'course'))).toEqual({ 'mine.txt': 'mine\n' });
  });

  it('with files that git-lfs would fetch: says how many are placeholders', async () => {
    await teacher.publish({
      '.gitattributes': '*.nc filter=lfs -text\n',
      'waves.nc': 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1000000\n',
    });
    expect(await fill(await newHome())).toMatchObject({ outcome: 'new', placeholders: 1 });
  });

  it("with settings and hooks of the student's own: they change nothing of it", async () => {
    const home = await newHome();
    await fill(home);
    await write({
      '.gitconfig':
        '[merge]\n\tff = only\n[core]\n\tautocrlf = false\n[commit]\n\tgpgsign = true\n[diff]\n\tnoprefix = true\n\trenames = copies\n',
    })(home);
    await write({
      'course/.git/hooks/pre-commit': '#!/bin/sh\nexit 1\n',
      'course/text.txt': lines(20, { 17: 'mine' }),
    })(home);
    await chmod(join(home, 'course/.git/hooks/pre-commit'), 0o755);
    await teacher.publish({ 'text.txt': lines(20, { 3: 'better' }) });
    expect(await fill(home)).toMatchObject({ outcome: 'updated', kept: ['text.txt'], code: 0 });
  });
});

describe("the course's own command", () => {
  it('runs after the notebooks are there, and its end is the end', async () => {
    const home = await newHome();
    const command = ['sh', '-c', 'cat ~/course/old.txt; exit 3'];
    expect(await fill(home, {}, command)).toMatchObject({
      outcome: 'new',
      code: 3,
      output: expect.stringContaining('old\n'),
    });
  });

  it('runs where the notebooks could not be fetched, too', async () => {
    await mirror[Symbol.asyncDispose]();
    expect(await fill(await newHome(), {}, ['echo', 'ran'])).toMatchObject({
      code: 1,
      output: expect.stringContaining('ran\n'),
    });
  });
});

it('knows the notebooks of the example', async () => {
  const home = await newHome();
  await fill(home);
  const files = await filesOf(join(home, 'course'));
  for (const name of [start, tide]) expect(JSON.parse(files[name]!)).toHaveProperty('cells');
});
