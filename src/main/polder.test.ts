import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { packagePath } from '../lib/asset.ts';

/** What the command line says and with which code it ends. */
function polder(...args: readonly string[]): Promise<{ readonly code: unknown; readonly said: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [packagePath('src/main/polder.ts'), ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, said: stdout + stderr });
    });
  });
}

const EXAMPLE = packagePath('examples/hydrodynamics-course/config.yaml');

test.each([
  ['an option that there is not', ['check', '-f', EXAMPLE, '--sctrict'], '--strict'],
  ['a command that there is not', ['chekc'], 'check'],
  ['no file', ['check'], 'Name at least one file'],
  ['what is no finding', ['check', '-f', EXAMPLE, '--accept', 'singleuser.cpu'], 'CODE@PATH'],
  ['two files where one is read', ['migrate', '-f', EXAMPLE, '-f', EXAMPLE], 'takes one file'],
  ['what is no version', ['check', '-f', EXAMPLE, '--chart-version', 'newest'], 'no version of a chart'],
  ['the same before a start', ['up', '--chart-version', 'newest'], 'no version of a chart'],
  [
    'the same before a migration',
    ['migrate', '-f', EXAMPLE, '--chart-version', 'x'],
    'no version of a chart',
  ],
  ['a port that there is not', ['up', '--port', '99999'], 'A port is 1 to 65535'],
])('%s is a mistake in the command: 2, with what it should be', async (_, args, hint) => {
  const { code, said } = await polder(...args);
  expect(code).toBe(2);
  expect(said).toContain(hint);
});

test('help is no mistake', async () => {
  expect(await polder('check', '--help')).toMatchObject({ code: 0 });
});

test('the chart may be said on the command line, to every command alike', async () => {
  const shown = await polder('config', 'show', '-f', EXAMPLE, '--json', '--chart-version', 'v0.9.1');
  expect(JSON.parse(shown.said).generation).toBe('0.9');
});

test.each(['backup', 'restore', 'stop-servers'])(
  '%s takes the files of a course as the command that started it does',
  async (command) => {
    const { said } = await polder(command, '--help');
    for (const option of ['--config <file...>', '--data', '--accept', '--chart-version'])
      expect(said).toContain(option);
  },
);

test('the first of several files says which course it is that servers are stopped of', async () => {
  const files = ['-f', 'no-such-folder/tides.yaml', '-f', 'no-such-folder/secrets.yaml'];
  const { code, said } = await polder('stop-servers', ...files);
  expect(code).toBe(1);
  expect(said).toMatch(/No course was ever started in .*tides\./);
});
