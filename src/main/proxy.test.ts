import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const PROGRAM = new URL('./polder.ts', import.meta.url).pathname;

let folder: string;
let child: ChildProcess | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-command-'));
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function start(...argv: string[]): { readonly child: ChildProcess; readonly output: () => string } {
  let output = '';
  child = fork(PROGRAM, ['proxy', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, CONFIGPROXY_AUTH_TOKEN: 'secret' },
  });
  for (const stream of [child.stdout!, child.stderr!])
    stream.on('data', (piece) => {
      output += piece;
    });
  return { child, output: () => output };
}

const ANYWHERE = ['--ip=127.0.0.1', '--port=0', '--api-ip=127.0.0.1'];

describe('polder proxy', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('answers, and ends cleanly at %s', async (signal) => {
    const pidFile = join(folder, 'proxy.pid');
    const { child: proxy, output } = start(...ANYWHERE, `--pid-file=${pidFile}`);
    const [ready] = await once(proxy, 'message');
    expect(readFileSync(pidFile, 'utf8')).toBe(`${proxy.pid}`);
    const response = await fetch(`http://127.0.0.1:${ready.port}/_chp_healthz`);
    expect(await response.json()).toEqual({ status: 'OK' });
    expect((await fetch(`http://127.0.0.1:${ready.apiPort}/api/routes`)).status).toBe(403);
    const exited = once(proxy, 'exit');
    proxy.kill(signal);
    expect(await exited).toEqual([0, null]);
    expect(existsSync(pidFile)).toBe(false);
    expect(output()).not.toContain('secret');
  });

  test('ends when its supervisor is gone', async () => {
    const { child: proxy } = start(...ANYWHERE);
    await once(proxy, 'message');
    const exited = once(proxy, 'exit');
    proxy.disconnect();
    expect(await exited).toEqual([0, null]);
  });

  test('says why it cannot start, and ends with 1', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    for (const [argv, message] of [
      [['--ip=127.0.0.1', `--port=${port}`, '--api-port=0'], /cannot start: .*EADDRINUSE/],
      [['--default-target=here'], /cannot start: .*"here" is not a URL/],
      [['--storage-backend=redis'], /kept in memory only/],
      [['--nonsense'], /unknown option '--nonsense'/],
    ] as const) {
      const { child: proxy, output } = start(...argv);
      const [code] = await once(proxy, 'close');
      expect([code, output()]).toEqual([1, expect.stringMatching(message)]);
    }
    taken.close();
  });
});
