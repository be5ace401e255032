/** As whom, and in what surroundings, servers run: asked of the servers themselves. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultUserRange } from './identity.ts';
import { ProcessWorld } from './process-world.ts';
import { makeStubEnvironment, type ProcessFacts, type StubEnvironment } from './stub-environment.ts';

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log('skipped: how root starts servers as other users (run the tests as root)');

let environment: StubEnvironment;
let world: ProcessWorld;
beforeAll(async () => {
  environment = await makeStubEnvironment();
});
afterAll(() => environment[Symbol.asyncDispose]());
beforeEach(async () => {
  world = await ProcessWorld.open(environment.python);
});
afterEach(() => world[Symbol.asyncDispose]());

describe.each([true, false])('a server that is started (prepared parent: %s)', (preparedParent) => {
  const factsOf = async (part = {}): Promise<ProcessFacts> => {
    const spawner = await world.spawner({ preparedParent });
    const facts = await (await world.start(spawner, world.spec(part))).facts();
    expect(facts.importedBy === facts.pid).toBe(!preparedParent);
    return facts;
  };

  test.runIf(isRoot)('runs as a numeric user of its own, with no way back to root', async () => {
    const facts = await factsOf({ owner: { id: 7, name: 'anna' } });
    const uid = defaultUserRange.first + 7;
    expect(facts).toMatchObject({
      ids: [uid, uid, uid, uid],
      groups: [],
      noNewPrivileges: true,
      canBecomeRoot: false,
      processLimit: 4096,
    });
  });

  test('has a session, a closed umask, no core files, and goes first when memory is short', async () => {
    expect(await factsOf()).toMatchObject({
      umask: 0o077,
      coreLimit: 0,
      outOfMemoryScore: 500,
      noNewPrivileges: true,
      readsOwnEnvironment: true,
      collectsGarbage: true,
      interruptIsDefault: true,
      blockedSignals: '0000000000000000',
    });
  });

  test('leads its own session and is in its own home', async () => {
    const facts = await factsOf({ owner: { id: 1, name: 'anna@example.org' } });
    expect(facts.session).toBe(facts.pid);
    expect(facts.folder).toBe(join(world.directory, 'homes', 'anna@example.org'));
    expect((await stat(facts.folder)).mode & 0o777).toBe(0o700);
  });

  test('ignores no signals but those that Python ignores for itself', async () => {
    // SIGPIPE (13) and SIGXFSZ (25): bits 12 and 24.
    expect((await factsOf()).ignoredSignals).toBe('0000000001001000');
  });

  test('has nothing of the hub open', async () => {
    const { descriptors } = await factsOf();
    const log = expect.stringMatching(/logs\/servers\/srv-1\/1\.log$/);
    const own = Object.entries(descriptors).filter(([, target]) => !/^(socket:|\/proc\/)/.test(target));
    expect(Object.fromEntries(own)).toEqual({ 0: '/dev/null', 1: log, 2: log });
    // The socket that it listens on and the one that asks.
    expect(Object.values(descriptors).filter((target) => target.startsWith('socket:'))).toHaveLength(2);
  });

  test('finds in its environment what the spec says and who it is, and nothing else of the hub', async () => {
    process.env.POLDER_SECRET_OF_THE_HUB = 'secret';
    const { environment: found } = await factsOf({ environment: { COURSE: 'hydrodynamics', USER: 'x' } });
    delete process.env.POLDER_SECRET_OF_THE_HUB;
    expect(found).toMatchObject({
      COURSE: 'hydrodynamics',
      HOME: join(world.directory, 'homes', 'anna'),
      USER: 'anna',
      LOGNAME: 'anna',
      JUPYTERHUB_SERVICE_URL: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/user\/anna\/$/),
      PATH: expect.stringMatching(new RegExp(`^${environment.python.replace(/\/python3$/, '')}:`)),
    });
    const known = [
      ...[
        'COURSE',
        'HOME',
        'JUPYTERHUB_SERVICE_PREFIX',
        'JUPYTERHUB_SERVICE_URL',
        'JUPYTER_CONFIG_PATH',
        'LANG',
        'LOGNAME',
        'PATH',
        'POLDER_RUN',
      ],
      ...['PWD', 'SHELL', 'USER', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'TZ'],
      // Set by a shell or by Python itself.
      ...['__CF_USER_TEXT_ENCODING', '_', 'SHLVL'],
    ];
    expect(Object.keys(found).filter((name) => !known.includes(name))).toEqual([]);
  });
});

test('what modules took from the parent while they were imported is the server’s own', async () => {
  const spec = (name: string) => world.spec({ owner: { id: 1, name } });
  const forked = await world.spawner();
  const one = await (await world.start(forked, spec('anna@example.org'))).facts();
  const other = await (await world.start(forked, spec('anna@example.org'))).facts();
  const alone = await world.spawner({ preparedParent: false });
  const plain = await (await world.start(alone, spec('anna@example.org'))).facts();
  expect(one.importedBy).not.toBe(one.pid);
  expect({ ...one.atImport, dice: null }).toEqual({ ...plain.atImport, dice: null });
  expect(one.atImport.home).toBe(join(world.directory, 'homes', 'anna@example.org', '.settings'));
  expect(new Set([one, other, plain].map(({ atImport }) => atImport.dice)).size).toBe(3);
});

test('a server whose environment says otherwise than what modules read is started plainly', async () => {
  await environment.prepend('import os; LANGUAGE = os.environ.get("COURSE_LANGUAGE")');
  const spawner = await world.spawner();
  const start = async (variables: Record<string, string>) => {
    const facts = await (await world.start(spawner, world.spec({ environment: variables }))).facts();
    return facts.importedBy === facts.pid ? 'plain' : 'forked';
  };
  expect(await start({})).toBe('forked');
  expect(await start({ COURSE_LANGUAGE: '' })).toBe('forked');
  expect(await start({ COURSE_LANGUAGE: 'de' })).toBe('plain');
  expect(await start({ COURSE: 'hydrodynamics' })).toBe('forked');
  await environment.prepend('');
});

test('servers that were forked from one parent do not throw the same dice', async () => {
  const spawner = await world.spawner();
  const [one, other] = [
    await (await world.start(spawner, world.spec())).facts(),
    await (await world.start(spawner, world.spec())).facts(),
  ];
  expect(one.importedBy).toBe(other.importedBy);
  expect(one.random).not.toBe(other.random);
});

test('an environment that changes what Python does when it starts gets a start of its own', async () => {
  const spawner = await world.spawner();
  const spec = world.spec({ environment: { PYTHONPATH: '/somewhere', PYTHONUNBUFFERED: '1' } });
  const facts = await (await world.start(spawner, spec)).facts();
  expect(facts.importedBy).toBe(facts.pid);
});

describe.runIf(isRoot)('between students', () => {
  test('one cannot look into the home, the logs or the records of another', async () => {
    const spawner = await world.spawner();
    const anna = await world.start(spawner, world.spec());
    const folder = (await anna.facts()).folder;
    await writeFile(join(folder, 'solution.txt'), '42');
    const uid = defaultUserRange.first + 2;
    const tryAs = (...command: string[]) =>
      promisify(execFile)(command[0]!, command.slice(1), { uid, gid: uid, cwd: '/' });
    for (const closed of ['homes', 'homes/anna', 'run/servers', 'logs/servers']) {
      await expect(tryAs('ls', join(world.directory, closed))).rejects.toThrow('Permission denied');
    }
    await expect(tryAs('cat', join(folder, 'solution.txt'))).rejects.toThrow('Permission denied');
  });

  test('the memory of a server holds nothing that was sent to another', async () => {
    const spawner = await world.spawner();
    const secret = ['the', 'token', 'of', 'anna'].join('+');
    await world.start(spawner, world.spec({ environment: { JUPYTERHUB_API_TOKEN: secret } }));
    const ben = await world.start(
      spawner,
      world.spec({
        owner: { id: 2, name: 'ben' },
        environment: { JUPYTERHUB_API_TOKEN: 'the+token+of+ben' },
      }),
    );
    expect(await memoryHolds(ben.pid, 'the+token+of+ben')).toBe(true);
    expect(await memoryHolds(ben.pid, secret)).toBe(false);
  });

  test('the homes stay, and go over to a user’s new number when the hub counts anew', async () => {
    const spawner = await world.spawner();
    const first = await world.start(spawner, world.spec({ owner: { id: 5, name: 'anna' } }));
    const home = (await first.facts()).folder;
    await spawner.stop(first.handle, 1);
    await mkdir(join(home, 'work'));
    await writeFile(join(home, 'work', 'notes.ipynb'), '{}');
    for (const path of ['work', 'work/notes.ipynb']) {
      await chown(join(home, path), defaultUserRange.first + 5, defaultUserRange.first + 5);
    }
    // Ben now has the number that was Anna's: her home is closed to him until she comes.
    const later = await world.spawner();
    await world.start(later, world.spec({ owner: { id: 5, name: 'ben' } }));
    expect((await stat(home)).uid).toBe(0);
    await world.start(later, world.spec({ owner: { id: 6, name: 'anna' } }));
    for (const path of ['', 'work', 'work/notes.ipynb']) {
      expect((await stat(join(home, path))).uid).toBe(defaultUserRange.first + 6);
    }
  });
});

test.runIf(isRoot)(
  'a server on whose port another user’s program listens is ended, not trusted',
  async () => {
    const spawner = await world.spawner();
    const spec = world.spec({ command: ['sleep', '1000'] });
    const { handle, target } = await spawner.start(spec, () => {}, new AbortController().signal);
    expect(await spawner.poll(handle)).toEqual({ kind: 'running' });
    const impostor = createServer((_, response) => response.end()).listen(
      Number(new URL(target).port),
      '127.0.0.1',
    );
    await once(impostor, 'listening');
    expect(await spawner.poll(handle)).toMatchObject({ kind: 'exited' });
    expect(await spawner.list()).toEqual([]);
    impostor.close();
  },
);

describe.runIf(isRoot)('what students cannot reach', () => {
  test('is a finding, and servers start as the user of the hub', async () => {
    await chmod(world.directory, 0o700);
    const spawner = await world.spawner();
    expect(spawner.findings).toEqual([
      expect.objectContaining({
        code: 'students-cannot-reach',
        message: expect.stringContaining(world.directory),
      }),
    ]);
    const facts = await (await world.start(spawner, world.spec())).facts();
    expect(facts.ids).toEqual([0, 0, 0, 0]);
    // Jupyter refuses root without it.
    expect(facts.arguments.slice(1)).toEqual(['--allow-root']);
  });

  test('an environment that others can change is never imported by root', async () => {
    const folder = join(environment.python, '..', '..');
    await chmod(folder, 0o777);
    try {
      const spawner = await world.spawner();
      expect(spawner.findings).toEqual([
        expect.objectContaining({ code: 'python-environment-changeable-by-others' }),
      ]);
      expect(await spawner.preparedParent()).toBeNull();
      const facts = await (await world.start(spawner, world.spec())).facts();
      expect(facts.importedBy).toBe(facts.pid);
    } finally {
      await chmod(folder, 0o755);
    }
  });
});

/** Looks through all that a process can write to. */
async function memoryHolds(pid: number, text: string): Promise<boolean> {
  const program = `
import re, sys
needle = bytes(sys.argv[2], "ascii")
with open(f"/proc/{sys.argv[1]}/maps") as maps, open(f"/proc/{sys.argv[1]}/mem", "rb") as memory:
    for line in maps:
        begin, end, rights = re.match("([0-9a-f]+)-([0-9a-f]+) (\\\\S+)", line).groups()
        if "w" not in rights:
            continue
        memory.seek(int(begin, 16))
        try:
            if needle in memory.read(int(end, 16) - int(begin, 16)):
                print("found")
                break
        except OSError:
            pass
`;
  const { stdout } = await promisify(execFile)('/usr/bin/python3', ['-c', program, String(pid), text]);
  return stdout.includes('found');
}
