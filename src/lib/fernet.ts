/**
 * Text that Python's `cryptography` encrypted: Fernet (https://github.com/fernet/spec), version 128: AES-128-CBC, and an
 * HMAC-SHA256 of all that comes before it. Only opened here; what we seal is in `sealed-text.ts`.
 */
import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

const VERSION = 0x80;
/** Version, time, initialization vector. */
const HEAD_BYTES = 1 + 8 + 16;
const TAG_BYTES = 32;
const KEY_BYTES = 32;

/** The 32 bytes of a key that is written in hex, in base64, or as it is; undefined where it is none of these. */
export function fernetKey(text: string): Uint8Array | undefined {
  const key = /^[0-9a-f]{64}$/i.test(text)
    ? Buffer.from(text, 'hex')
    : text.length === 44
      ? Buffer.from(text, 'base64')
      : Buffer.from(text);
  return key.length === KEY_BYTES ? key : undefined;
}

/** @returns undefined where none of the keys opens it */
export function openFernet(token: Uint8Array, keys: readonly Uint8Array[]): string | undefined {
  const bytes = Buffer.from(Buffer.from(token).toString('latin1'), 'base64url');
  if (bytes.length < HEAD_BYTES + TAG_BYTES || bytes[0] !== VERSION) return undefined;
  const signed = bytes.subarray(0, -TAG_BYTES);
  for (const key of keys) {
    const tag = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
    if (!timingSafeEqual(tag, bytes.subarray(-TAG_BYTES))) continue;
    const decipher = createDecipheriv('aes-128-cbc', key.subarray(16), bytes.subarray(9, HEAD_BYTES));
    const text = Buffer.concat([decipher.update(signed.subarray(HEAD_BYTES)), decipher.final()]);
    return text.toString('utf8');
  }
  return undefined;
}
