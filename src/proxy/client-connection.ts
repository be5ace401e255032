import type { Socket } from 'node:net';
import type { Timed } from './deadlines.ts';
import { Exchange } from './exchange.ts';
import type { Forwarding } from './forwarding.ts';
import { COMPLETE, INCOMPLETE, TOO_LARGE } from './llhttp.ts';
import { localResponse } from './local-response.ts';
import { PartialHead } from './partial-head.ts';
import type { ClientAddress } from './upstream-head.ts';

/**
 * One client: reads its requests, one after the other, and hands each to the exchange. What it sends ahead of its
 * turn is held, and reading stops meanwhile.
 */
export class ClientConnection implements Timed, ClientAddress {
  deadline: number;
  readonly socket: Socket;
  readonly address: string;
  readonly secure: boolean;
  readonly #forwarding: Forwarding;
  readonly #exchange: Exchange;
  readonly #partial = new PartialHead();
  #held: Buffer | undefined;
  #paused = false;
  /** Inside the loop that reads requests, so that an exchange that is over at once does not enter it again. */
  #taking = false;
  /** Nothing more is read: the last response is on its way. */
  #lingering = false;

  constructor(socket: Socket, secure: boolean, forwarding: Forwarding) {
    this.socket = socket;
    this.secure = secure;
    this.address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=[\d.]+$)/, '');
    this.#forwarding = forwarding;
    this.#exchange = new Exchange(this, forwarding);
    this.deadline = forwarding.deadlines.in(forwarding.settings.headTimeout);
    forwarding.deadlines.add(this);
    forwarding.clients.add(this);
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
    socket.on('drain', () => this.#drained());
    socket.on('end', () => this.#ended());
    // What went wrong is of no interest to anybody: the client is gone.
    socket.on('error', () => {});
    socket.on('close', () => {
      forwarding.clients.delete(this);
      forwarding.deadlines.delete(this);
      this.#exchange.clientGone();
    });
  }

  get idle(): boolean {
    return !this.#exchange.active && !this.#lingering;
  }

  expire(): void {
    if (this.#exchange.active) this.#exchange.clientExpired();
    else if (!this.#partial.empty && !this.#lingering) this.refuse(408);
    else this.socket.destroy();
  }

  /** @returns Whether more can be written at once. */
  write(bytes: Buffer): boolean {
    return this.socket.write(bytes);
  }

  pause(): void {
    this.#paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }

  /** What was sent ahead; it belongs to the caller now. */
  takeHeld(): Buffer | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }

  /** The exchange is over and the connection stays open. */
  exchangeDone(): void {
    this.deadline = this.#forwarding.deadlines.in(this.#forwarding.settings.keepAliveTimeout);
    if (!this.#taking) this.#takeOn();
  }

  /** Answers what is no proper request. Nothing behind it can be understood, so the connection closes. */
  refuse(status: number): void {
    this.#forwarding.counters.statuses[status]! += 1;
    this.socket.write(localResponse(status, { close: true }));
    this.closeGently();
  }

  /**
   * Closes behind what has been written, and goes on reading for a while: closing with unread bytes would make the
   * client's system throw away the response (RFC 9112 section 9.6).
   */
  closeGently(): void {
    this.#lingering = true;
    this.#held = undefined;
    this.deadline = this.#forwarding.deadlines.in(LINGER);
    this.resume();
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  #read(bytes: Buffer): void {
    if (this.#lingering) return;
    if (this.#exchange.active) {
      const taken = this.#exchange.clientBytes(bytes);
      if (taken < bytes.length) this.#hold(bytes.subarray(taken));
    } else this.#take(bytes);
  }

  #hold(bytes: Buffer): void {
    if (this.#lingering || this.socket.destroyed) return;
    this.#held = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
    this.pause();
  }

  /** Reads requests as long as each is answered at once, and holds what is behind them. */
  #take(bytes: Buffer): void {
    let rest = bytes;
    this.#taking = true;
    while (rest.length > 0 && this.idle && !this.socket.writableNeedDrain) {
      const taken = this.#takeRequest(rest);
      rest = taken === rest.length ? NOTHING : rest.subarray(taken);
    }
    this.#taking = false;
    if (rest.length > 0) this.#hold(rest);
  }

  /** @returns How many of the bytes were taken. */
  #takeRequest(piece: Buffer): number {
    const { requestParser, requestHead, deadlines, settings } = this.#forwarding;
    let bytes = piece;
    const before = this.#partial.length;
    if (before > 0) {
      if (!this.#partial.append(piece)) return piece.length;
      bytes = this.#partial.bytes;
    }
    const outcome = requestParser.parse(bytes, 0, bytes.length);
    if (outcome === INCOMPLETE) {
      if (before === 0) {
        this.#partial.append(piece);
        this.deadline = deadlines.in(settings.headTimeout);
      }
      return piece.length;
    }
    this.#partial.clear();
    const problem =
      outcome === COMPLETE ? requestHead.read(requestParser, bytes, 0) : outcome === TOO_LARGE ? 431 : 400;
    if (problem !== 0) {
      this.refuse(problem);
      return piece.length;
    }
    return this.#exchange.begin(bytes) - before;
  }

  /** Goes on with what was held, or with reading. */
  #takeOn(): void {
    if (this.socket.writableNeedDrain) return;
    const held = this.takeHeld();
    if (held !== undefined) this.#take(held);
    if (this.#held === undefined && !this.#exchange.holdsClient) this.resume();
  }

  #drained(): void {
    if (this.#exchange.active) this.#exchange.clientDrained();
    else if (!this.#lingering) this.#takeOn();
  }

  /** A client that closes its half has gone away: browsers do not wait for an answer behind it. */
  #ended(): void {
    if (!this.#exchange.clientEnded()) this.socket.destroy();
  }
}

const NOTHING = Buffer.alloc(0);

/** Milliseconds for which a connection that closes is still read. */
const LINGER = 2000;
