/** Asking a service: what all questions have in common, and where its answers stray from the standard. */
import type { CustomFetch } from 'openid-client';
import type { ApiAnswer } from './providers/provider.ts';

/** A service that takes longer counts as down: people wait for it. */
export const TIMEOUT_SECONDS = 10;
const LONGEST_ANSWER = 1_000_000;

/** The id token of a service whose issuer is not known goes by this name, since nobody could check whom it is from. */
export const UNCHECKED_ID_TOKEN = 'unchecked_id_token';

/**
 * For the token endpoint. GitHub says that something went wrong with the status 200; Keycloak adds a challenge for
 * browsers where a secret is wrong, which hides what it says.
 */
export function tokenFetch(options: { readonly issuerKnown: boolean }): CustomFetch {
  return async (url, { body = null, ...init }) => {
    const response = await fetch(url, { ...init, body: body as RequestInit['body'] & {} });
    if (init.method !== 'POST') return response;
    const text = await limitedText(response);
    const said = parseObject(text);
    const headers = { 'content-type': response.headers.get('content-type') ?? 'text/plain' };
    if (said === undefined) return new Response(text, { status: response.status, headers });
    if (!options.issuerKnown && 'id_token' in said) {
      said[UNCHECKED_ID_TOKEN] = said.id_token;
      delete said.id_token;
    }
    const status = response.status === 200 && typeof said.error === 'string' ? 400 : response.status;
    return Response.json(said, { status });
  };
}

/** Asks an address of the service with a token. @throws where it cannot be reached or does not answer in time. */
export async function askApi(url: string, token: string | null): Promise<ApiAnswer> {
  const response = await fetch(url, {
    // The token is for this address, not for where it may lead.
    redirect: 'manual',
    headers: {
      accept: 'application/json',
      'user-agent': 'Polder',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
  });
  const text = await limitedText(response);
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch {
    return { status: response.status, body: undefined };
  }
}

async function limitedText(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > LONGEST_ANSWER) throw new Error('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
