import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { freePort } from './free-port.ts';

const host = '127.0.0.1';

test('the port that is preferred, else one of its neighbours', async () => {
  await using taken = createServer().listen(0, host);
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const found = await freePort(host, port);
  expect(found).toBeGreaterThan(port);
  expect(found).toBeLessThanOrEqual(port + 100);
});

test('any port where none is preferred', async () => {
  expect(await freePort(host, 0)).toBeGreaterThan(100);
});
