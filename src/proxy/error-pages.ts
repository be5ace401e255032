import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Logger } from 'pino';
import { request as requestHttp, STATUS_CODES } from '../lib/node-http.ts';
import { requestHttps } from './node-tls.ts';
import type { Target } from './target.ts';

/** What a client gets to read when the proxy itself has to answer. */
export interface ErrorPage {
  readonly body: Buffer;
  readonly headers: { readonly [name: string]: string };
}

export interface ErrorPagesOptions {
  /** A server that makes the pages: `GET <target>/<status>?url=<what was asked for>`. */
  readonly target?: Target;
  /** A folder with `<status>.html` and, for every other status, `error.html`. */
  readonly folder?: string;
  /** For a server that is reached over TLS. */
  readonly tls: TlsOptions;
  /** Milliseconds that the server may take. */
  readonly timeout: number;
  readonly logger: Logger;
}

/**
 * Error pages, from a server or a folder; if those fail or there are none, a plain one of our own. Where the server that
 * makes them is the hub, and that is away too, the page says so and tries again.
 */
export class ErrorPages {
  /** As in the options; may change. */
  target: Target | undefined;
  readonly #options: Omit<ErrorPagesOptions, 'target'>;

  constructor(options: ErrorPagesOptions) {
    this.target = options.target;
    this.#options = options;
  }

  /** @param url The path and query that were asked for. */
  page(status: number, url: string): ErrorPage | Promise<ErrorPage> {
    const { target } = this;
    const { folder, logger } = this.#options;
    if (target === undefined && folder === undefined) return plainPage(status);
    const page =
      target === undefined ? this.#fromFolder(status, folder!) : this.#fromServer(status, url, target);
    return page.catch((error: unknown) => {
      logger.error({ status, reason: String(error) }, 'no custom error page');
      return target !== undefined && status === 503 ? lonelyPage() : plainPage(status);
    });
  }

  async #fromFolder(status: number, folder: string): Promise<ErrorPage> {
    const body = await readFile(join(folder, `${status}.html`)).catch(() =>
      readFile(join(folder, 'error.html')),
    );
    return { body, headers: { 'Content-Type': 'text/html' } };
  }

  async #fromServer(status: number, url: string, target: Target): Promise<ErrorPage> {
    const { tls, timeout } = this.#options;
    const query = new URLSearchParams({ url });
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const common = {
        path: `${target.basePath}/${status}?${query}`,
        signal: AbortSignal.timeout(timeout),
        headers: { Host: target.hostHeader },
        ...(target.socketPath === undefined
          ? { host: target.host, port: target.port }
          : { socketPath: target.socketPath }),
      };
      const sent = target.secure ? requestHttps({ ...tls, ...common }) : requestHttp(common);
      sent.on('response', resolve).on('error', reject).end();
    });
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of response as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > MAX_PAGE) throw new Error(`the error page is larger than ${MAX_PAGE} bytes`);
      pieces.push(piece);
    }
    const headers: { [name: string]: string } = {};
    for (const name of ['content-type', 'content-encoding']) {
      const value = response.headers[name];
      if (typeof value === 'string') headers[name] = value;
    }
    return { body: Buffer.concat(pieces), headers };
  }
}

const MAX_PAGE = 4 * 1024 * 1024;

const EXPLANATIONS: { readonly [status: number]: string } = {
  400: 'The address of this page is not written properly.',
  404: 'There is nothing at this address.',
  503: 'The server behind this address does not answer. It may be starting or stopped: try again in a moment.',
};

function plainPage(status: number): ErrorPage {
  return pageOf(status, EXPLANATIONS[status] ?? 'Something went wrong on the way to this page.');
}

function lonelyPage(): ErrorPage {
  const { body, headers } = pageOf(
    503,
    'The hub of this course does not answer at the moment. What runs goes on running. This page tries again by itself.',
  );
  return { body, headers: { ...headers, 'Retry-After': '5', Refresh: '5' } };
}

function pageOf(status: number, text: string): ErrorPage {
  const title = `${status} ${STATUS_CODES[status] ?? 'Error'}`;
  const body = Buffer.from(
    `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>${title}</title></head>\n` +
      `<body><h1>${title}</h1><p>${text}</p></body>\n</html>\n`,
  );
  return { body, headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' } };
}
