/** Entra's token endpoint for programs ("OAuth 2.0 client credentials flow on the Microsoft identity platform"). */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

export const TENANT = '00000000-0000-0000-0000-00000000aaaa';
export const CLIENT = '00000000-0000-0000-0000-00000000bbbb';
export const CLIENT_SECRET = 'only-for-tests';

export class Entra {
  /** Those that count. */
  readonly #tokens = new Set<string>();

  isValid(token: string): boolean {
    return this.#tokens.has(token);
  }

  /** Every token that was given ends now. */
  expireAll(): void {
    this.#tokens.clear();
  }

  /** @returns whether the path is one of Entra's */
  answer(
    request: IncomingMessage,
    response: ServerResponse,
    { origin, path, body }: { readonly origin: string; readonly path: string; readonly body: string },
  ): boolean {
    if (!path.startsWith(`/${TENANT}/`)) return false;
    const own = `${origin}/${TENANT}`;
    if (request.method === 'GET' && path === `/${TENANT}/v2.0/.well-known/openid-configuration`) {
      send(response, 200, {
        issuer: `${own}/v2.0`,
        authorization_endpoint: `${own}/oauth2/v2.0/authorize`,
        token_endpoint: `${own}/oauth2/v2.0/token`,
        jwks_uri: `${own}/discovery/v2.0/keys`,
      });
      return true;
    }
    if (request.method === 'POST' && path === `/${TENANT}/oauth2/v2.0/token`) {
      const form = new URLSearchParams(body);
      const wrong =
        form.get('grant_type') !== 'client_credentials' || form.get('scope') !== `${origin}/.default`
          ? 'invalid_request'
          : form.get('client_id') !== CLIENT || form.get('client_secret') !== CLIENT_SECRET
            ? 'invalid_client'
            : null;
      if (wrong !== null) {
        send(response, wrong === 'invalid_client' ? 401 : 400, {
          error: wrong,
          error_description: 'AADSTS7000215: Invalid client secret provided.',
          error_codes: [7000215],
        });
        return true;
      }
      const token = randomBytes(24).toString('base64url');
      this.#tokens.add(token);
      send(response, 200, {
        token_type: 'Bearer',
        expires_in: 3599,
        ext_expires_in: 3599,
        access_token: token,
      });
      return true;
    }
    return false;
  }
}

export function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
