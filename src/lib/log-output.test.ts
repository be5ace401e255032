import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LogOutput } from './log-output.ts';

const line = (number: number) => `${number} ${'x'.repeat(100)}\n`;

test('a line that cannot be written stops nobody', () => {
  // Every write to it ends with ENOSPC.
  const full = openSync('/dev/full', 'w');
  const output = new LogOutput(full);
  for (let number = 0; number < 3_000; number += 1) output.write(line(number));
});

test('lines that could not be written are written later, the oldest given up and counted', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'polder-log-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Takes 64 KiB while nobody reads.
  const fd = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
  const output = new LogOutput(fd);
  for (let number = 0; number < 3_000; number += 1) output.write(line(number));
  let read = '';
  const chunk = Buffer.alloc(65_536);
  await expect
    .poll(
      () => {
        try {
          read += chunk.toString('latin1', 0, readSync(fd, chunk));
        } catch (error) {
          expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
        }
        return read;
      },
      { timeout: 20_000, interval: 10 },
    )
    .toContain('could not be written');
  closeSync(fd);
  rmSync(folder, { recursive: true });
  const lines = read.trimEnd().split('\n');
  const { msg } = JSON.parse(lines.pop()!) as { msg: string };
  expect(lines[0]).toBe(line(0).trimEnd());
  expect(lines.at(-1)).toBe(line(2_999).trimEnd());
  expect(lines.every((one) => /^\d+ x{100}$/.test(one))).toBe(true);
  expect(msg).toBe(`${3_000 - lines.length} lines of this log could not be written`);
});
