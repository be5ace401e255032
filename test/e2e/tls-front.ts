/** HTTPS before a server that has none, with a certificate of its own: what stands before a service in real life. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { makeCertificate } from '../../src/proxy/testing-certificate.ts';

export class TlsFront implements AsyncDisposable {
  readonly #server: Server;
  /** Its origin. */
  readonly url: string;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `https://localhost:${(server.address() as AddressInfo).port}`;
  }

  /** @param options.certificateFile where its certificate is written, for whoever has to trust it */
  static async open(target: string, options: { readonly certificateFile: string }): Promise<TlsFront> {
    const { key, cert } = makeCertificate('localhost');
    await writeFile(options.certificateFile, cert);
    const { hostname, port } = new URL(target);
    const server = createServer({ key, cert }, (incoming, outgoing) => {
      const { method, url: path, headers } = incoming;
      const host = headers.host ?? '';
      const forwarded = request(
        {
          hostname,
          port,
          method,
          path,
          headers: {
            ...headers,
            'x-forwarded-proto': 'https',
            'x-forwarded-host': host,
            'x-forwarded-port': host.split(':')[1] ?? '443',
          },
        },
        (answer) => {
          outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(outgoing);
        },
      );
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TlsFront(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
