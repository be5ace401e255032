import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** Whether nobody listens on this port of `host` yet. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  return (await portProblem(host, port)) !== 'EADDRINUSE';
}

/** Why one cannot listen there, as the system's code (`EADDRINUSE`, `EACCES`, `EADDRNOTAVAIL`…); null where one can. */
export async function portProblem(host: string, port: number): Promise<string | null> {
  try {
    await listenBriefly(host, port);
    return null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

const NEIGHBOURS = 100;

/**
 * A TCP port that is free on `host` at this moment: `preferred`, else one of the next hundred, else any (0: any at once). One that is
 * kept should not be among those that the system gives to whoever asks for any, which may be taken while it is not used.
 */
export async function freePort(host: string, preferred: number): Promise<number> {
  const neighbours = Array.from({ length: NEIGHBOURS }, (_, index) => preferred + index);
  for (const wanted of preferred === 0 ? [] : neighbours) {
    const port = await tryPort(host, wanted);
    if (port !== undefined) return port;
  }
  const port = await tryPort(host, 0);
  if (port === undefined) throw new Error(`no port is free on ${host}`);
  return port;
}

/** @returns the port, or undefined where it is taken */
async function tryPort(host: string, port: number): Promise<number | undefined> {
  return listenBriefly(host, port).catch(() => undefined);
}

/** Listens and closes again. @throws what `listen` does */
async function listenBriefly(host: string, port: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  } finally {
    server.close();
  }
}
