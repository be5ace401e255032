import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gitIn, TestCourse, TestOrigin } from '../testing.ts';
import { openMirror } from './mirror.ts';
import { mirrorName, mirrorSettings } from './mirror-address.ts';
import { type MirrorServer, startMirrorServer } from './mirror-server.ts';
import { serverToken } from './server-token.ts';

const key = 'a key that hub and mirror share';
const notebook = '01-advection-diffusion.ipynb';

let stack: AsyncDisposableStack;
let teacher: TestCourse;
let origin: TestOrigin;
let mirror: MirrorServer;
let time: Date;
let problems: string[];

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  teacher = stack.use(await TestCourse.make());
  origin = stack.use(await TestOrigin.start(join(teacher.scratch, 'origin')));
  time = new Date('2026-01-05T09:00:00Z');
  problems = [];
  mirror = await start();
});

afterEach(() => stack.disposeAsync());

async function start(login: { username: string; token: string } | null = null): Promise<MirrorServer> {
  const entries = await openMirror({
    origins: [{ source: origin.address, login, deployKey: null, knownHosts: null }],
    folder: join(teacher.scratch, 'mirror'),
    now: () => time,
    onProblem: (_, problem) => problems.push(problem),
  });
  const settings = { entries, key, host: '127.0.0.1', port: 0, logger: pino({ level: 'silent' }) };
  return stack.use(await startMirrorServer(settings));
}

/** A server's git, which knows of the mirror by its environment. */
async function git(
  args: readonly string[],
  options: { place?: string; token?: string } = {},
): Promise<string> {
  const settings = mirrorSettings({ url: mirror.url, token: options.token ?? serverToken(key, 'srv-1') }, [
    origin.address,
  ]);
  const { stdout } = await promisify(execFile)('git', args, {
    cwd: options.place ?? teacher.scratch,
    env: {
      PATH: process.env.PATH,
      HOME: teacher.scratch,
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      ...Object.fromEntries(
        settings.flatMap(([name, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, name],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
      GIT_CONFIG_COUNT: String(settings.length),
    },
  });
  return stdout.trim();
}

const clone = async (address = origin.address) => {
  const home = await mkdtemp(join(teacher.scratch, 'home-'));
  await git(['clone', '--quiet', '--depth', '1', '--branch', 'main', '--', address, 'course'], {
    place: home,
  });
  return join(home, 'course');
};

const ask = (path: string, token = serverToken(key, 'srv-1'), init: RequestInit = {}) =>
  fetch(`${mirror.url}${path}`, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });

const later = (seconds: number) => {
  time = new Date(time.getTime() + seconds * 1000);
};

describe('the mirror of a course', () => {
  it('costs the origin one fetch for fifty servers that start at once', async () => {
    const clones = await Promise.all(Array.from({ length: 50 }, () => clone()));
    expect(origin.fetches).toBe(1);
    expect(origin.questions.filter((question) => question.startsWith('GET'))).toHaveLength(2);
    for (const place of clones) expect(gitIn(place, 'status', '--porcelain')).toBe('');
    expect(await readFile(join(clones[49]!, notebook))).toEqual(await readFile(join(teacher.work, notebook)));
  }, 60_000);

  it('leaves the address of the course as the origin of each clone', async () => {
    const place = await clone();
    expect(gitIn(place, 'config', 'remote.origin.url')).toBe(origin.address);
  });

  it('knows the repository with and without .git', async () => {
    await clone(origin.address.replace(/\.git$/, ''));
    await clone(`${origin.address}/`);
    expect(origin.fetches).toBe(1);
  });

  it('brings what is new once it has looked again, and asks the origin for nothing where nothing is', async () => {
    const place = await clone();
    await teacher.publish({ 'new.ipynb': '{}' });
    await git(['fetch'], { place });
    expect(gitIn(place, 'ls-tree', '--name-only', 'origin/main')).not.toContain('new.ipynb');
    later(61);
    await git(['pull', '--ff-only'], { place });
    expect(gitIn(place, 'ls-tree', '--name-only', 'HEAD')).toContain('new.ipynb');
    expect(origin.fetches).toBe(2);
    later(61);
    await git(['pull', '--ff-only'], { place });
    expect(origin.fetches).toBe(2);
  });

  it('follows a history that was written anew, and a branch that took over', async () => {
    await clone();
    gitIn(teacher.work, 'checkout', '--quiet', '--orphan', 'again');
    await teacher.publish({ 'again.ipynb': '{}' }, { force: true });
    gitIn(teacher.bare, 'branch', 'trunk', 'main');
    gitIn(teacher.bare, 'symbolic-ref', 'HEAD', 'refs/heads/trunk');
    later(61);
    expect(gitIn(await clone(), 'log', '--oneline')).not.toContain('The course');
    expect(await git(['ls-remote', '--symref', origin.address, 'HEAD'])).toContain('refs/heads/trunk');
  });

  it('gives the last good copy while the origin is away, after a start of its own too, and the new one afterwards', async () => {
    await clone();
    origin.isDown = true;
    later(61);
    await clone();
    expect(problems.join()).toContain('503');
    await mirror[Symbol.asyncDispose]();
    mirror = await start();
    await clone();
    const name = mirrorName(origin.address);
    expect(await (await ask(`/copies/${name}`)).json()).toMatchObject({
      branch: 'main',
      reachable: false,
      asOf: '2026-01-05T09:00:00.000Z',
    });
    origin.isDown = false;
    await teacher.publish({ 'new.ipynb': '{}' });
    later(61);
    expect(gitIn(await clone(), 'ls-files')).toContain('new.ipynb');
  });

  it('says what the origin said where it never had it', async () => {
    origin.isDown = true;
    await expect(clone()).rejects.toThrow('503');
    expect(await (await ask(`/copies/${mirrorName(origin.address)}`)).text()).toContain('503');
  });

  it('gives a commit as git keeps it, with nothing of what was before', async () => {
    await teacher.publish({ 'secret.txt': 'from before' });
    await teacher.publish({ 'secret.txt': null });
    const name = mirrorName(origin.address);
    const { commit } = (await (await ask(`/copies/${name}?branch=main`)).json()) as { commit: string };
    const answer = Buffer.from(await (await ask(`/copies/${name}/${commit}`)).arrayBuffer());
    const end = answer.indexOf('\n');
    const { pack, idx } = JSON.parse(answer.subarray(0, end).toString()) as { pack: number; idx: number };
    expect(answer.length).toBe(end + 1 + pack + idx);
    expect(answer.subarray(end + 1, end + 5).toString()).toBe('PACK');
    expect(gitIn(teacher.work, 'rev-list', '--objects', '--max-count=1', 'HEAD').split('\n')).toHaveLength(
      answer.readUInt32BE(end + 1 + 8),
    );
  });

  it('names the branches that there are where the one that is asked for is not', async () => {
    const answer = await ask(`/copies/${mirrorName(origin.address)}?branch=master`);
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({ branch: 'master', branches: ['main'] });
  });
});

describe('who asks the mirror', () => {
  it.each([
    ['nothing', ''],
    ['a word', 'open'],
    ['a token of another key', serverToken('another key', 'srv-1')],
    ["another server's token under its own name", `srv-2.${serverToken(key, 'srv-1').split('.')[1]}`],
  ])('is refused with %s', async (_, token) => {
    const name = mirrorName(origin.address);
    for (const path of [`/git/${name}/info/refs?service=git-upload-pack`, `/copies/${name}`, '/git/other']) {
      const answer = await ask(path, token);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
        401,
        'Basic realm="notebooks"',
      ]);
    }
    expect(origin.questions).toEqual([]);
  });

  it('cannot push', async () => {
    const place = await clone();
    await expect(git(['push', 'origin', 'HEAD:main'], { place })).rejects.toThrow('403');
    const answer = await ask(`/git/${mirrorName(origin.address)}/git-receive-pack`, undefined, {
      method: 'POST',
    });
    expect(answer.status).toBe(404);
  });

  it('gets nothing that the course does not name', async () => {
    const before = origin.questions.length;
    for (const path of [
      '/git/https://example.org/course.git/info/refs?service=git-upload-pack',
      '/git/course-000000000000/info/refs?service=git-upload-pack',
      `/git/../${mirrorName(origin.address)}/repository.git/config`,
      `/copies/${mirrorName(origin.address)}/..%2frepository.git`,
    ]) {
      expect((await ask(path)).status, path).toBe(404);
    }
    expect(origin.questions).toHaveLength(before);
  });

  it('is told by git where a repository is whose address begins like that of the course', async () => {
    gitIn(
      teacher.scratch,
      'clone',
      '--quiet',
      '--bare',
      teacher.work,
      join(teacher.scratch, 'origin', 'course-two.git'),
    );
    await clone(origin.address.replace('course.git', 'course-two.git'));
    expect(origin.questions.every((question) => question.includes('course-two'))).toBe(true);
  });

  it('is not answered at a question without end', async () => {
    await clone();
    const answer = await ask(`/git/${mirrorName(origin.address)}/git-upload-pack`, undefined, {
      method: 'POST',
      body: Buffer.alloc(5 * 1024 ** 2, 'x'),
    }).catch(() => undefined);
    expect(answer === undefined || answer.status === 413).toBe(true);
  });
});

describe('a private repository', () => {
  it('is fetched with the login of the course, of which servers see nothing', async () => {
    await rm(join(teacher.scratch, 'mirror'), { recursive: true });
    await origin[Symbol.asyncDispose]();
    origin = stack.use(await TestOrigin.start(join(teacher.scratch, 'origin'), 'robot:s3cret"$(x)'));
    mirror = await start({ username: 'robot', token: 's3cret"$(x)' });
    const place = await clone();
    expect(gitIn(place, 'config', '--list', '--show-origin')).not.toContain('s3cret');
    expect(origin.fetches).toBe(1);
  });

  it('stays closed with another one, and the mirror does not say with which', async () => {
    await origin[Symbol.asyncDispose]();
    origin = stack.use(await TestOrigin.start(join(teacher.scratch, 'origin'), 'robot:s3cret'));
    mirror = await start({ username: 'robot', token: 'an0ther' });
    await expect(clone()).rejects.toThrow('503');
    expect(problems.join()).not.toContain('an0ther');
    expect(origin.fetches).toBe(0);
  });
});
