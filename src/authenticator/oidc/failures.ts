/** From what went wrong with a service to words for whoever wants to log in, and a line for the log without secrets. */
import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';
import { HubError } from '../../domain/errors.ts';

/** @param service what people call it */
export function failureOf(error: unknown, service: string): HubError {
  if (error instanceof HubError) return error;
  if (error instanceof AuthorizationResponseError) return describeAnswer(error, service);
  if (error instanceof ResponseBodyError) return describeTokenAnswer(error, service);
  const code = error instanceof ClientError ? (error.code ?? '') : '';
  const detail = detailOf(error);
  if (code === 'OAUTH_JWT_TIMESTAMP_CHECK_FAILED') {
    return new HubError('unavailable', `The clocks of ${service} and of this hub disagree.`, { detail });
  }
  // A response may be malformed, or say that it is from somebody else: only its words tell the two apart.
  const otherIssuer = code === 'OAUTH_INVALID_RESPONSE' && /"iss"/.test(detail);
  if (otherIssuer || /JWT|JWS|JWK|KEY_SELECTION|COMPARISON/.test(`${code} ${nameOf(error)}`)) {
    return new HubError(
      'forbidden',
      `The answer cannot be trusted: it does not come from ${service} as this course knows it, or was not meant for it.`,
      { detail },
    );
  }
  return new HubError('unavailable', `${service} does not answer as it should. Try again in a moment.`, {
    detail,
    cause: error,
  });
}

/** What the browser brought back in place of a code. */
function describeAnswer(
  { error: said, error_description: more }: AuthorizationResponseError,
  service: string,
) {
  const detail = `${plain(said)}: ${plain(more)}`;
  if (said === 'access_denied' || said === 'consent_required' || said === 'login_required') {
    return new HubError('forbidden', `${service} did not log you in: it was cancelled there, or refused.`, {
      detail,
    });
  }
  if (said === 'temporarily_unavailable' || said === 'server_error') {
    return new HubError('unavailable', `${service} has a problem just now. Try again in a moment.`, {
      detail,
    });
  }
  return new HubError(
    'unavailable',
    `${service} does not accept what this course asks of it. Only those who run the course can mend that.`,
    { detail },
  );
}

/** What the service told the hub in place of a token. */
function describeTokenAnswer({ error: said, error_description: more }: ResponseBodyError, service: string) {
  const detail = `${plain(said)}: ${plain(more)}`;
  if (said === 'invalid_grant' || said === 'bad_verification_code') {
    return new HubError('forbidden', 'This login took too long, or was used already. Log in again.', {
      detail,
    });
  }
  if (
    said === 'invalid_client' ||
    said === 'unauthorized_client' ||
    said === 'incorrect_client_credentials'
  ) {
    return new HubError(
      'unavailable',
      `${service} does not accept this hub: its client id or secret is wrong. Only those who run the course can mend that.`,
      { detail },
    );
  }
  return new HubError(
    'unavailable',
    `${service} does not accept what this hub asks of it. Only those who run the course can mend that.`,
    { detail },
  );
}

/** Names and messages only: bodies, addresses and what is nested in them may hold codes and tokens. */
export function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return plain(String(error));
  const code: unknown = Reflect.get(error, 'code');
  const cause = error.cause instanceof Error ? ` (${detailOf(error.cause)})` : '';
  return plain(`${nameOf(error)}${typeof code === 'string' ? ` ${code}` : ''}: ${error.message}${cause}`);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}

/** Others' words, which come by the browser: one line, not endless, and no address with what it carries. */
function plain(words: string | undefined): string {
  return (words ?? 'nothing more')
    .replace(/(https?:\/\/[^\s?#]*)[?#]\S*/g, '$1')
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .slice(0, 300);
}
