import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { isReachable } from './git.ts';

it('gives up on a host that takes the call and never answers', async () => {
  await using server = createServer((socket) => socket.resume().on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  expect(await isReachable(`git://127.0.0.1:${port}/course.git`, 300)).toBe(false);
});

it('does not reach a host that does not exist', async () => {
  expect(await isReachable('https://course.invalid/course.git')).toBe(false);
});
