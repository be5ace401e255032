/**
 * What can go wrong, in words that know no transport. `http/errors.ts` has the one table that turns a code
 * into a status.
 */

export type HubErrorCode =
  | 'invalid' // the request cannot be understood or breaks a rule: change it
  | 'unauthenticated' // nobody is logged in, or the token is not (or no longer) valid
  | 'forbidden' // known, but not allowed
  | 'not_found' // there is no such thing, or the caller may not know that there is
  | 'conflict' // it exists already, or its state forbids this now
  | 'not_running' // the server asked for is not running
  | 'too_many' // a limit or a throttle: try again after `retryAfterSeconds`
  | 'unavailable' // something we rest on does not answer: try again
  | 'internal'; // our own mistake

export interface HubErrorOptions {
  /** For the log only: never shown to the person who asked. */
  readonly detail?: string;
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** An expected failure. `message` is for the person who asked; `detail` is for the log. */
export class HubError extends Error {
  readonly code: HubErrorCode;
  readonly detail: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: HubErrorCode, message: string, options: HubErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HubError';
    this.code = code;
    this.detail = options.detail;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
