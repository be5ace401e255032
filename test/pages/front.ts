/** What stands before a hub in a browser test: one origin for its pages and for the servers, which it plays itself. */
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class Front implements AsyncDisposable {
  readonly #hub: URL;
  readonly #server: Server;
  #port = 0;

  private constructor(hub: string) {
    this.#hub = new URL(hub);
    this.#server = createServer((incoming, outgoing) => {
      if (incoming.url?.startsWith('/user/')) {
        outgoing.setHeader('content-type', 'text/html; charset=utf-8');
        outgoing.end('<!doctype html><title>Server</title><h1>A server</h1>');
        return;
      }
      const { method, url: path, headers } = incoming;
      const { hostname: host, port } = this.#hub;
      const forwarded = request({ host, port, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.on('error', () => outgoing.destroy());
      outgoing.on('close', () => forwarded.destroy());
      incoming.pipe(forwarded);
    });
  }

  static async open(hub: string): Promise<Front> {
    const front = new Front(hub);
    await front.listen();
    return front;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Again where it was, after `close`. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection, and takes no new ones. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
