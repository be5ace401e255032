/**
 * `npm test`: set-up, then the tests that need no other servers than those it starts itself. Arguments go to vitest:
 * `npm test -- src/proxy`. `POLDER_TEST_REPORT` names a file for the results as JSON.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ensureBundle } from './checkout.mjs';
import { runToEnd } from './child.mjs';
import { elapsed, giveUp, SetUpError, say } from './say.mjs';
import { root, setUp } from './set-up.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'polder-test-'));
const report = process.env.POLDER_TEST_REPORT || join(scratch, 'report.json');
const args = process.argv.slice(2);

try {
  const started = Date.now();
  const cache = await setUp();
  await ensureBundle(root, cache);
  const python = await pythonEnvironment(cache);
  say(`Set-up is complete (${elapsed(started)}).`);
  process.exitCode = await runToEnd(
    process.execPath,
    [
      join(root, 'node_modules', 'vitest', 'vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...args,
    ],
    { cwd: root, env: { ...process.env, POLDER_CACHE: cache, POLDER_TEST_PYTHON: python } },
  );
  tellSkipped();
} catch (error) {
  rmSync(scratch, { recursive: true, force: true });
  giveUp(error);
}
rmSync(scratch, { recursive: true, force: true });

/** Path of a Python that can run single-user servers. @param {string} cache */
async function pythonEnvironment(cache) {
  const { preparePythonEnvironment } = await import('../src/spawner/process/python-environment.ts');
  try {
    return (await preparePythonEnvironment({ cache, log: say })).python;
  } catch (error) {
    throw error.code === 'unavailable' ? new SetUpError(error.message) : error;
  }
}

function tellSkipped() {
  const { testResults } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : { testResults: [] };
  const skipped = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => `  ${relative(root, name)}: ${fullName}`),
  );
  if (skipped.length > 0) say(`Skipped:\n${skipped.join('\n')}`);
  if (skipped.length > 0 && process.getuid?.() !== 0) {
    say(
      'Tests of what Polder does as root are skipped for other users; run them as root, in a container for example.',
    );
  }
  if (args.length > 0) return;
  say(
    'Not run: the tests with a real browser and real servers (test/e2e). .ci/run installs what they need and runs them.',
  );
}
