import { type Dispatcher, request } from 'undici';
import { checkAnswer } from './described-answers.ts';

/** As much of a browser as a test of the hub needs: it keeps cookies and shows them where their path says so. */
export class Browser {
  readonly #origin: string;
  readonly #cookies = new Map<string, Cookie>();

  constructor(origin: string) {
    this.#origin = origin;
  }

  /** Does not follow redirects. */
  async fetch(
    path: string,
    init: {
      readonly method?: string;
      readonly headers?: Record<string, string>;
      readonly body?: string | URLSearchParams;
    } = {},
  ): Promise<Response> {
    const url = new URL(path, this.#origin);
    const cookie = [...this.#cookies.values()]
      .filter((kept) => url.pathname.startsWith(kept.path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
    const form = init.body instanceof URLSearchParams;
    // Not by fetch(), which says of every request that a script made it (`sec-fetch-mode: cors`).
    const response = await asResponse(
      await request(url, {
        method: (init.method ?? 'GET') as Dispatcher.HttpMethod,
        headers: {
          ...(cookie === '' ? {} : { cookie }),
          ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
          ...init.headers,
        },
        body: init.body?.toString() ?? null,
      }),
    );
    await checkAnswer(init.method ?? 'GET', url, response);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Goes to a page as somebody who typed its address or followed a link. */
  get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.fetch(path, { headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', ...headers } });
  }

  /** Sends a form. */
  post(
    path: string,
    fields: Record<string, string>,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { accept: 'text/html', 'sec-fetch-mode': 'navigate', ...headers },
    });
  }

  cookie(name: string): string | undefined {
    return [...this.#cookies.values()].find((kept) => kept.name === name)?.value;
  }

  setCookie(name: string, value: string, path = '/'): void {
    this.#cookies.set(`${path} ${name}`, { name, value, path });
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ?? '/';
    const expires = attributes.find((attribute) => /^expires=/i.test(attribute))?.slice('expires='.length);
    if (expires && new Date(expires).getTime() <= Date.now()) this.#cookies.delete(`${path} ${name}`);
    else this.setCookie(name, value, path);
  }
}

async function asResponse({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<Response> {
  const fields = Object.entries(headers).flatMap(([name, value]) =>
    [value ?? []].flat().map((one): [string, string] => [name, one]),
  );
  const bytes = await body.arrayBuffer();
  const none = statusCode === 204 || statusCode === 304;
  return new Response(none ? null : bytes, { status: statusCode, headers: fields });
}

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}
