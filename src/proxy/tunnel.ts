import type { ClientConnection } from './client-connection.ts';
import type { Forwarding } from './forwarding.ts';
import type { ProxyRoute } from './route-table.ts';
import type { UpstreamConnection } from './upstream-pool.ts';

/**
 * Two connections as one, in the protocol that client and server have switched to (mostly WebSocket): bytes go both
 * ways as they come, and either side is only read as fast as the other takes. Each piece counts as activity.
 */
export class Tunnel {
  readonly #client: ClientConnection;
  readonly #upstream: UpstreamConnection;
  readonly #route: ProxyRoute;
  readonly #forwarding: Forwarding;
  #halfClosed = false;

  constructor(
    client: ClientConnection,
    upstream: UpstreamConnection,
    route: ProxyRoute,
    forwarding: Forwarding,
  ) {
    this.#client = client;
    this.#upstream = upstream;
    this.#route = route;
    this.#forwarding = forwarding;
    // A WebSocket may be silent for as long as it likes; TCP keep-alive finds those whose other end is gone.
    client.deadline = 0;
    upstream.deadline = 0;
    forwarding.counters.tunnels += 1;
  }

  clientBytes(bytes: Buffer): void {
    this.#touch();
    if (!this.#upstream.socket.write(bytes)) this.#client.pause();
  }

  upstreamBytes(bytes: Buffer): void {
    this.#touch();
    if (!this.#client.write(bytes)) this.#upstream.socket.pause();
  }

  clientDrained(): void {
    this.#upstream.socket.resume();
  }

  upstreamDrained(): void {
    this.#client.resume();
  }

  clientEnded(): void {
    this.#upstream.socket.end();
    this.#closeOtherHalf();
  }

  upstreamEnded(): void {
    this.#client.socket.end();
    this.#closeOtherHalf();
  }

  clientGone(): void {
    this.#forwarding.counters.tunnels -= 1;
    this.#upstream.discard();
  }

  upstreamLost(): void {
    // Lets the client have what is still on the way to it.
    if (this.#client.socket.writableLength > 0 && !this.#client.socket.writableEnded) {
      this.#client.socket.end();
      this.#client.deadline = this.#forwarding.deadlines.in(HALF_CLOSED);
      this.#client.resume();
    } else this.#client.socket.destroySoon();
  }

  #touch(): void {
    this.#route.lastActivity = this.#forwarding.now();
    if (this.#halfClosed) this.#client.deadline = this.#forwarding.deadlines.in(HALF_CLOSED);
  }

  #closeOtherHalf(): void {
    this.#halfClosed = true;
    this.#client.deadline = this.#forwarding.deadlines.in(HALF_CLOSED);
  }
}

/** Milliseconds that may pass without a byte once one side has nothing more to say. */
const HALF_CLOSED = 30_000;
