import type { ClientRequest, IncomingMessage } from 'node:http';
import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { request as requestHttp } from '../../lib/node-http.ts';
import { requestHttps } from '../node-tls.ts';

/** A hub that is asked, and what it is shown. */
export interface Hub {
  /** Its base URL: `http://hub:8081/`. */
  readonly url: string;
  readonly token: string;
  /** For one that is reached over TLS. */
  readonly tls?: TlsOptions;
}

/** An address below a hub's base URL. */
export function hubAddress(baseUrl: string, path: string): URL {
  return new URL(path, baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
}

/** A `POST` to a path below a hub's base URL, on a connection of its own. The caller writes the body and ends it. */
export function postToHub(
  hub: Hub,
  { path, type, signal }: { readonly path: string; readonly type: string; readonly signal: AbortSignal },
): ClientRequest {
  const url = hubAddress(hub.url, path);
  const options = {
    method: 'POST',
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    agent: false as const,
    headers: { Host: url.host, Authorization: `token ${hub.token}`, 'Content-Type': type },
    signal,
  };
  return url.protocol === 'https:' ? requestHttps({ ...hub.tls, ...options }) : requestHttp(options);
}

/** The hub is there and wants nothing of us: asking again at once does not help. */
export class TokenRefused extends Error {
  constructor() {
    super('the hub refuses our token: it is not the one that the hub has');
    this.name = 'TokenRefused';
  }
}

/** @throws where it does not come, and where it refuses. */
export async function answerOf(request: ClientRequest, expected: number): Promise<IncomingMessage> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    // Later errors are those of the answer too, whose reader hears of them.
    request.on('error', reject);
  });
  if (answer.statusCode === expected) return answer;
  request.destroy();
  if (answer.statusCode === 403) throw new TokenRefused();
  throw new Error(`the hub answers ${answer.statusCode}`);
}
