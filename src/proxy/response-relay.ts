import { BodyScanner, CHUNKED, ContentCollector, UNTIL_CLOSE } from './body-scanner.ts';
import type { Forwarding } from './forwarding.ts';
import { COMPLETE, INCOMPLETE } from './llhttp.ts';
import { isRedirect, rewriteLocation } from './location.ts';
import { PartialHead } from './partial-head.ts';
import type { ClientSide } from './response-head.ts';
import type { Target } from './target.ts';

/** The response goes on. */
export const MORE = 0;
/** It is whole. */
export const WHOLE = 1;
/** It is whole, and the server has sent more than that. */
export const SURPLUS = 2;
/** The server has switched to the protocol that was asked for; the response is the relay's `switched`. */
export const SWITCHED = 3;
/** It cannot be passed on; the relay's `problem` says why. */
export const BROKEN = 4;
export type RelayOutcome = typeof MORE | typeof WHOLE | typeof SURPLUS | typeof SWITCHED | typeof BROKEN;

/** The request that is answered. */
export interface Answered {
  readonly http10: boolean;
  readonly toHead: boolean;
  readonly upgrade: boolean;
  /** The connection to the client closes behind the response. */
  readonly close: boolean;
  /** The host that was asked for, and the server that is asked instead. */
  readonly host: string;
  readonly target: Target | undefined;
}

/**
 * Passes one response on: checks and rewrites its head, and finds its end. One object serves one response after the
 * other.
 */
export class ResponseRelay implements ClientSide {
  /** Nothing of the final response has come yet. */
  awaiting = false;
  /** Something of it has been passed on. */
  started = false;
  status = 0;
  problem = '';
  switched: Buffer = NOTHING;
  /** The server's connection can be used again, for so long if it says so (else 0). */
  keepAlive = false;
  keepAliveSeconds = 0;
  close = false;
  dechunk = false;
  location: string | undefined;

  readonly #forwarding: Forwarding;
  readonly #answered: Answered;
  readonly #write: (bytes: Buffer) => void;
  readonly #body = new BodyScanner();
  readonly #partial = new PartialHead();
  #untilClose = false;
  #informed = false;

  /**
   * @param answered The request, as it is when `begin` is called.
   * @param write Sends bytes to the client.
   */
  constructor(forwarding: Forwarding, answered: Answered, write: (bytes: Buffer) => void) {
    this.#forwarding = forwarding;
    this.#answered = answered;
    this.#write = write;
  }

  get http10(): boolean {
    return this.#answered.http10;
  }

  /** Nothing has come of the response, not even of one that is only informational. */
  get untouched(): boolean {
    return this.awaiting && !this.#informed && this.#partial.empty;
  }

  begin(): void {
    this.close = this.#answered.close;
    this.awaiting = true;
    this.started = this.#informed = this.#untilClose = false;
  }

  /** Forgets a response of which no more will come. */
  clear(): void {
    this.awaiting = this.started = this.#untilClose = false;
    this.#partial.clear();
  }

  receive(bytes: Buffer): RelayOutcome {
    return this.awaiting ? this.#receiveHeads(bytes) : this.#receiveBody(bytes);
  }

  /** The server sends nothing more. @returns Whether that is how the response ends. */
  ended(): boolean {
    return !this.awaiting && this.#untilClose;
  }

  /** Informational responses go on as they come; then the one that counts. */
  #receiveHeads(piece: Buffer): RelayOutcome {
    const { responseParser, responseHead } = this.#forwarding;
    let bytes = piece;
    if (!this.#partial.empty) {
      if (!this.#partial.append(piece)) return MORE;
      bytes = this.#partial.bytes;
    }
    for (let at = 0; at < bytes.length; at = responseHead.end) {
      const outcome = responseParser.parse(bytes, at, bytes.length);
      if (outcome === INCOMPLETE) {
        if (at > 0) this.#partial.clear();
        if (this.#partial.empty) this.#partial.append(at > 0 ? bytes.subarray(at) : bytes);
        return MORE;
      }
      if (outcome !== COMPLETE || !responseHead.read(responseParser, bytes, at, this.#answered.toHead))
        return this.#broken(`it is not proper HTTP: ${responseParser.reason}`);
      if (responseHead.status >= 200 || responseHead.status === 101) {
        this.#partial.clear();
        return responseHead.status === 101 ? this.#switch(bytes) : this.#receiveFinalHead(bytes);
      }
      this.#informed = true;
      if (!this.http10) this.#write(bytes.subarray(at, responseHead.end));
    }
    this.#partial.clear();
    return MORE;
  }

  #receiveFinalHead(bytes: Buffer): RelayOutcome {
    const { responseHead: head, responseParser, counters } = this.#forwarding;
    this.awaiting = false;
    this.status = head.status;
    this.keepAlive = head.keepAlive;
    this.keepAliveSeconds = head.keepAliveSeconds;
    this.#untilClose = head.framing === UNTIL_CLOSE;
    this.dechunk = this.http10 && head.framing === CHUNKED;
    this.close ||= this.dechunk || this.#untilClose || this.#forwarding.closing;
    this.location = this.#rewrittenLocation();
    this.#body.begin(head.framing, head.contentLength);
    // Without the chunks, the content comes in pieces of its own.
    const content = this.dechunk ? new ContentCollector(this.#body, bytes) : undefined;
    const end = this.#body.scan(bytes, head.end, bytes.length);
    if (end < 0) return this.#broken('its chunks are malformed');
    counters.statuses[head.status]! += 1;
    this.started = true;
    if (content !== undefined) {
      this.#write(Buffer.concat([head.write(responseParser, this, head.end), ...content.take()]));
    } else if (head.goesVerbatim(this)) {
      this.#write(head.start === 0 && end === bytes.length ? bytes : bytes.subarray(head.start, end));
    } else this.#write(head.write(responseParser, this, end));
    return this.#outcome(end < bytes.length);
  }

  #receiveBody(bytes: Buffer): RelayOutcome {
    const content = this.dechunk ? new ContentCollector(this.#body, bytes) : undefined;
    const end = this.#body.scan(bytes, 0, bytes.length);
    if (end < 0) return this.#broken('its chunks are malformed');
    if (content !== undefined) for (const piece of content.take()) this.#write(piece);
    else if (end > 0) this.#write(end === bytes.length ? bytes : bytes.subarray(0, end));
    return this.#outcome(end < bytes.length);
  }

  #outcome(surplus: boolean): RelayOutcome {
    if (!this.#body.done) return MORE;
    return surplus ? SURPLUS : WHOLE;
  }

  #switch(bytes: Buffer): RelayOutcome {
    if (!this.#answered.upgrade) return this.#broken('it switches to a protocol that nobody asked for');
    this.awaiting = false;
    this.started = true;
    // The head as it came, and what follows it in the other protocol.
    this.switched = bytes.subarray(this.#forwarding.responseHead.start);
    return SWITCHED;
  }

  #broken(problem: string): RelayOutcome {
    this.problem = problem;
    return BROKEN;
  }

  #rewrittenLocation(): string | undefined {
    const { settings, responseHead, responseParser } = this.#forwarding;
    if (!settings.autoRewrite && settings.protocolRewrite === undefined) return undefined;
    const { target, host } = this.#answered;
    const location = responseHead.location(responseParser);
    if (location === undefined || target === undefined || !isRedirect(responseHead.status)) return undefined;
    return rewriteLocation(location, target, {
      host: settings.autoRewrite ? host : undefined,
      protocol: settings.protocolRewrite,
    });
  }
}

const NOTHING = Buffer.alloc(0);
