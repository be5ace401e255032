import { PROXY_PROOF } from '../domain/proxy-proof.ts';
import { CHUNKED, type Framing, LENGTH, NO_BODY } from './body-scanner.ts';
import { ConnectionOptions, isWord, listElements, trimEnd, word } from './field.ts';
import { type HeadParser, MAX_HEADERS, METHOD } from './llhttp.ts';
import { resolveDots } from './request-path.ts';

export interface RequestHeadOptions {
  readonly xForward: boolean;
  readonly changeOrigin: boolean;
  readonly customHeaders: { readonly [name: string]: string };
}

/**
 * What the proxy needs to know of a request's head, read off the parser's positions, and the checks that go beyond
 * llhttp's. One object serves all connections: it holds until the next `read`.
 */
export class RequestHead {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the method begins, behind empty lines that may come first, and where the head ends. */
  start = 0;
  end = 0;
  http10 = false;
  method = 0;
  /** The request target, in origin form (or `*`) and with its dot segments resolved. */
  url = '';
  /** The bytes of `url` stand in the head as they are. */
  urlVerbatim = true;
  /** The target was in absolute form, and has the host that counts. */
  absolute = false;
  /** The host and port asked for, as they were sent; empty if there are none. */
  host = '';
  framing: Framing = NO_BODY;
  contentLength = 0;
  /** The client lets the connection stay open. */
  keepAlive = true;
  /** The client asks to speak another protocol, and may. */
  upgrade = false;
  readonly connection = new ConnectionOptions();
  /** For each header line, whether it is left out when the head is forwarded: 0 or 1. */
  readonly dropped = new Uint8Array(MAX_HEADERS);
  /** Values of X-Forwarded-…, in the order of `FORWARDED`; undefined where there is none. */
  readonly forwarded: (string | undefined)[] = [undefined, undefined, undefined, undefined];
  hasForwarded = false;

  readonly #customHeaders: ReadonlySet<string>;
  readonly #dropHost: boolean;
  readonly #xForward: boolean;

  constructor(options: RequestHeadOptions) {
    this.#xForward = options.xForward;
    this.#customHeaders = new Set(Object.keys(options.customHeaders).map((name) => name.toLowerCase()));
    this.#dropHost = options.changeOrigin || this.#customHeaders.has('host');
  }

  /**
   * Reads the head that `parser` has just parsed completely.
   *
   * @returns 0, or the status to refuse it with.
   */
  read(parser: HeadParser, bytes: Buffer, from: number): number {
    this.bytes = bytes;
    this.end = parser.end;
    this.method = parser.method;
    if (parser.major !== 1 || !this.#readRequestLine(parser, from)) return parser.major > 1 ? 505 : 400;
    this.http10 = parser.minor === 0;

    this.framing = NO_BODY;
    this.contentLength = 0;
    this.connection.clear();
    this.hasForwarded = false;
    this.forwarded.fill(undefined);
    this.dropped.fill(0, 0, parser.headerCount);
    let hosts = 0;
    let upgradeLines = 0;
    let upgradeToHttp2 = false;
    let encodings = 0;
    for (let i = 0; i < parser.headerCount; i++) {
      const start = parser.nameStart[i]!;
      const end = parser.nameEnd[i]!;
      const name = knownName(bytes, start, end);
      if (name === OTHER) {
        if (this.#customHeaders.size > 0 && this.#isCustom(start, end)) this.dropped[i] = 1;
        continue;
      }
      const valueStart = parser.valueStart[i]!;
      const valueEnd = trimEnd(bytes, valueStart, parser.valueEnd[i]!);
      switch (name) {
        case HOST:
          hosts += 1;
          if (!this.absolute) this.host = bytes.toString('latin1', valueStart, valueEnd);
          if (this.absolute || this.#dropHost || this.host === '') this.dropped[i] = 1;
          break;
        case CONTENT_LENGTH:
          this.framing = LENGTH;
          this.contentLength = Number(bytes.toString('latin1', valueStart, valueEnd));
          if (!Number.isSafeInteger(this.contentLength)) return 400;
          break;
        case TRANSFER_ENCODING:
          encodings += 1;
          if (!isWord(bytes, valueStart, valueEnd, CHUNKED_WORD)) return 400;
          break;
        case CONNECTION:
          this.connection.read(bytes, valueStart, valueEnd);
          this.dropped[i] = CONNECTION;
          break;
        case UPGRADE:
          upgradeLines += 1;
          if (listElements(bytes, valueStart, valueEnd).some((protocol) => protocol.startsWith('h2')))
            upgradeToHttp2 = true;
          this.dropped[i] = UPGRADE;
          break;
        case KEEP_ALIVE:
        case PROXY_CONNECTION:
        case TE:
        case HTTP2_SETTINGS:
        case PROOF:
          this.dropped[i] = 1;
          break;
        default:
          if (this.#xForward) {
            this.#addForwarded(name - FORWARDED_FOR, bytes.toString('latin1', valueStart, valueEnd));
            this.dropped[i] = 1;
          }
      }
    }
    if (hosts > 1 || (hosts === 0 && !this.http10) || !isHost(this.host)) return 400;
    if (encodings > 0) {
      // Who reads only HTTP/1.0 would take the chunks for the next request; with both, readers disagree.
      if (encodings > 1 || this.http10 || this.framing === LENGTH) return 400;
      this.framing = CHUNKED;
    }
    if (this.method === METHOD.CONNECT) return 405;
    this.keepAlive = this.http10
      ? this.connection.keepAlive && !this.connection.close
      : !this.connection.close;
    // An HTTP/2 tunnel would carry requests past the routes; and only a request without a body can switch.
    this.upgrade =
      this.connection.upgrade &&
      upgradeLines === 1 &&
      !upgradeToHttp2 &&
      !this.http10 &&
      this.method === METHOD.GET &&
      (this.framing === NO_BODY || (this.framing === LENGTH && this.contentLength === 0));
    this.#settleDropped(parser);
    return 0;
  }

  /** The request line, which llhttp reads more generously than the next reader may. */
  #readRequestLine(parser: HeadParser, from: number): boolean {
    const { bytes } = this;
    let start = from;
    while (bytes[start] === 0x0d || bytes[start] === 0x0a) start += 1;
    this.start = start;
    const { urlStart, urlEnd } = parser;
    if (bytes[urlStart - 1] !== SPACE || bytes[urlStart - 2] === SPACE) return false;
    if (bytes[urlEnd] !== SPACE || !isWord(bytes, urlEnd + 1, urlEnd + 6, HTTP)) return false;
    this.host = '';
    this.absolute = false;
    this.urlVerbatim = true;
    this.url = bytes.toString('latin1', urlStart, urlEnd);
    if (parser.method === METHOD.CONNECT) return true;
    if (this.url === '*') return parser.method === METHOD.OPTIONS;
    if (bytes[urlStart] !== SLASH && !this.#readAbsoluteUrl()) return false;
    if (this.url.includes('#')) return false;
    const resolved = resolveDots(this.url);
    if (resolved !== this.url) {
      this.url = resolved;
      this.urlVerbatim = false;
    }
    return true;
  }

  /** RFC 9112 section 3.2.2: the host in the target counts, whatever the Host line says. */
  #readAbsoluteUrl(): boolean {
    const match = /^https?:\/\/([^/?#@]+)([/?][^#]*)?$/i.exec(this.url);
    if (match === null) return false;
    this.host = match[1]!;
    const rest = match[2] ?? '/';
    this.url = rest.startsWith('/') ? rest : `/${rest}`;
    this.absolute = true;
    this.urlVerbatim = false;
    return true;
  }

  #addForwarded(index: number, value: string): void {
    const before = this.forwarded[index];
    this.forwarded[index] = before === undefined || before === '' ? value : `${before},${value}`;
    this.hasForwarded = true;
  }

  #isCustom(start: number, end: number): boolean {
    return this.#customHeaders.has(this.bytes.toString('latin1', start, end).toLowerCase());
  }

  /** Decides what could not be decided before the last line was read. */
  #settleDropped(parser: HeadParser): void {
    const { named, upgrade, close } = this.connection;
    // What browsers always send, and what holds for the next connection as well, can stay where it is.
    const keepsConnection = named === undefined && !upgrade && !close && !this.http10;
    for (let i = 0; i < parser.headerCount; i++) {
      if (this.dropped[i] === CONNECTION) this.dropped[i] = keepsConnection ? 0 : 1;
      else if (this.dropped[i] === UPGRADE) this.dropped[i] = this.upgrade ? 0 : 1;
      else if (named !== undefined && this.dropped[i] === 0) {
        const name = this.bytes.toString('latin1', parser.nameStart[i]!, parser.nameEnd[i]!).toLowerCase();
        if (named.has(name)) this.dropped[i] = 1;
      }
    }
  }
}

/** The names of the X-Forwarded headers, in the order of `RequestHead.forwarded`. */
export const FORWARDED = [
  'X-Forwarded-For',
  'X-Forwarded-Port',
  'X-Forwarded-Proto',
  'X-Forwarded-Host',
] as const;

const OTHER = 0;
const HOST = 1;
const CONTENT_LENGTH = 2;
const TRANSFER_ENCODING = 3;
const CONNECTION = 4;
const UPGRADE = 5;
const KEEP_ALIVE = 6;
const PROXY_CONNECTION = 7;
const TE = 8;
const HTTP2_SETTINGS = 9;
const PROOF = 10;
const FORWARDED_FOR = 11;

const SPACE = 0x20;
const SLASH = 0x2f;
const HTTP = word('http/');
const CHUNKED_WORD = word('chunked');

/** The names that matter here, by length: most lines of a head are passed over with one look-up. */
const NAMES: readonly (readonly [Uint8Array, number][] | undefined)[] = byLength([
  ['host', HOST],
  ['content-length', CONTENT_LENGTH],
  ['transfer-encoding', TRANSFER_ENCODING],
  ['connection', CONNECTION],
  ['upgrade', UPGRADE],
  ['keep-alive', KEEP_ALIVE],
  ['proxy-connection', PROXY_CONNECTION],
  ['te', TE],
  ['http2-settings', HTTP2_SETTINGS],
  [PROXY_PROOF.toLowerCase(), PROOF],
  ...FORWARDED.map((name, i): [string, number] => [name.toLowerCase(), FORWARDED_FOR + i]),
]);

function byLength(names: readonly (readonly [string, number])[]): [Uint8Array, number][][] {
  const table: [Uint8Array, number][][] = [];
  for (const [name, id] of names) {
    table[name.length] ??= [];
    table[name.length]!.push([word(name), id]);
  }
  return table;
}

function knownName(bytes: Uint8Array, start: number, end: number): number {
  const candidates = NAMES[end - start];
  if (candidates === undefined) return OTHER;
  for (let i = 0; i < candidates.length; i++)
    if (isWord(bytes, start, end, candidates[i]![0])) return candidates[i]![1];
  return OTHER;
}

/** RFC 3986 section 3.2.2 and a port: no space, comma, slash, `@` and the like. Empty is a host, too. */
function isHost(host: string): boolean {
  for (let i = 0; i < host.length; i++) if (HOST_CHARACTERS[host.charCodeAt(i)] !== 1) return false;
  return true;
}

const HOST_CHARACTERS = new Uint8Array(256);
for (const letter of "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~%!$&'()*+;=:[]")
  HOST_CHARACTERS[letter.charCodeAt(0)] = 1;
