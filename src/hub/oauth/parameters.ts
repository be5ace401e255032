import { OAuthError } from './errors.ts';

/** As a query or form parser gives them: a list where a parameter was sent more than once. */
export type Parameters = Readonly<Record<string, unknown>>;

/**
 * One parameter; undefined where it is absent or empty, which mean the same (RFC 6749 §3.1).
 * @throws OAuthError `invalid_request` where it was sent twice, which it must not be (§3.1, §3.2)
 */
export function parameter(parameters: Parameters, name: string): string | undefined {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new OAuthError('invalid_request', `${name} was sent more than once.`);
  return value;
}

/** @throws OAuthError `invalid_request` where it is missing or was sent twice */
export function requiredParameter(parameters: Parameters, name: string): string {
  const value = parameter(parameters, name);
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing.`);
  return value;
}
