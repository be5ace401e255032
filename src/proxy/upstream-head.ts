import { PROXY_PROOF } from '../domain/proxy-proof.ts';
import type { HeadParser } from './llhttp.ts';
import { FORWARDED, type RequestHead } from './request-head.ts';
import { cutPrefix } from './request-path.ts';
import type { ProxyRoute } from './route-table.ts';

export interface UpstreamHeadOptions {
  readonly xForward: boolean;
  readonly prependPath: boolean;
  readonly includePrefix: boolean;
  readonly hostRouting: boolean;
  readonly changeOrigin: boolean;
  readonly customHeaders: { readonly [name: string]: string };
  /** The hubs that are followed, by the keys of their targets, and what they are shown. */
  readonly hubs: ReadonlySet<string>;
  readonly proof: string;
}

/** What is known of a client's connection when its requests are forwarded. */
export interface ClientAddress {
  readonly address: string;
  readonly secure: boolean;
}

/** Makes the head that goes to the server out of the one that came from the client. */
export class UpstreamHeadWriter {
  readonly #options: UpstreamHeadOptions;
  readonly #custom: string;
  readonly #customNames: ReadonlySet<string>;
  /** The X-Forwarded lines of the last client; requests of one client tend to follow each other. */
  #lastAddress: ClientAddress | undefined;
  #lastHost = '';
  #lastLines = '';

  constructor(options: UpstreamHeadOptions) {
    this.#options = options;
    this.#custom = Object.entries(options.customHeaders)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    this.#customNames = new Set(Object.keys(options.customHeaders).map((name) => name.toLowerCase()));
  }

  /**
   * @param bodyEnd Where the part of the body that has arrived ends behind the head.
   * @returns The head and that part of the body, in one piece.
   */
  write(
    head: RequestHead,
    parser: HeadParser,
    route: ProxyRoute,
    client: ClientAddress,
    bodyEnd: number,
  ): Buffer {
    const { bytes } = head;
    const path = this.#path(head.url, route);
    const added = this.#addedLines(head, route, client);
    const out = Buffer.allocUnsafe(bodyEnd - head.start + path.length + added.length + 16);
    let at = 0;
    let from = head.start;
    if (path !== head.url || !head.urlVerbatim || head.http10) {
      // The method and the space behind it stay.
      bytes.copy(out, 0, head.start, parser.urlStart);
      at = parser.urlStart - head.start;
      at += out.write(`${path} HTTP/1.1\r\n`, at, 'latin1');
      from = parser.headerCount > 0 ? parser.nameStart[0]! : head.end - 2;
    }
    for (let i = 0; i < parser.headerCount; i++) {
      if (head.dropped[i] === 0) continue;
      const line = parser.nameStart[i]!;
      if (line > from) at += bytes.copy(out, at, from, line);
      from = i + 1 < parser.headerCount ? parser.nameStart[i + 1]! : head.end - 2;
    }
    at += bytes.copy(out, at, from, head.end - 2);
    at += out.write(added, at, 'latin1');
    at += bytes.copy(out, at, head.end - 2, bodyEnd);
    return out.subarray(0, at);
  }

  #path(url: string, route: ProxyRoute): string {
    const { basePath } = route.target;
    if (this.#options.includePrefix && (basePath === '' || !this.#options.prependPath)) return url;
    if (url === '*') return url;
    const kept = this.#options.includePrefix ? url : cutPrefix(url, this.#pathPrefix(route.prefix));
    return this.#options.prependPath ? basePath + kept : kept;
  }

  /** The prefix without the host in front of it. */
  #pathPrefix(prefix: string): string {
    if (!this.#options.hostRouting) return prefix;
    const slash = prefix.indexOf('/', 1);
    return slash < 0 ? '/' : prefix.slice(slash);
  }

  #addedLines(head: RequestHead, route: ProxyRoute, client: ClientAddress): string {
    let lines = '';
    if (this.#options.changeOrigin || head.host === '' || head.absolute) lines += this.#hostLine(head, route);
    if (head.upgrade) lines += 'Connection: Upgrade\r\n';
    if (this.#options.xForward) lines += this.#forwardedLines(head, client);
    if (this.#options.hubs.has(route.target.key)) lines += `${PROXY_PROOF}: ${this.#options.proof}\r\n`;
    return lines + this.#custom;
  }

  #hostLine(head: RequestHead, route: ProxyRoute): string {
    if (this.#customNames.has('host')) return '';
    const host = this.#options.changeOrigin || head.host === '' ? route.target.hostHeader : head.host;
    return `Host: ${host}\r\n`;
  }

  /** Values of proxies before this one are kept: ours is appended, and their X-Forwarded-Host stays. */
  #forwardedLines(head: RequestHead, client: ClientAddress): string {
    if (!head.hasForwarded && this.#lastAddress === client && this.#lastHost === head.host)
      return this.#lastLines;
    const own = [
      client.address,
      portOf(head.host, client.secure),
      client.secure ? 'https' : 'http',
      head.host,
    ];
    let lines = '';
    for (let i = 0; i < FORWARDED.length; i++) {
      const name = FORWARDED[i]!;
      if (this.#customNames.has(name.toLowerCase())) continue;
      // A client on a unix socket has no address, and one of HTTP/1.0 may ask for no host.
      const values = [head.forwarded[i], own[i]].filter((value) => value !== undefined && value !== '');
      if (values.length > 0) lines += `${name}: ${i === HOST ? values[0] : values.join(',')}\r\n`;
    }
    if (!head.hasForwarded) {
      this.#lastAddress = client;
      this.#lastHost = head.host;
      this.#lastLines = lines;
    }
    return lines;
  }
}

const HOST = FORWARDED.indexOf('X-Forwarded-Host');

function portOf(host: string, secure: boolean): string {
  const match = /:(\d+)$/.exec(host);
  return match === null ? (secure ? '443' : '80') : match[1]!;
}
