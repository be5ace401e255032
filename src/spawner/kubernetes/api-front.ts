/** For tests: stands before a cluster's API server, and answers some requests in its place. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Agent, type Dispatcher, request } from 'undici';
import { ApiServer } from '../../kubernetes/api-server.ts';
import type { JsonMap } from './pod-recipe.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

export interface FrontAnswer {
  readonly status: number;
  readonly body: JsonMap;
  readonly headers?: Readonly<Record<string, string>>;
}

export class ApiFront implements AsyncDisposable {
  /** By which a spawner comes through here. */
  readonly kubeconfig: string;
  /** What is answered here; undefined: the API server answers. */
  answer: (asked: Asked) => FrontAnswer | undefined = () => undefined;
  readonly #folder: string;
  readonly #target: string;
  readonly #dispatcher: Dispatcher;
  readonly #server: Server;

  private constructor(folder: string, target: string, dispatcher: Dispatcher) {
    this.#folder = folder;
    this.kubeconfig = join(folder, 'kubeconfig');
    this.#target = target;
    this.#dispatcher = dispatcher;
    this.#server = createServer(
      (asked, answer) => void this.#serve(asked, answer).catch(() => answer.destroy()),
    );
  }

  static async open(kubeconfig: string): Promise<ApiFront> {
    await using api = await ApiServer.open({ kubeconfig });
    const tls: Record<string, unknown> = {};
    await api.config.applyToHTTPSOptions(tls);
    const { ca, cert, key } = tls as Record<'ca' | 'cert' | 'key', Buffer>;
    const dispatcher = new Agent({ connect: { ca, cert, key } });
    const front = new ApiFront(await mkdtemp(join(tmpdir(), 'polder-front-')), api.url, dispatcher);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    const { port } = front.#server.address() as AddressInfo;
    await writeFile(front.kubeconfig, JSON.stringify(plainKubeconfig(`http://127.0.0.1:${port}`)));
    return front;
  }

  /** Ends all that goes on, watches among it. */
  cut(): void {
    this.#server.closeAllConnections();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.cut();
    await this.#dispatcher.destroy();
    await rm(this.#folder, { recursive: true });
  }

  async #serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(asked.url!, this.#target);
    const own = this.answer({ method: asked.method!, path: pathname, query: searchParams });
    if (own !== undefined) {
      asked.resume();
      answer.writeHead(own.status, { 'Content-Type': 'application/json', ...own.headers });
      answer.end(`${JSON.stringify(own.body)}\n`);
      return;
    }
    const ended = new AbortController();
    answer.once('close', () => ended.abort());
    const { 'content-type': type = 'application/json' } = asked.headers;
    const { statusCode, headers, body } = await request(`${this.#target}${asked.url}`, {
      method: asked.method as Dispatcher.HttpMethod,
      headers: { 'Content-Type': type },
      ...(asked.method === 'GET' ? {} : { body: asked }),
      dispatcher: this.#dispatcher,
      signal: ended.signal,
      bodyTimeout: 0,
    });
    answer.writeHead(statusCode, { 'Content-Type': headers['content-type'] ?? '' });
    answer.flushHeaders();
    await pipeline(body, answer);
  }
}

/** Nobody in particular, without TLS: the client takes that only for a cluster whose certificate is not looked at. */
function plainKubeconfig(server: string): JsonMap {
  const name = 'front';
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user: {} }],
  };
}
