/** Asks the hub's API. */
import { start } from '../start.ts';

/** What the hub says where it does not do what was asked; the message is for people. */
export class RefusedError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @param path below `/hub/api` @throws RefusedError */
export async function request<T>(
  path: string,
  { method = 'GET', body, signal }: { method?: string; body?: unknown; signal?: AbortSignal } = {},
): Promise<T> {
  const response = await fetch(`${start.baseUrl}hub/api${path}`, {
    method,
    headers: {
      'x-xsrftoken': start.xsrf,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  const text = await response.text();
  // The session has ended: the page leads to the login page, and from there back.
  if (response.status === 401) location.reload();
  if (!response.ok) throw new RefusedError(response.status, messageOf(text) ?? response.statusText);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { message?: string }).message;
  } catch {
    return undefined;
  }
}
