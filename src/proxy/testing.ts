/** What the tests of the proxy share: a proxy on free ports, and both of its neighbours as bare sockets. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { pino } from 'pino';
import { type RunningProxy, startProxy } from './proxy.ts';
import type { ProxyOptions } from './proxy-options.ts';

/** A silent proxy on 127.0.0.1, whose API is open. */
export function startTestProxy(options: Partial<ProxyOptions> = {}): Promise<RunningProxy> {
  return startProxy({
    ip: '127.0.0.1',
    port: 0,
    apiIp: '127.0.0.1',
    apiPort: 0,
    closeTimeout: 200,
    logger: pino({ level: 'silent' }),
    ...options,
  });
}

/** One end of a connection: what came in, and waiting for it. */
export class RawPeer implements AsyncDisposable {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  /** The other side has said that it sends nothing more. */
  ended = false;
  closed = false;
  #changed = Promise.withResolvers<void>();

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes) => {
      this.received = Buffer.concat([this.received, bytes]);
      this.#notify();
    });
    socket.on('end', () => {
      this.ended = true;
      this.#notify();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.#notify();
    });
  }

  get text(): string {
    return this.received.toString('latin1');
  }

  send(bytes: string | Buffer): void {
    this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Resolves once the condition holds; the test's own time limit is the limit. */
  async until(condition: (peer: this) => boolean): Promise<void> {
    while (!condition(this)) await this.#changed.promise;
  }

  /** Resolves once so much text has come; `text` has it. */
  async untilText(part: string): Promise<string> {
    await this.until(() => this.text.includes(part) || this.closed);
    if (!this.text.includes(part))
      throw new Error(
        `The connection closed before ${JSON.stringify(part)} came: ${JSON.stringify(this.text)}`,
      );
    return this.text;
  }

  /** Resolves with everything, once the other side sends nothing more. */
  async untilEnd(): Promise<string> {
    await this.until(() => this.ended || this.closed);
    return this.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy();
    await this.until(() => this.closed);
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

export async function connectRaw(port: number | undefined): Promise<RawPeer> {
  const socket = connect({ host: '127.0.0.1', port: port!, allowHalfOpen: true, noDelay: true });
  const peer = new RawPeer(socket);
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return peer;
}

/** A server behind the proxy that shows every byte that reaches it. */
export class RawServer implements AsyncDisposable {
  readonly peers: RawPeer[] = [];
  port = 0;
  readonly #server: Server;
  #changed = Promise.withResolvers<void>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @param answer Called with each piece that arrives; nothing is answered without it.
   */
  static async start(
    answer?: (peer: RawPeer, piece: Buffer) => void,
    options: { readonly port?: number } = {},
  ): Promise<RawServer> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const raw = new RawServer(server);
    server.on('connection', (socket) => {
      const peer = new RawPeer(socket);
      raw.peers.push(peer);
      if (answer !== undefined) socket.on('data', (piece) => answer(peer, piece));
      // As most servers do; what wants the other half says so itself.
      socket.on('end', () => socket.end());
      raw.#changed.resolve();
      raw.#changed = Promise.withResolvers();
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    raw.port = (server.address() as AddressInfo).port;
    return raw;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Everything that has come, on all connections. */
  get text(): string {
    return this.peers.map((peer) => peer.text).join('');
  }

  /** The connection with this number, once it is there. */
  async peer(index: number): Promise<RawPeer> {
    while (this.peers[index] === undefined) await this.#changed.promise;
    return this.peers[index];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const peer of this.peers) peer.socket.destroy();
    await closed;
  }
}

/** Answers each piece that holds the end of a head, for requests that come one at a time. */
export function answering(response: string): (peer: RawPeer, piece: Buffer) => void {
  return (peer, piece) => {
    if (piece.includes('\r\n\r\n')) peer.send(response);
  };
}

export const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
