/** Proof Key for Code Exchange (RFC 7636), S256 only. Clients before JupyterHub 6 send none, so it is optional. */
import { createHash } from 'node:crypto';
import { secretsEqual } from '../../lib/secret.ts';
import { OAuthError } from './errors.ts';
import { type Parameters, parameter } from './parameters.ts';

/**
 * The challenge of an authorization request; null where it has none.
 * @throws OAuthError `invalid_request` for `plain`, which is also what leaving out the method means (§4.3), and for a
 * challenge that is no SHA-256
 */
export function readChallenge(parameters: Parameters): string | null {
  const challenge = parameter(parameters, 'code_challenge');
  const method = parameter(parameters, 'code_challenge_method');
  if (challenge === undefined) {
    if (method !== undefined) throw new OAuthError('invalid_request', 'code_challenge is missing.');
    return null;
  }
  if (method !== 'S256') throw new OAuthError('invalid_request', 'code_challenge_method must be S256.');
  if (!/^[A-Za-z0-9_-]{43}$/.test(challenge)) {
    throw new OAuthError('invalid_request', 'code_challenge is not a SHA-256 in base64url.');
  }
  return challenge;
}

/**
 * A verifier where there was no challenge is refused too: somebody took the challenge out of the authorization request
 * (RFC 9700 §4.8.2).
 * @throws OAuthError `invalid_grant` where challenge and verifier do not belong together
 */
export function checkVerifier(challenge: string | null, verifier: string | undefined): void {
  if (challenge === null && verifier === undefined) return;
  const proven =
    challenge !== null &&
    verifier !== undefined &&
    /^[A-Za-z0-9._~-]{43,128}$/.test(verifier) &&
    secretsEqual(createHash('sha256').update(verifier).digest('base64url'), challenge);
  if (!proven) throw new OAuthError('invalid_grant', 'code_verifier does not belong to code_challenge.');
}
