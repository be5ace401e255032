import { freePort } from '../../lib/free-port.ts';

/** Ports given out lately: a server binds its own only seconds after it was told. */
const recent: number[] = [];
const remembered = 1000;
const tries = 50;
const host = '127.0.0.1';

/** A port that nothing listens on at 127.0.0.1, and that was not given out lately where the machine has others. */
export async function findFreePort(): Promise<number> {
  let port = await freePort(host, 0);
  for (let tried = 1; recent.includes(port) && tried < tries; tried += 1) port = await freePort(host, 0);
  recent.push(port);
  if (recent.length > remembered) recent.shift();
  return port;
}
