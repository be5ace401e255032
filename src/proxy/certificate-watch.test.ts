import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { watchCertificate } from './certificate-watch.ts';

test('a certificate that is replaced is noticed, and tried again until it can be used', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'certificate-'));
  const file = join(folder, 'cert');
  await writeFile(file, 'old');
  let calls = 0;
  const used = Promise.withResolvers<void>();
  {
    const logger = pino({ level: 'silent' });
    using _watch = watchCertificate(
      [file],
      () => {
        calls += 1;
        if (calls === 1) throw new Error('the key does not fit yet');
        used.resolve();
      },
      { logger, periodMs: 5 },
    );
    await writeFile(join(folder, 'new'), 'renewed');
    await rename(join(folder, 'new'), file);
    await used.promise;
  }
  expect(calls).toBe(2);
  await rm(folder, { recursive: true });
});
