/** What `npm pack` makes, installed in an empty folder as whoever does not have the sources would. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../src/lib/free-port.ts';

const repository = fileURLToPath(new URL('../..', import.meta.url));

describe('the package', () => {
  let folder: string;
  let command: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'polder-package-'));
    const run = (...args: string[]) =>
      execFileSync('npm', args, { cwd: repository, encoding: 'utf8', stdio: 'pipe' });
    const [tarball] = run('pack', '--silent', '--pack-destination', folder).trim().split('\n').slice(-1);
    run('install', '--prefix', folder, '--no-audit', '--no-fund', join(folder, tarball!));
    command = join(folder, 'node_modules', '.bin', 'polder');
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('brings everything: no other package is installed with it', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['polder']);
  });

  test('brings no sources, and the licences of what it bundles', () => {
    const brought = readdirSync(join(folder, 'node_modules', 'polder'));
    expect(brought).not.toContain('src');
    expect(readdirSync(join(folder, 'node_modules', 'polder', 'dist'))).toContain('THIRD-PARTY-LICENSES');
  });

  test('runs the example course in an empty folder, and ends when it is asked to', async () => {
    const port = await freePort('127.0.0.1', 8123);
    const args = ['up', '--spawner=simulated', `--port=${port}`, `--data=${join(folder, 'data')}`];
    const polder = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(polder, 'exit');
    try {
      let output = '';
      for (const stream of [polder.stdout, polder.stderr]) stream.on('data', (text) => (output += text));
      await expect.poll(() => output, { timeout: 120_000 }).toContain('Hydrodynamics is ready');
      const health = await fetch(`http://127.0.0.1:${port}/hub/health`);
      expect(health.status).toBe(200);
    } finally {
      polder.kill('SIGTERM');
      expect(await ended).toEqual([0, null]);
    }
  });
});
