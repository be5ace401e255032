import { connect as connectTcp, type Socket } from 'node:net';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Deadlines, Timed } from './deadlines.ts';
import { connectTls } from './node-tls.ts';
import type { Target } from './target.ts';

/** Who uses a connection to a server at the moment. */
export interface UpstreamUser {
  upstreamConnected(): void;
  upstreamBytes(bytes: Buffer): void;
  upstreamDrained(): void;
  /** The server sends nothing more. */
  upstreamEnded(): void;
  /** The connection is gone, or never came about; nothing follows. */
  upstreamLost(error: Error | undefined): void;
}

/** A connection to a server: in use while it has a user, else idle in the pool. */
export class UpstreamConnection implements Timed {
  deadline = 0;
  user: UpstreamUser | undefined;
  connected = false;
  /** It has answered a request before, so the server may close it at any moment. */
  reused = false;
  /** It was closed because the server took too long. */
  expired = false;
  /** When it became idle, by `performance.now()`. */
  idleSince = 0;
  readonly target: Target;
  readonly socket: Socket;
  readonly #pool: UpstreamPool;
  #error: Error | undefined;

  constructor(target: Target, socket: Socket, pool: UpstreamPool) {
    this.target = target;
    this.socket = socket;
    this.#pool = pool;
    socket.on(target.secure ? 'secureConnect' : 'connect', () => {
      this.connected = true;
      this.deadline = 0;
      this.user?.upstreamConnected();
    });
    socket.on('data', (bytes: Buffer) => {
      // Nobody asked: whatever it is, it must not be taken for the answer to the next request.
      if (this.user === undefined) socket.destroy();
      else this.user.upstreamBytes(bytes);
    });
    socket.on('drain', () => this.user?.upstreamDrained());
    socket.on('end', () => {
      if (this.user === undefined) socket.destroy();
      else this.user.upstreamEnded();
    });
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => {
      this.#pool.forget(this);
      const { user } = this;
      this.user = undefined;
      user?.upstreamLost(this.#error);
    });
  }

  expire(): void {
    this.expired = true;
    this.socket.destroy(
      this.connected
        ? new Error('no answer within the time allowed')
        : new Error('no connection within the time allowed'),
    );
  }

  /** Closes it and tells its user nothing. */
  discard(): void {
    this.user = undefined;
    this.socket.destroy();
  }
}

export interface UpstreamPoolOptions {
  readonly deadlines: Deadlines;
  /** Milliseconds. */
  readonly connectTimeout: number;
  /** Milliseconds for which an idle connection is kept. */
  readonly idleTimeout: number;
  /** For servers that are reached over TLS. */
  readonly tls: TlsOptions;
}

/**
 * Connections to servers, kept open between requests; the one that was used last is used first, so that what is not
 * needed ages and goes. There is no limit to those in use: each belongs to a request that a client waits for.
 */
export class UpstreamPool {
  readonly #options: UpstreamPoolOptions;
  readonly #idle = new Map<string, UpstreamConnection[]>();
  readonly #all = new Set<UpstreamConnection>();
  opened = 0;

  constructor(options: UpstreamPoolOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  /**
   * An idle connection to the target, or a new one; `user` is told all that happens to it.
   *
   * @param maxIdle Milliseconds for which a connection may have been idle.
   */
  take(target: Target, user: UpstreamUser, maxIdle: number): UpstreamConnection {
    const connection = this.#takeIdle(target, maxIdle) ?? this.#open(target);
    connection.user = user;
    return connection;
  }

  /** Takes back a connection that is ready for another request. */
  release(connection: UpstreamConnection, keepAliveSeconds: number): void {
    const { deadlines, idleTimeout } = this.#options;
    connection.user = undefined;
    connection.reused = true;
    if (connection.socket.destroyed || connection.socket.readableEnded) {
      connection.socket.destroy();
      return;
    }
    let idle = this.#idle.get(connection.target.key);
    if (idle === undefined) {
      idle = [];
      this.#idle.set(connection.target.key, idle);
    }
    if (idle.length >= MAX_IDLE) {
      connection.socket.destroy();
      return;
    }
    connection.idleSince = performance.now();
    // Gone before the server closes it.
    const kept = keepAliveSeconds > 0 ? Math.min(idleTimeout, keepAliveSeconds * 1000 - 1000) : idleTimeout;
    connection.deadline = deadlines.now + kept;
    idle.push(connection);
  }

  /** Closes the idle connections to a target that no route leads to. */
  closeIdle(target: Target): void {
    for (const connection of this.#idle.get(target.key)?.slice() ?? []) connection.socket.destroy();
    this.#idle.delete(target.key);
  }

  /** Called by a connection that is closed. */
  forget(connection: UpstreamConnection): void {
    this.#all.delete(connection);
    this.#options.deadlines.delete(connection);
    if (connection.user !== undefined) return;
    const idle = this.#idle.get(connection.target.key);
    const at = idle?.indexOf(connection) ?? -1;
    if (at < 0) return;
    idle!.splice(at, 1);
    if (idle!.length === 0) this.#idle.delete(connection.target.key);
  }

  /** Closes everything. */
  destroy(): void {
    for (const connection of this.#all) connection.socket.destroy();
  }

  #takeIdle(target: Target, maxIdle: number): UpstreamConnection | undefined {
    const idle = this.#idle.get(target.key);
    if (idle === undefined) return undefined;
    const now = performance.now();
    for (let last = idle.at(-1); last !== undefined; last = idle.at(-1)) {
      if (now - last.idleSince > maxIdle) return undefined;
      idle.pop();
      if (last.socket.destroyed) continue;
      last.deadline = 0;
      return last;
    }
    return undefined;
  }

  #open(target: Target): UpstreamConnection {
    const { deadlines, connectTimeout, tls } = this.#options;
    this.opened += 1;
    const common = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000, allowHalfOpen: true };
    const address =
      target.socketPath === undefined
        ? { host: target.host, port: target.port }
        : { path: target.socketPath };
    const socket = target.secure
      ? connectTls({ servername: isName(target.host) ? target.host : '', ...tls, ...common, ...address })
      : connectTcp({ ...common, ...address });
    const connection = new UpstreamConnection(target, socket, this);
    connection.deadline = deadlines.in(connectTimeout);
    this.#all.add(connection);
    deadlines.add(connection);
    return connection;
  }
}

const MAX_IDLE = 256;

/** Server names of TLS are names: an address is not sent (RFC 6066 section 3). */
function isName(host: string): boolean {
  return !/^[\d.]+$|:/.test(host);
}
