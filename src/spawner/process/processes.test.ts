import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { isAlive, openProcessTable } from './processes.ts';

describe.each(['linux', 'darwin'] as const)('the process table as %s tells it', (platform) => {
  test.runIf(process.platform === 'linux' || process.platform === platform)(
    'names a process beyond doubt, and knows when it has ended',
    async () => {
      const table = await openProcessTable(platform);
      const child = spawn('/bin/sh', ['-c', 'read line'], { stdio: ['pipe', 'ignore', 'ignore'] });
      const pid = child.pid!;
      const found = (await table.read(pid))!;
      expect(found).toMatchObject({ pid, parent: process.pid });
      const name = { pid, startTime: found.startTime, bootId: table.bootId };
      expect(await isAlive(table, name)).toBe(true);
      expect(await isAlive(table, { ...name, startTime: `${name.startTime}1` })).toBe(false);
      expect(await isAlive(table, { ...name, bootId: 'another' })).toBe(false);
      expect((await table.all()).find((one) => one.pid === pid)).toEqual(found);
      expect(await table.memory(pid)).toBeGreaterThan(10_000);
      child.stdin!.end();
      await once(child, 'exit');
      expect(await isAlive(table, name)).toBe(false);
      expect(await table.read(pid)).toBeNull();
    },
  );
});

test('what nobody has waited for yet counts as ended', async () => {
  const table = await openProcessTable();
  // The inner shell ends at once; the outer one becomes a program that never asks for it.
  const child = spawn('/bin/sh', ['-c', 'true & echo $!; exec sleep 100']);
  const [output] = (await once(child.stdout, 'data')) as [Buffer];
  const pid = Number(output.toString());
  await expect.poll(() => table.read(pid), { timeout: 20_000 }).toBeNull();
  child.kill('SIGKILL');
  await once(child, 'exit');
});

test('a variable is found in an environment only as a whole', async () => {
  const table = await openProcessTable();
  const child = spawn('sleep', ['100'], {
    env: { PATH: process.env.PATH, POLDER_RUN: 'abc/srv-1/1', X: 'y' },
  });
  await once(child, 'spawn');
  await expect
    .poll(() => table.environmentHolds(child.pid!, 'POLDER_RUN=abc/srv-1/1'), { timeout: 20_000 })
    .toBe(true);
  expect(await table.environmentHolds(child.pid!, 'POLDER_RUN=abc/srv-1')).toBe(false);
  expect(await table.environmentHolds(child.pid!, 'RUN=abc/srv-1/1')).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
});
