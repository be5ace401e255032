/** Secrets and their hashes: how they are made, stored and compared. */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** 32 random bytes in URL-safe base64: 43 characters, 256 bits. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** A new id that says what it is for: `srv-3f9c…`, 96 random bits. */
export function newId<Prefix extends string>(prefix: Prefix): `${Prefix}-${string}` {
  return `${prefix}-${randomBytes(12).toString('hex')}`;
}

/**
 * SHA-256 in hex: what is stored in place of a secret. No salt and no stretching: our secrets are 256 random bits, which
 * nobody can guess; a person's password is never hashed with this.
 */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** HMAC-SHA256 in URL-safe base64 over parts that cannot run into each other. */
export function deriveSecret(key: string, ...parts: readonly string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');
}

/** Compares in a time that does not tell where two strings differ. */
export function secretsEqual(a: string, b: string): boolean {
  const left = createHash('sha256').update(a).digest();
  const right = createHash('sha256').update(b).digest();
  return timingSafeEqual(left, right);
}
