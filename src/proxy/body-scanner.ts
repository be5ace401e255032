/**
 * Finds where a body ends, in pieces as they arrive. Bytes are forwarded as they are, so a chunked body is also
 * checked strictly: what two readers could understand differently is refused (RFC 9112 section 7.1).
 */

export const NO_BODY = 0;
export const LENGTH = 1;
export const CHUNKED = 2;
/** A response that ends when its connection ends. */
export const UNTIL_CLOSE = 3;
export type Framing = typeof NO_BODY | typeof LENGTH | typeof CHUNKED | typeof UNTIL_CLOSE;

export class BodyScanner {
  /** Nothing more belongs to the body. Stays false for a body that ends with its connection. */
  done = true;
  /** Called with each piece of a chunked body's content, if set: for who needs it without the chunks. */
  content: ((start: number, end: number) => void) | undefined;

  #framing: Framing = NO_BODY;
  #remaining = 0;
  #state: number = SIZE_FIRST;
  #budget = 0;
  #trailerName = '';

  /** @param length The Content-Length; only counts with `LENGTH`. */
  begin(framing: Framing, length: number): void {
    this.#framing = framing;
    this.#remaining = framing === LENGTH ? length : 0;
    this.#state = SIZE_FIRST;
    this.content = undefined;
    this.done = framing === NO_BODY || (framing === LENGTH && length === 0);
  }

  /**
   * Goes through the bytes from `from` to `to`.
   *
   * @returns Where the body ends in them: `to` if it goes on behind them; or -1 when it is malformed.
   */
  scan(bytes: Uint8Array, from: number, to: number): number {
    if (this.done) return from;
    switch (this.#framing) {
      case LENGTH: {
        const taken = Math.min(this.#remaining, to - from);
        this.#remaining -= taken;
        this.done = this.#remaining === 0;
        return from + taken;
      }
      case CHUNKED:
        return this.#scanChunks(bytes, from, to);
      default:
        return to;
    }
  }

  #scanChunks(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) {
      if (this.#state === DATA) {
        const end = Math.min(at + this.#remaining, to);
        this.content?.(at, end);
        this.#remaining -= end - at;
        if (this.#remaining === 0) this.#state = DATA_CR;
        at = end;
        continue;
      }
      this.#state = this.#step(bytes[at]!);
      at += 1;
      if (this.#state === MALFORMED) return -1;
      if (this.#state === END) {
        this.done = true;
        return at;
      }
    }
    return to;
  }

  /** The state behind one byte that is not chunk data. */
  #step(byte: number): number {
    switch (this.#state) {
      case SIZE_FIRST: {
        const digit = HEX[byte]!;
        this.#remaining = digit;
        this.#budget = MAX_SIZE_DIGITS;
        return digit < 16 ? SIZE : MALFORMED;
      }
      case SIZE: {
        const digit = HEX[byte]!;
        if (digit < 16) {
          this.#remaining = this.#remaining * 16 + digit;
          this.#budget -= 1;
          return this.#budget > 0 ? SIZE : MALFORMED;
        }
        this.#budget = MAX_EXTENSION;
        return byte === SEMICOLON ? EXTENSION : byte === CR ? SIZE_LF : MALFORMED;
      }
      case EXTENSION:
        if (byte === CR) return SIZE_LF;
        this.#budget -= 1;
        return isText(byte) && this.#budget > 0 ? EXTENSION : MALFORMED;
      case SIZE_LF:
        if (byte !== LF) return MALFORMED;
        if (this.#remaining > 0) return DATA;
        this.#budget = MAX_TRAILERS;
        return LINE_FIRST;
      case DATA_CR:
        return byte === CR ? DATA_LF : MALFORMED;
      case DATA_LF:
        return byte === LF ? SIZE_FIRST : MALFORMED;
      case LINE_FIRST:
        this.#trailerName = '';
        return byte === CR ? LAST_LF : this.#trailerNameByte(byte);
      case TRAILER_NAME:
        if (byte === COLON) return FORBIDDEN_TRAILERS.has(this.#trailerName) ? MALFORMED : TRAILER_VALUE;
        return this.#trailerNameByte(byte);
      case TRAILER_VALUE:
        if (byte === CR) return TRAILER_LF;
        this.#budget -= 1;
        return isText(byte) && this.#budget > 0 ? TRAILER_VALUE : MALFORMED;
      case TRAILER_LF:
        return byte === LF ? LINE_FIRST : MALFORMED;
      default:
        return byte === LF ? END : MALFORMED;
    }
  }

  #trailerNameByte(byte: number): number {
    this.#budget -= 1;
    if (!TOKEN.has(byte) || this.#budget <= 0) return MALFORMED;
    this.#trailerName += String.fromCharCode(byte).toLowerCase();
    return TRAILER_NAME;
  }
}

/** Gathers the content of one piece of a chunked body. */
export class ContentCollector {
  readonly #scanner: BodyScanner;
  readonly #pieces: Buffer[] = [];

  constructor(scanner: BodyScanner, bytes: Buffer) {
    this.#scanner = scanner;
    scanner.content = (start, end) => {
      this.#pieces.push(bytes.subarray(start, end));
    };
  }

  /** The content of what has been scanned since. */
  take(): Buffer[] {
    this.#scanner.content = undefined;
    return this.#pieces;
  }
}

const SIZE_FIRST = 0;
const SIZE = 1;
const EXTENSION = 2;
const SIZE_LF = 3;
const DATA = 4;
const DATA_CR = 5;
const DATA_LF = 6;
const LINE_FIRST = 7;
const TRAILER_NAME = 8;
const TRAILER_VALUE = 9;
const TRAILER_LF = 10;
const LAST_LF = 11;
const END = 12;
const MALFORMED = 13;

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const COLON = 0x3a;

/** Far beyond any real chunk, and still exact as a number. */
const MAX_SIZE_DIGITS = 12;
/** Bytes of the extension of one chunk. */
const MAX_EXTENSION = 4 * 1024;
/** Bytes of all trailers of a body. */
const MAX_TRAILERS = 16 * 1024;

/** Trailers that a careless reader could take for the framing or the address of the message. */
const FORBIDDEN_TRAILERS = new Set(['content-length', 'transfer-encoding', 'host', 'connection']);

/** The value of a hexadecimal digit; 16 for every other byte. */
const HEX = Uint8Array.from({ length: 256 }, (_, byte) => {
  const digit = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase());
  return digit < 0 ? 16 : digit;
});

const TOKEN = new Set(
  Array.from("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", (letter) =>
    letter.charCodeAt(0),
  ),
);

function isText(byte: number): boolean {
  return byte === 0x09 || (byte >= 0x20 && byte !== 0x7f);
}
