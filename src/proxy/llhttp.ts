import { llhttpBytes } from './llhttp-bytes.cjs';

/**
 * The one place that knows the HTTP parser: llhttp, as the WebAssembly that undici carries and Node's own HTTP
 * client and server run natively. It is not part of undici's documented interface, so package.json pins undici
 * exactly and `llhttp.test.ts` guards what is relied on here.
 *
 * It parses one whole head at a time and never sees a body. All of its state lives between the first and the last
 * line of `parse`, so two parsers, one for requests and one for responses, serve every connection of the process.
 */

/** The longest head, in bytes, that is read. */
export const MAX_HEAD = 64 * 1024;
/** The most header lines that a head may have. */
export const MAX_HEADERS = 1000;

/** The head is whole; `end` says where it ends. */
export const COMPLETE = 0;
/** Everything so far is a proper beginning of a head. */
export const INCOMPLETE = 1;
/** Not HTTP; `reason` says why. */
export const INVALID = 2;
/** More header lines or more bytes than are read. */
export const TOO_LARGE = 3;
export type ParseOutcome = typeof COMPLETE | typeof INCOMPLETE | typeof INVALID | typeof TOO_LARGE;

export type HeadKind = 'request' | 'response';

/**
 * The fields are those of the last head parsed and hold until the next one. All positions are positions in the
 * buffer that was given.
 */
export class HeadParser {
  /** Behind the empty line that ends the head. */
  end = 0;
  urlStart = 0;
  urlEnd = 0;
  status = 0;
  major = 0;
  minor = 0;
  /** llhttp's number of the method; see `METHOD`. */
  method = 0;
  headerCount = 0;
  reason = '';
  readonly nameStart = new Int32Array(MAX_HEADERS);
  readonly nameEnd = new Int32Array(MAX_HEADERS);
  readonly valueStart = new Int32Array(MAX_HEADERS);
  /** Spaces behind the value are part of it. */
  readonly valueEnd = new Int32Array(MAX_HEADERS);

  readonly #pointer: number;

  constructor(kind: HeadKind) {
    this.#pointer = wasm.llhttp_alloc(kind === 'request' ? 1 : 2);
    // Memory that had to grow for it leaves views of the old buffer behind.
    memory = new Uint8Array(wasm.memory.buffer, memoryAddress, MAX_HEAD);
  }

  /** Parses the head that begins at `from` and ends before `to` at the latest. */
  parse(bytes: Buffer, from: number, to: number): ParseOutcome {
    let length = to - from;
    // Only the head is copied, not the body that came with it.
    if (length > 4096) {
      const end = bytes.indexOf('\r\n\r\n', from, 'latin1');
      if (end >= 0 && end + 4 < to) length = end + 4 - from;
      if (length > MAX_HEAD) return TOO_LARGE;
    }
    memory.set(length === bytes.length ? bytes : bytes.subarray(from, from + length));
    this.headerCount = 0;
    this.urlStart = this.urlEnd = 0;
    wasm.llhttp_reset(this.#pointer);
    current = this;
    base = memoryAddress - from;
    const code = wasm.llhttp_execute(this.#pointer, memoryAddress, length);
    if (code === PAUSED) {
      this.end = wasm.llhttp_get_error_pos(this.#pointer) - base;
      this.major = wasm.llhttp_get_http_major(this.#pointer);
      this.minor = wasm.llhttp_get_http_minor(this.#pointer);
      this.method = wasm.llhttp_get_method(this.#pointer);
      return COMPLETE;
    }
    if (code === OK) return INCOMPLETE;
    if (this.headerCount === MAX_HEADERS) return TOO_LARGE;
    this.reason = readText(wasm.llhttp_get_error_reason(this.#pointer));
    return INVALID;
  }
}

const OK = 0;
const PAUSED = 21;
const USER_ERROR = 24;

interface LlhttpExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  malloc(size: number): number;
  llhttp_alloc(type: number): number;
  llhttp_reset(parser: number): void;
  llhttp_execute(parser: number, data: number, length: number): number;
  llhttp_get_error_pos(parser: number): number;
  llhttp_get_error_reason(parser: number): number;
  llhttp_get_http_major(parser: number): number;
  llhttp_get_http_minor(parser: number): number;
  llhttp_get_method(parser: number): number;
}

let current: HeadParser;
let base = 0;

// undici also carries a build with SIMD instructions; on heads of this size it measures the same.
const wasm = instantiate();
const memoryAddress = wasm.malloc(MAX_HEAD);
let memory = new Uint8Array(wasm.memory.buffer, memoryAddress, MAX_HEAD);

/** llhttp's numbers of the methods that the proxy treats in a way of their own. */
export const METHOD = { DELETE: 0, GET: 1, HEAD: 2, PUT: 4, CONNECT: 5, OPTIONS: 6, TRACE: 7 } as const;

function instantiate(): LlhttpExports {
  const zero = () => 0;
  const imports = {
    wasm_on_message_begin: zero,
    wasm_on_url: (_parser: number, at: number, length: number) => {
      current.urlStart = at - base;
      current.urlEnd = at - base + length;
      return 0;
    },
    wasm_on_status: zero,
    wasm_on_header_field: (_parser: number, at: number, length: number) => {
      if (current.headerCount === MAX_HEADERS) return USER_ERROR;
      current.nameStart[current.headerCount] = at - base;
      current.nameEnd[current.headerCount] = at - base + length;
      return 0;
    },
    wasm_on_header_value: (_parser: number, at: number, length: number) => {
      current.valueStart[current.headerCount] = at - base;
      current.valueEnd[current.headerCount] = at - base + length;
      current.headerCount += 1;
      return 0;
    },
    wasm_on_headers_complete: (_parser: number, status: number) => {
      current.status = status;
      return PAUSED;
    },
    wasm_on_body: zero,
    wasm_on_message_complete: zero,
  };
  const instance = new WebAssembly.Instance(new WebAssembly.Module(llhttpBytes()), { env: imports });
  const exports = instance.exports as unknown as LlhttpExports;
  exports._initialize();
  return exports;
}

/** A C string of the parser's memory. */
function readText(address: number): string {
  const bytes = Buffer.from(wasm.memory.buffer);
  return bytes.toString('latin1', address, bytes.indexOf(0, address));
}
