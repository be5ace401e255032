/** What the proxy is to know, and how it is told: over configurable-http-proxy's management API. */
import { text } from 'node:stream/consumers';
import { escapePathSegment, type Route } from '../domain/route.ts';
import { Agent, request } from '../lib/node-http.ts';

/** A route as the proxy has it. */
export interface ProxyRoute {
  readonly target: string;
  readonly lastActivityAt: Date | null;
  /** Ours; those without it were added by somebody else and are left alone. */
  readonly ours: boolean;
}

export interface RouteTable {
  /** By prefix. @throws where the proxy does not answer. */
  list(): Promise<ReadonlyMap<string, ProxyRoute>>;
  add(route: Route): Promise<void>;
  remove(prefix: string): Promise<void>;
}

const TIMEOUT_MS = 10_000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Talks to the management API of `polder proxy` or configurable-http-proxy. */
export class ProxyClient implements RouteTable {
  readonly #url: string;
  readonly #token: string;
  // Not `fetch`, whose first use costs the hub 16 MB.
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 4 });

  /** @param parts.url of the management API, without a path */
  constructor(parts: { readonly url: string; readonly token: string }) {
    this.#url = parts.url;
    this.#token = parts.token;
  }

  async list(): Promise<ReadonlyMap<string, ProxyRoute>> {
    const answer = await this.#ask('GET', '');
    const table = JSON.parse(answer.body) as Record<string, Record<string, unknown>>;
    return new Map(
      Object.entries(table).map(([prefix, route]) => [
        escapePrefix(prefix),
        {
          target: String(route.target),
          lastActivityAt: typeof route.last_activity === 'string' ? new Date(route.last_activity) : null,
          ours: route.jupyterhub === true,
        },
      ]),
    );
  }

  async add(route: Route): Promise<void> {
    await this.#ask('POST', route.prefix, { ...route.data, target: route.target, jupyterhub: true });
  }

  async remove(prefix: string): Promise<void> {
    await this.#ask('DELETE', prefix);
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const question = { method, path, body: body === undefined ? '' : JSON.stringify(body) };
    const answer = await this.#send(question).catch((error: NodeJS.ErrnoException) => {
      // A kept connection that the proxy closed at this moment. Each of these requests can be made twice.
      if (error.code === 'ECONNRESET') return this.#send(question);
      throw error;
    });
    const gone = method === 'DELETE' && answer.status === 404;
    const done = answer.status >= 200 && answer.status < 300;
    if (!done && !gone) throw new Error(`the proxy answered ${answer.status} to ${method} ${path}`);
    return answer;
  }

  #send({ method, path, body }: { readonly method: string; readonly path: string; readonly body: string }) {
    return new Promise<Answer>((resolve, reject) => {
      const question = request(
        `${this.#url}/api/routes${path}`,
        {
          method,
          agent: this.#agent,
          headers: { authorization: `token ${this.#token}` },
          signal: AbortSignal.timeout(TIMEOUT_MS),
        },
        async (answer) => {
          try {
            resolve({ status: answer.statusCode ?? 0, body: await text(answer) });
          } catch (error) {
            reject(error);
          }
        },
      );
      question.once('error', reject);
      question.end(body);
    });
  }
}

/** The management API takes prefixes as they stand in a URL, and lists them with their escapes taken out. */
function escapePrefix(prefix: string): string {
  return prefix.split('/').map(escapePathSegment).join('/');
}
