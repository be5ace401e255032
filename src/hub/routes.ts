/** What the proxy is to know, and how it is told: over configurable-http-proxy's management API. */
import type { Route } from '../domain/route.ts';

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

/** Talks to the management API of `polder proxy` or configurable-http-proxy. */
export class ProxyClient implements RouteTable {
  readonly #url: string;
  readonly #token: string;

  /** @param parts.url of the management API, without a path */
  constructor(parts: { readonly url: string; readonly token: string }) {
    this.#url = parts.url;
    this.#token = parts.token;
  }

  async list(): Promise<ReadonlyMap<string, ProxyRoute>> {
    const response = await this.#request('GET', '');
    const table = (await response.json()) as Record<string, Record<string, unknown>>;
    return new Map(
      Object.entries(table).map(([prefix, route]) => [
        prefix,
        {
          target: String(route.target),
          lastActivityAt: typeof route.last_activity === 'string' ? new Date(route.last_activity) : null,
          ours: route.jupyterhub === true,
        },
      ]),
    );
  }

  async add(route: Route): Promise<void> {
    await this.#request('POST', route.prefix, { ...route.data, target: route.target, jupyterhub: true });
  }

  async remove(prefix: string): Promise<void> {
    await this.#request('DELETE', prefix);
  }

  async #request(method: string, path: string, body?: unknown): Promise<Response> {
    const response = await fetch(`${this.#url}/api/routes${path}`, {
      method,
      headers: { authorization: `token ${this.#token}` },
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const gone = method === 'DELETE' && response.status === 404;
    if (!response.ok && !gone) throw new Error(`the proxy answered ${response.status} to ${method} ${path}`);
    return response;
  }
}
