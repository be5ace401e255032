/** Text that others keep for us and can neither read nor change: AES-256-GCM under a key derived for one purpose. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { deriveSecret } from './secret.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export interface Seal {
  /** Any secret of the hub. */
  readonly key: string;
  /** What is sealed for one purpose cannot be opened for another. */
  readonly purpose: string;
}

/** @returns URL-safe base64. */
export function sealText(text: string, seal: Seal): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', keyOf(seal), nonce);
  const hidden = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, hidden, cipher.getAuthTag()]).toString('base64url');
}

/** @returns undefined where it was not sealed with this key for this purpose, or was changed since. */
export function openSealedText(sealed: string, seal: Seal): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', keyOf(seal), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const hidden = bytes.subarray(NONCE_BYTES, -TAG_BYTES);
    return Buffer.concat([decipher.update(hidden), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function keyOf({ key, purpose }: Seal): Buffer {
  return createHash('sha256')
    .update(deriveSecret(key, 'seal', purpose))
    .digest();
}
