/** One small HTTP server, in a process of its own, that answers for every single-user server there could be. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

export class NothingServer implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  static async start(host = '127.0.0.1'): Promise<NothingServer> {
    const child = fork(fileURLToPath(import.meta.url), [host]);
    const [port] = await once(child, 'message');
    return new NothingServer(child, port as number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const exit = once(this.#child, 'exit');
    this.#child.disconnect();
    await exit;
  }
}

if (import.meta.main) {
  const server = createServer((_request, response) => {
    // Hubs know a single-user server by this header.
    response
      .writeHead(200, { 'content-type': 'application/json', 'x-jupyterhub-version': '6.1.1' })
      .end('{}');
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, process.argv[2], () => process.send?.((server.address() as AddressInfo).port));
  await once(process, 'disconnect');
  server.closeAllConnections();
  server.close();
}
