import { CHUNKED, type Framing, LENGTH, NO_BODY, UNTIL_CLOSE } from './body-scanner.ts';
import { ConnectionOptions, isWord, trimEnd, word } from './field.ts';
import { type HeadParser, MAX_HEADERS } from './llhttp.ts';

/** What the connection to the client needs of the head that is sent to it. */
export interface ClientSide {
  readonly http10: boolean;
  /** The connection closes behind this response. */
  readonly close: boolean;
  /** The chunks of the body are taken away on the way. */
  readonly dechunk: boolean;
  /** Replaces the value of Location. */
  readonly location: string | undefined;
}

/** What the proxy needs to know of a response's head. One object serves all connections, as `RequestHead`. */
export class ResponseHead {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  status = 0;
  http10 = false;
  framing: Framing = NO_BODY;
  contentLength = 0;
  /** The server lets the connection stay open behind this response. */
  keepAlive = true;
  /** Seconds for which it says that it does; 0 if it does not say. */
  keepAliveSeconds = 0;
  readonly connection = new ConnectionOptions();
  /** For each header line, whether it is left out when the head is forwarded: 0 or 1. */
  readonly #dropped = new Uint8Array(MAX_HEADERS);
  #anyDropped = false;
  #locationLine = -1;
  #lengthLine = -1;
  #encodingLine = -1;
  /** A line that says no more than `keep-alive`: it may stay as long as the connection does. */
  #connectionLine = -1;

  /**
   * Reads the head that `parser` has just parsed completely.
   *
   * @param toHead It answers a HEAD request, and so has no body.
   * @returns Whether it can be forwarded.
   */
  read(parser: HeadParser, bytes: Buffer, from: number, toHead: boolean): boolean {
    this.bytes = bytes;
    this.start = from;
    this.end = parser.end;
    this.status = parser.status;
    if (parser.major !== 1 || bytes[from] !== 0x48 || parser.status < 100) return false;
    this.http10 = parser.minor === 0;
    this.connection.clear();
    this.keepAliveSeconds = 0;
    this.contentLength = 0;
    this.#locationLine = this.#lengthLine = this.#encodingLine = this.#connectionLine = -1;
    this.#anyDropped = false;
    this.#dropped.fill(0, 0, parser.headerCount);
    for (let i = 0; i < parser.headerCount; i++) {
      const start = parser.nameStart[i]!;
      const end = parser.nameEnd[i]!;
      switch (end - start) {
        case 7:
          if (isWord(bytes, start, end, UPGRADE) && this.status !== 426) this.#drop(i);
          break;
        case 8:
          if (isWord(bytes, start, end, LOCATION)) this.#locationLine = i;
          break;
        case 10:
          if (isWord(bytes, start, end, CONNECTION)) {
            const valueStart = parser.valueStart[i]!;
            this.connection.read(bytes, valueStart, trimEnd(bytes, valueStart, parser.valueEnd[i]!));
            if (this.#connectionLine >= 0) this.#drop(this.#connectionLine);
            this.#connectionLine = i;
          } else if (isWord(bytes, start, end, KEEP_ALIVE)) {
            this.#readKeepAlive(bytes.toString('latin1', parser.valueStart[i]!, parser.valueEnd[i]!));
            this.#drop(i);
          }
          break;
        case 14:
          if (isWord(bytes, start, end, CONTENT_LENGTH)) {
            this.contentLength = Number(bytes.toString('latin1', parser.valueStart[i]!, parser.valueEnd[i]!));
            if (!Number.isSafeInteger(this.contentLength)) return false;
            this.#lengthLine = i;
          }
          break;
        case 16:
          if (isWord(bytes, start, end, PROXY_CONNECTION)) this.#drop(i);
          break;
        case 17:
          if (isWord(bytes, start, end, TRANSFER_ENCODING)) {
            const valueStart = parser.valueStart[i]!;
            const valueEnd = trimEnd(bytes, valueStart, parser.valueEnd[i]!);
            if (this.#encodingLine >= 0 || !isWord(bytes, valueStart, valueEnd, CHUNKED_WORD)) return false;
            this.#encodingLine = i;
          }
      }
    }
    if (this.#encodingLine >= 0 && (this.#lengthLine >= 0 || this.http10)) return false;
    this.#settleFraming(toHead);
    this.#settleConnection(parser);
    this.keepAlive = this.http10
      ? this.connection.keepAlive && !this.connection.close
      : !this.connection.close;
    if (this.framing === UNTIL_CLOSE) this.keepAlive = false;
    return true;
  }

  /** Whether `write` would change anything: the common response goes on as it came. */
  goesVerbatim(client: ClientSide): boolean {
    return (
      !this.#anyDropped && !this.http10 && !client.http10 && !client.close && client.location === undefined
    );
  }

  /** The Location of a redirect; undefined if there is none. */
  location(parser: HeadParser): string | undefined {
    if (this.#locationLine < 0) return undefined;
    const i = this.#locationLine;
    return this.bytes.toString('latin1', parser.valueStart[i]!, parser.valueEnd[i]!).trim();
  }

  /**
   * @param bodyEnd Where the part of the body that has arrived ends behind the head.
   * @returns The head for the client and that part of the body, in one piece.
   */
  write(parser: HeadParser, client: ClientSide, bodyEnd: number): Buffer {
    const { bytes } = this;
    if (this.#connectionLine >= 0) this.#drop(this.#connectionLine);
    if (client.dechunk && this.#encodingLine >= 0) this.#drop(this.#encodingLine);
    if (client.location !== undefined && this.#locationLine >= 0) this.#drop(this.#locationLine);
    const added = this.#addedLines(client);
    const out = Buffer.allocUnsafe(bodyEnd - this.start + added.length);
    let at = 0;
    let from = this.start;
    for (let i = 0; i < parser.headerCount; i++) {
      if (this.#dropped[i] === 0) continue;
      const line = parser.nameStart[i]!;
      if (line > from) at += bytes.copy(out, at, from, line);
      from = i + 1 < parser.headerCount ? parser.nameStart[i + 1]! : this.end - 2;
    }
    at += bytes.copy(out, at, from, this.end - 2);
    // `HTTP/1.0` of an old server becomes our own version.
    out[7] = 0x31;
    at += out.write(added, at, 'latin1');
    at += bytes.copy(out, at, this.end - 2, bodyEnd);
    return out.subarray(0, at);
  }

  #addedLines(client: ClientSide): string {
    let lines = '';
    if (client.location !== undefined) lines += `Location: ${client.location}\r\n`;
    if (client.close) lines += 'Connection: close\r\n';
    else if (client.http10) lines += 'Connection: keep-alive\r\n';
    else if (this.status === 426) lines += 'Connection: Upgrade\r\n';
    return lines;
  }

  /** RFC 9112 section 6.3. */
  #settleFraming(toHead: boolean): void {
    const { status } = this;
    if (status < 200 || status === 204) {
      // Neither may have these, and a careless client would wait for the body.
      if (this.#encodingLine >= 0) this.#drop(this.#encodingLine);
      if (this.#lengthLine >= 0) this.#drop(this.#lengthLine);
    }
    if (toHead || status < 200 || status === 204 || status === 304) this.framing = NO_BODY;
    else if (this.#encodingLine >= 0) this.framing = CHUNKED;
    else if (this.#lengthLine >= 0) this.framing = LENGTH;
    else this.framing = UNTIL_CLOSE;
  }

  #settleConnection(parser: HeadParser): void {
    const { named, close, upgrade } = this.connection;
    if (this.#connectionLine >= 0 && (named !== undefined || close || upgrade))
      this.#drop(this.#connectionLine);
    if (named === undefined) return;
    for (let i = 0; i < parser.headerCount; i++) {
      const name = this.bytes.toString('latin1', parser.nameStart[i]!, parser.nameEnd[i]!).toLowerCase();
      if (named.has(name)) this.#drop(i);
    }
  }

  #readKeepAlive(value: string): void {
    const seconds = /(?:^|[,\s])timeout=(\d{1,6})/i.exec(value);
    if (seconds !== null) this.keepAliveSeconds = Number(seconds[1]);
  }

  #drop(line: number): void {
    this.#dropped[line] = 1;
    this.#anyDropped = true;
  }
}

const CONNECTION = word('connection');
const KEEP_ALIVE = word('keep-alive');
const PROXY_CONNECTION = word('proxy-connection');
const UPGRADE = word('upgrade');
const LOCATION = word('location');
const CONTENT_LENGTH = word('content-length');
const TRANSFER_ENCODING = word('transfer-encoding');
const CHUNKED_WORD = word('chunked');
