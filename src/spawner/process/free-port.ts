import { type AddressInfo, createServer } from 'node:net';

/** Ports given out lately: a server binds its own only seconds after it was told. */
const recent: number[] = [];
const remembered = 1000;
const tries = 50;

/** A port that nothing listens on at 127.0.0.1, and that was not given out lately where the machine has others. */
export async function findFreePort(): Promise<number> {
  let port = await anyFreePort();
  for (let tried = 1; recent.includes(port) && tried < tries; tried += 1) port = await anyFreePort();
  recent.push(port);
  if (recent.length > remembered) recent.shift();
  return port;
}

async function anyFreePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}
