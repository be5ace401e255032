/** What Azure or the way to it answered in place of what was asked for, as an error for whoever gave the command. */
import { HubError, type HubErrorCode } from '../../domain/errors.ts';
import { ENVELOPES, wordsFor } from './error-words.ts';

/** "Resource Manager error response": of a request, a deployment, or one of its operations. */
export interface AzureError {
  readonly code?: string;
  readonly message?: string;
  readonly target?: string;
  readonly details?: readonly AzureError[];
}

/** @throws HubError in place of what the clients throw */
export async function asked<T>(answer: PromiseLike<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw refusalOf(error);
  }
}

export function refusalOf(error: unknown): unknown {
  if (error instanceof HubError || !(error instanceof Error)) return error;
  const { statusCode, code = '', message } = error as Partial<FromClient> & Error;
  if (/^(CredentialUnavailable|Authentication|AggregateAuthentication)/.test(error.name)) {
    return new HubError(
      'unauthenticated',
      `Azure does not know who you are: ${reasonIn(message)} Log in again.`,
      {
        cause: error,
      },
    );
  }
  if (statusCode === undefined) {
    if (!isOfTheWay(code)) return error;
    return new HubError('unavailable', `Azure cannot be reached (${code}): is there a connection?`, {
      cause: error,
    });
  }
  const known = bodyOf(error as Partial<FromClient>);
  return new HubError(
    CODES[statusCode] ?? (statusCode >= 500 ? 'unavailable' : 'conflict'),
    describeAzureError(known ?? { code: code || `status ${statusCode}`, message }),
    { cause: error },
  );
}

/** All that is wrong, each once, below the envelopes that it came in. */
export function describeAzureError(error: AzureError): string {
  return [...new Set(innermost(error).map((one) => wordsFor(one.code ?? '', one.message ?? '')))].join('\n');
}

/** Whether the answer says that there is no such thing. */
export function isMissing(error: unknown): boolean {
  return (error as Partial<FromClient> | null)?.statusCode === 404;
}

interface FromClient {
  readonly statusCode: number;
  readonly code: string;
  readonly details: unknown;
  readonly response: { readonly bodyAsText?: string | null };
}

const CODES: Readonly<Record<number, HubErrorCode>> = {
  400: 'invalid',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  429: 'too_many',
};

function bodyOf({ details, response }: Partial<FromClient>): AzureError | null {
  for (const body of [details, parsed(response?.bodyAsText)]) {
    const error = (body as { error?: AzureError } | null | undefined)?.error;
    if (error?.code !== undefined) return error;
  }
  return null;
}

function parsed(text: string | null | undefined): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

function innermost(error: AzureError): readonly AzureError[] {
  const below = error.details ?? [];
  if (below.length > 0 && (ENVELOPES.has(error.code ?? '') || (error.message ?? '') === ''))
    return below.flatMap(innermost);
  // Some services put the answer of another into the text of theirs.
  const inner = ENVELOPES.has(error.code ?? '') ? parsed(error.message) : null;
  const wrapped = (inner as { error?: AzureError } | null)?.error;
  return wrapped ? innermost(wrapped) : [error];
}

function isOfTheWay(code: string): boolean {
  return /^(E[A-Z_]+|REQUEST_SEND_ERROR|UND_ERR_\w+)$/.test(code);
}

/** Entra's own sentence, where there is one. */
function reasonIn(text: string): string {
  return /AADSTS\d+: [^\r\n]*/.exec(text)?.[0] ?? text.split('\n')[0]!;
}
