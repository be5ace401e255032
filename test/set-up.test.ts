/** What `npm start` does before anything of ours can run: Node's signals, npm's absence, the counts of `.ci/run`. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packagePath } from '../src/lib/asset.ts';
import { cacheFolder } from '../src/main/cache-folder.ts';

const bin = packagePath('bin');

let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'polder-set-up-'));
});

afterEach(() => rm(scratch, { recursive: true }));

describe('a program run by another Node in our place', () => {
  let launcher: ChildProcess;

  async function launch(program: string): Promise<ChildProcess> {
    const relay = JSON.stringify(pathToFileURL(join(bin, 'relay.mjs')).href);
    const child = join(scratch, 'child.mjs');
    await writeFile(
      child,
      `import { endWithRelay } from ${relay};\nendWithRelay();\nconst forever = setInterval(() => {}, 1000);\n${program}\nconsole.log('ready', process.pid);\n`,
    );
    const parent = join(scratch, 'parent.mjs');
    await writeFile(
      parent,
      `import { relay } from ${relay};\nawait relay(process.execPath, [${JSON.stringify(child)}]);\n`,
    );
    launcher = spawn(process.execPath, [parent], { stdio: ['ignore', 'pipe', 'inherit'] });
    return launcher;
  }

  /** Resolves when the program has written `text`; everything that it has written so far. */
  async function written(text: string): Promise<string> {
    let output = '';
    for await (const chunk of launcher.stdout!.iterator({ destroyOnReturn: false })) {
      output += chunk;
      if (output.includes(text)) return output;
    }
    throw new Error(`The program ended without ${text}: ${output}`);
  }

  it('gets a signal once that reaches us twice, and we end with its exit code', async () => {
    await launch(`
      let count = 0;
      process.on('SIGINT', () => { count += 1; console.log('asked', count); setTimeout(() => process.exit(40 + count), 100); });
    `);
    await written('ready');
    launcher.kill('SIGINT');
    launcher.kill('SIGINT');
    expect(await once(launcher, 'exit')).toEqual([41, null]);
  });

  it('ends with the code of a shell when a signal ends it', async () => {
    await launch('');
    await written('ready');
    launcher.kill('SIGTERM');
    expect(await once(launcher, 'exit')).toEqual([143, null]);
  });

  it('ends too when we are ended by force', async () => {
    await launch(`process.on('SIGTERM', () => { console.log('alone'); process.exit(); });`);
    await written('ready');
    launcher.kill('SIGKILL');
    expect(await written('alone')).toContain('alone');
  });
});

describe('set-up', () => {
  it('says what to install where there is no npm', async () => {
    await cp(bin, join(scratch, 'bin'), { recursive: true });
    for (const folder of ['src/main', 'src/lib', 'empty'])
      await mkdir(join(scratch, folder), { recursive: true });
    await cp(packagePath('src/lib/lock-file.ts'), join(scratch, 'src/lib/lock-file.ts'));
    await writeFile(join(scratch, 'package.json'), '{"type": "module"}');
    await writeFile(
      join(scratch, 'package-lock.json'),
      '{"packages": {"node_modules/a": {"version": "1.0.0"}}}',
    );
    const { status, stderr } = spawnSync(process.execPath, [join(scratch, 'bin', 'polder.mjs'), 'up'], {
      encoding: 'utf8',
      env: { PATH: join(scratch, 'empty'), POLDER_CACHE: join(scratch, 'cache') },
    });
    expect(stderr).toContain(
      'polder: npm is not installed. Install it (on Debian and Ubuntu: apt-get install npm)',
    );
    expect(status).toBe(1);
  });

  it.each([{ POLDER_CACHE: '/srv/cache' }, { XDG_CACHE_HOME: '/srv/xdg' }, {}])(
    'keeps what it installs where the program looks for it: %o',
    async (environment) => {
      const { cacheFolder: ofSetUp } = await import(pathToFileURL(join(bin, 'cache-folder.mjs')).href);
      expect(ofSetUp(environment)).toBe(cacheFolder(environment));
    },
  );
});

describe('the counts of .ci/run', () => {
  const count = (...args: string[]) =>
    execFileSync(process.execPath, [packagePath('.ci/count.mjs'), ...args], { encoding: 'utf8' }).trim();

  async function report(...files: { status: string; results: string[] }[]): Promise<string> {
    const path = join(scratch, 'report.json');
    const testResults = files.map(({ status, results }) => ({
      status,
      assertionResults: results.map((result) => ({ status: result })),
    }));
    await writeFile(path, JSON.stringify({ testResults }));
    return path;
  }

  it('are those of the report', async () => {
    const results = ['passed', 'passed', 'failed', 'skipped', 'todo'];
    expect(count('report', await report({ status: 'failed', results }), '1')).toBe('2 1 2');
  });

  it('have a failure for a file that could not be loaded', async () => {
    const path = await report({ status: 'passed', results: ['passed'] }, { status: 'failed', results: [] });
    expect(count('report', path, '1')).toBe('1 1 0');
  });

  it('have a failure where all tests passed and the run did not', async () => {
    expect(count('report', await report({ status: 'passed', results: ['passed'] }), '1')).toBe('1 1 0');
  });

  it('have a failure where there is no report', () => {
    expect(count('report', join(scratch, 'nowhere.json'), '0')).toBe('0 1 0');
  });

  it('end in the line that says it all', async () => {
    const path = join(scratch, 'counts');
    await writeFile(path, '20 0 0\n1 0 0\n');
    expect(count('sum', path)).toBe('21 passed, 0 failed');
    await writeFile(path, '20 1 0\n1 0 2\n');
    expect(
      spawnSync(process.execPath, [packagePath('.ci/count.mjs'), 'sum', path], { encoding: 'utf8' }),
    ).toMatchObject({
      stdout: '21 passed, 1 failed, 2 skipped\n',
      status: 1,
    });
  });
});
