import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether nobody listens on this port of `host` yet. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  return (await tryPort(host, port)) !== undefined;
}

/** A TCP port that is free on `host` at this moment: `preferred` where that is, else any. */
export async function freePort(host: string, preferred: number): Promise<number> {
  const port = (await tryPort(host, preferred)) ?? (await tryPort(host, 0));
  if (port === undefined) throw new Error(`no port is free on ${host}`);
  return port;
}

/** Listens and closes again. @returns the port, or undefined where it is taken. */
async function tryPort(host: string, port: number): Promise<number | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'object' ? address?.port : undefined;
  } catch {
    return undefined;
  } finally {
    server.close();
  }
}
