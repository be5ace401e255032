import { BodyScanner } from './body-scanner.ts';
import type { ClientConnection } from './client-connection.ts';
import type { Forwarding } from './forwarding.ts';
import { METHOD } from './llhttp.ts';
import { type LocalResponseOptions, localResponse } from './local-response.ts';
import { requestPath } from './request-path.ts';
import { type Answered, BROKEN, MORE, ResponseRelay, SWITCHED, WHOLE } from './response-relay.ts';
import type { ProxyRoute } from './route-table.ts';
import type { Target } from './target.ts';
import { Tunnel } from './tunnel.ts';
import type { UpstreamConnection, UpstreamUser } from './upstream-pool.ts';

/**
 * One request and its response on their way through. A client has one exchange after the other, in the same object.
 *
 * It is one of: idle (`active` is false); forwarding, to and from a server; local, while a page of our own is made;
 * or a tunnel, until the end. Meanwhile the request's body may still be coming.
 */
export class Exchange implements UpstreamUser, Answered {
  active = false;
  /** Reading from the client is stopped, because the server does not take its bytes as fast. */
  holdsClient = false;
  http10 = false;
  toHead = false;
  upgrade = false;
  close = false;
  host = '';

  readonly #client: ClientConnection;
  readonly #forwarding: Forwarding;
  readonly #request = new BodyScanner();
  readonly #response: ResponseRelay;
  #url = '';
  #route: ProxyRoute | undefined;
  #upstream: UpstreamConnection | undefined;
  #tunnel: Tunnel | undefined;
  /** The whole request, as long as it may be sent once more. */
  #replay: Buffer | undefined;

  constructor(client: ClientConnection, forwarding: Forwarding) {
    this.#client = client;
    this.#forwarding = forwarding;
    this.#response = new ResponseRelay(forwarding, this, (bytes) => this.#write(bytes));
  }

  get target(): Target | undefined {
    return this.#route?.target;
  }

  /**
   * Begins with the request that `forwarding.requestHead` has just read.
   *
   * @returns How many of the bytes, from their beginning on, belong to the request.
   */
  begin(bytes: Buffer): number {
    const { requestHead: head, counters, settings, deadlines } = this.#forwarding;
    this.active = true;
    this.holdsClient = false;
    this.#url = head.url;
    this.host = head.host;
    this.toHead = head.method === METHOD.HEAD;
    this.upgrade = head.upgrade;
    this.http10 = head.http10;
    this.close = !head.keepAlive || this.#forwarding.closing;
    this.#response.clear();
    this.#request.begin(head.framing, head.contentLength);
    const end = this.#request.scan(bytes, head.end, bytes.length);
    if (end < 0) {
      this.#refuse();
      return bytes.length;
    }
    this.#client.deadline = deadlines.in(this.#request.done ? settings.timeout : this.#stallTimeout());
    if (this.#url === '/_chp_healthz') {
      this.#respond(200, { body: HEALTHY, headers: { 'Content-Type': 'application/json' } });
      return end;
    }
    if (head.upgrade) counters.webSocket += 1;
    else counters.web += 1;
    this.#forward(end);
    return end;
  }

  /** @returns How many of the bytes belong to this request; the rest is the client's next one. */
  clientBytes(bytes: Buffer): number {
    if (this.#tunnel !== undefined) {
      this.#tunnel.clientBytes(bytes);
      return bytes.length;
    }
    if (this.#request.done) return 0;
    const end = this.#request.scan(bytes, 0, bytes.length);
    if (end < 0) {
      this.#refuse();
      return bytes.length;
    }
    const { settings, deadlines, now } = this.#forwarding;
    this.#client.deadline = deadlines.in(this.#request.done ? settings.timeout : this.#stallTimeout());
    // While a page of our own is made, nobody wants the body.
    if (this.#upstream === undefined) return end;
    if (this.#route !== undefined) this.#route.lastActivity = now();
    this.#touchUpstream();
    if (!this.#upstream.socket.write(end === bytes.length ? bytes : bytes.subarray(0, end)))
      this.#holdClient();
    return end;
  }

  clientDrained(): void {
    if (this.#tunnel !== undefined) this.#tunnel.clientDrained();
    else if (this.#upstream !== undefined) {
      this.#touchClient();
      this.#touchUpstream();
      this.#upstream.socket.resume();
    }
  }

  /** @returns Whether the connection may live on. */
  clientEnded(): boolean {
    if (this.#tunnel === undefined) return false;
    this.#tunnel.clientEnded();
    return true;
  }

  /** The connection is closed. */
  clientGone(): void {
    this.active = false;
    if (this.#tunnel !== undefined) this.#tunnel.clientGone();
    else this.#dropUpstream();
    this.#tunnel = undefined;
    this.#upstream = undefined;
  }

  /** Nothing has moved for too long. */
  clientExpired(): void {
    if (this.#tunnel === undefined && !this.#response.started && !this.#request.done) {
      this.#abandon();
      this.#client.refuse(408);
    } else this.#client.destroy();
  }

  upstreamConnected(): void {
    this.#touchUpstream();
  }

  upstreamBytes(bytes: Buffer): void {
    if (this.#tunnel !== undefined) {
      this.#tunnel.upstreamBytes(bytes);
      return;
    }
    this.#touchUpstream();
    const outcome = this.#response.receive(bytes);
    if (outcome === MORE) return;
    if (outcome === SWITCHED) this.#openTunnel();
    else if (outcome === BROKEN)
      this.#fail(503, `the server’s answer cannot be used: ${this.#response.problem}`);
    else this.#complete(outcome === WHOLE && this.#response.keepAlive);
  }

  upstreamDrained(): void {
    if (this.#tunnel !== undefined) this.#tunnel.upstreamDrained();
    else if (this.holdsClient) {
      this.holdsClient = false;
      this.#touchClient();
      this.#client.resume();
    }
  }

  upstreamEnded(): void {
    if (this.#tunnel !== undefined) this.#tunnel.upstreamEnded();
    else if (this.#response.ended()) this.#complete(false);
    else {
      const connection = this.#upstream;
      connection?.discard();
      if (connection !== undefined) this.upstreamLost(undefined);
    }
  }

  upstreamLost(error: Error | undefined): void {
    const lost = this.#upstream;
    this.#upstream = undefined;
    if (this.#tunnel !== undefined) this.#tunnel.upstreamLost();
    else if (lost !== undefined && this.#replay !== undefined && this.#response.untouched && !lost.expired) {
      // The server had closed the connection before it saw the request: an ordinary race, so once more, on a
      // new connection.
      const request = this.#replay;
      this.#replay = undefined;
      this.#upstream = this.#forwarding.pool.take(lost.target, this, -1);
      this.#upstream.socket.write(request);
    } else this.#fail(503, error === undefined ? 'closed without an answer' : error.message);
  }

  #forward(bodyEnd: number): void {
    const { requestHead: head, requestParser, pool, upstreamHeads, now } = this.#forwarding;
    const path = requestPath(head.url);
    if (path === undefined) {
      this.#fail(400, 'the path cannot be decoded');
      return;
    }
    const route = this.#findRoute(path);
    if (route === undefined) {
      this.#fail(404, 'no route');
      return;
    }
    this.#route = route;
    if (bodyEnd > head.end) route.lastActivity = now();
    const request = upstreamHeads.write(head, requestParser, route, this.#client, bodyEnd);
    // A connection that has been idle may be closed just now. What may be sent twice is sent again then; for the
    // rest, only connections count that have been used a moment ago.
    const repeatable = IDEMPOTENT[head.method] === 1 && this.#request.done;
    this.#upstream = pool.take(route.target, this, repeatable ? Number.POSITIVE_INFINITY : FRESH);
    this.#replay = repeatable && this.#upstream.reused ? request : undefined;
    this.#response.begin();
    if (this.#upstream.connected) this.#touchUpstream();
    if (!this.#upstream.socket.write(request) && !this.#request.done) this.#holdClient();
  }

  #findRoute(path: string): ProxyRoute | undefined {
    const { routes, settings, counters } = this.#forwarding;
    const started = counters.findRoute === undefined ? 0 : performance.now();
    const route = routes.find(
      settings.hostRouting ? `/${this.host.replace(/:\d*$/, '').toLowerCase()}${path}` : path,
    );
    counters.findRoute?.add(started);
    return route;
  }

  #write(bytes: Buffer): void {
    if (this.#client.write(bytes)) {
      if (!this.#request.done || this.#forwarding.settings.timeout > 0) this.#touchClient();
      return;
    }
    this.#client.deadline = this.#forwarding.deadlines.in(this.#stallTimeout());
    if (this.#upstream !== undefined) {
      this.#upstream.deadline = 0;
      this.#upstream.socket.pause();
    }
  }

  /** @param reusable The server's connection has nothing left of this response, and stays open. */
  #complete(reusable: boolean): void {
    const { pool, logsRequests, logger, now } = this.#forwarding;
    const { status, keepAliveSeconds } = this.#response;
    const upstream = this.#upstream;
    this.#upstream = undefined;
    this.#replay = undefined;
    this.close = this.#response.close;
    if (status < 300 && this.#route !== undefined) this.#route.lastActivity = now();
    if (logsRequests) logger.debug({ status, url: pathOnly(this.#url), target: upstream?.target.url });
    if (upstream !== undefined) {
      if (reusable && this.#request.done) {
        if (upstream.socket.isPaused()) upstream.socket.resume();
        pool.release(upstream, keepAliveSeconds);
      } else upstream.discard();
    }
    this.#finish();
  }

  #finish(): void {
    this.active = false;
    this.#route = undefined;
    if (this.close || !this.#request.done || this.#forwarding.closing) this.#client.closeGently();
    else this.#client.exchangeDone();
  }

  #openTunnel(): void {
    this.#replay = undefined;
    this.#tunnel = new Tunnel(this.#client, this.#upstream!, this.#route!, this.#forwarding);
    this.#tunnel.upstreamBytes(this.#response.switched);
    const held = this.#client.takeHeld();
    if (held !== undefined) this.#tunnel.clientBytes(held);
    this.#client.resume();
  }

  /** The request turns out malformed behind its head. */
  #refuse(): void {
    this.#abandon();
    if (this.#response.started) this.#client.destroy();
    else this.#client.refuse(400);
  }

  /** Leaves the client without an answer of this exchange, which is its last. */
  #abandon(): void {
    this.active = false;
    this.#dropUpstream();
  }

  #fail(status: number, reason: string): void {
    const { counters, errorPages, logger } = this.#forwarding;
    this.#dropUpstream();
    const details = { status, url: pathOnly(this.#url), target: this.#route?.target.url, reason };
    if (this.#response.started) {
      logger.warn(details, 'the response was cut short');
      this.#client.destroy();
      return;
    }
    if (status >= 500) logger.error(details);
    else logger.warn(details);
    counters.statuses[status]! += 1;
    if (this.holdsClient) {
      this.holdsClient = false;
      this.#client.resume();
    }
    if (this.upgrade) {
      this.close = true;
      this.#respond(status, { body: NOTHING, headers: {} });
      return;
    }
    const page = errorPages.page(status, this.#url);
    if (!(page instanceof Promise)) {
      this.#respond(status, page);
      return;
    }
    void page.then((made) => {
      // Otherwise the client is gone, or has been refused for the rest of its request.
      if (this.active) this.#respond(status, made);
    });
  }

  #respond(status: number, options: LocalResponseOptions): void {
    this.close ||= !this.#request.done || this.#forwarding.closing;
    this.#client.write(
      localResponse(status, { ...options, close: this.close, http10: this.http10, toHead: this.toHead }),
    );
    this.#finish();
  }

  #dropUpstream(): void {
    this.#upstream?.discard();
    this.#upstream = undefined;
    this.#replay = undefined;
  }

  #holdClient(): void {
    if (this.holdsClient) return;
    this.holdsClient = true;
    this.#client.pause();
  }

  #touchClient(): void {
    const { deadlines, settings } = this.#forwarding;
    this.#client.deadline = deadlines.in(this.#request.done ? settings.timeout : this.#stallTimeout());
  }

  #touchUpstream(): void {
    const { deadlines, settings } = this.#forwarding;
    if (settings.proxyTimeout > 0 && this.#upstream !== undefined)
      this.#upstream.deadline = deadlines.in(settings.proxyTimeout);
  }

  #stallTimeout(): number {
    const { timeout, stallTimeout } = this.#forwarding.settings;
    return timeout > 0 ? timeout : stallTimeout;
  }
}

const NOTHING = Buffer.alloc(0);
const HEALTHY = Buffer.from(JSON.stringify({ status: 'OK' }));

/** By llhttp's number of the method (RFC 9110 section 9.2.2). */
const IDEMPOTENT = new Uint8Array(256);
for (const method of [METHOD.GET, METHOD.HEAD, METHOD.OPTIONS, METHOD.TRACE, METHOD.PUT, METHOD.DELETE])
  IDEMPOTENT[method] = 1;

/** Milliseconds for which an idle connection is certain enough to be open for a request that must not be repeated. */
const FRESH = 500;

/** A query may hold secrets, so it stays out of the log. */
function pathOnly(url: string): string {
  return url.split('?', 1)[0]!;
}
