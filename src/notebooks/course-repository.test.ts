import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provideCourseRepository } from './course-repository.ts';

const unreachable = 'https://course.invalid/hydrodynamics.git';
const student = 65_534;
const isRoot = process.getuid?.() === 0;
const python = process.env.POLDER_TEST_PYTHON;

let scratch: string;
let data: string;
let folder: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'polder-course-'));
  await chmod(scratch, 0o755);
  data = join(scratch, 'data');
  folder = join(scratch, 'notebooks');
  await mkdir(join(folder, '.ipynb_checkpoints'), { recursive: true });
  await writeFile(join(folder, 'tide.ipynb'), 'first\n');
  await writeFile(join(folder, '.ipynb_checkpoints', 'tide.ipynb'), 'older\n');
});

afterEach(() => rm(scratch, { recursive: true }));

const provide = (address = unreachable, online = false) =>
  provideCourseRepository({ command: ['gitpuller', address, 'master', 'notebooks'], folder, data, online });

/** Runs a command in `place` as a student would, who is another user where the hub runs as root. */
function asStudent(
  place: string,
  environment: Readonly<Record<string, string>>,
  command: readonly string[],
): string {
  const [program, ...args] = command;
  return execFileSync(program!, args, {
    cwd: place,
    encoding: 'utf8',
    stdio: 'pipe',
    env: { PATH: process.env.PATH, HOME: place, GIT_TERMINAL_PROMPT: '0', ...environment },
    ...(isRoot && { uid: student, gid: student }),
  });
}

async function home(): Promise<string> {
  const place = await mkdtemp(join(scratch, 'home-'));
  if (isRoot) await chown(place, student, student);
  return place;
}

describe('a course whose repository cannot be reached', () => {
  it('is cloned from the folder under the address and branch of the hook, and says so', async () => {
    const { environment, message } = await provide();
    const place = await home();
    asStudent(place, environment, [
      'git',
      'clone',
      '--depth',
      '1',
      '--branch',
      'master',
      '--',
      unreachable,
      'notebooks',
    ]);
    expect(await readFile(join(place, 'notebooks', 'tide.ipynb'), 'utf8')).toBe('first\n');
    expect((await readdir(join(place, 'notebooks'))).sort()).toEqual(['.git', 'tide.ipynb']);
    expect(asStudent(join(place, 'notebooks'), {}, ['git', 'config', 'remote.origin.url']).trim()).toBe(
      unreachable,
    );
    expect(message).toContain(`${unreachable} could not be reached`);
    expect(message).toContain(folder);
  });

  it('goes forward in a clone of an earlier start when the folder has changed', async () => {
    const place = await home();
    const clone = join(place, 'notebooks');
    asStudent(place, (await provide()).environment, [
      'git',
      'clone',
      '--depth',
      '1',
      '--',
      unreachable,
      clone,
    ]);
    await writeFile(join(folder, 'tide.ipynb'), 'second\n');
    asStudent(clone, (await provide()).environment, ['git', 'pull', '--ff-only']);
    expect(await readFile(join(clone, 'tide.ipynb'), 'utf8')).toBe('second\n');
  });

  it('stays the same repository when nothing has changed, in whatever data folder', async () => {
    const place = await home();
    const head = async () =>
      asStudent(place, (await provide()).environment, ['git', 'ls-remote', unreachable, 'refs/heads/master']);
    const first = await head();
    expect(await head()).toBe(first);
    data = join(scratch, 'elsewhere');
    expect(await head()).toBe(first);
  });

  it('is left to fail by itself where there is no folder to serve', async () => {
    await rm(folder, { recursive: true });
    expect(await provide()).toEqual({ environment: {}, message: null });
  });

  it('is left to fail by itself where the operator insists on the address', async () => {
    expect(await provide(unreachable, true)).toEqual({ environment: {}, message: null });
  });

  it.runIf(python)('reaches the student by the real gitpuller, twice', async () => {
    const { environment } = await provide();
    const place = await home();
    const pull = [join(dirname(python!), 'gitpuller'), unreachable, 'master', 'notebooks'];
    asStudent(place, environment, pull);
    await writeFile(join(folder, 'wave.ipynb'), 'new\n');
    await writeFile(join(place, 'notebooks', 'tide.ipynb'), 'my own\n');
    if (isRoot) await chown(join(place, 'notebooks', 'tide.ipynb'), student, student);
    asStudent(place, (await provide()).environment, pull);
    expect(await readFile(join(place, 'notebooks', 'tide.ipynb'), 'utf8')).toBe('my own\n');
    expect(await readFile(join(place, 'notebooks', 'wave.ipynb'), 'utf8')).toBe('new\n');
  });
});

describe('a course whose repository answers', () => {
  let address: string;

  beforeEach(() => {
    address = join(scratch, 'upstream.git');
    execFileSync('git', ['init', '--quiet', '--bare', address]);
  });

  it('is fetched as the file says', async () => {
    expect(await provide(address)).toEqual({ environment: {}, message: null });
  });

  it('keeps to it when it does not answer at a later start, since clones of two repositories do not merge', async () => {
    await provide(address);
    await rm(address, { recursive: true });
    expect(await provide(address)).toEqual({ environment: {}, message: null });
  });

  it('keeps to the folder where an earlier start has served that', async () => {
    await rm(address, { recursive: true });
    await provide(address);
    execFileSync('git', ['init', '--quiet', '--bare', address]);
    expect((await provide(address)).message).toContain('--online');
  });

  it('is asked again when the file names another address', async () => {
    await provide(unreachable);
    expect(await provide(address)).toEqual({ environment: {}, message: null });
  });
});

it('leaves a hook alone that fetches nothing', async () => {
  const command = ['sh', '-c', 'echo hello'];
  expect(await provideCourseRepository({ command, folder, data, online: false })).toEqual({
    environment: {},
    message: null,
  });
});
