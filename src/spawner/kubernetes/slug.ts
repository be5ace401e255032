/**
 * Names that Kubernetes takes, made of any text: as KubeSpawner makes them, so that what it made is found again.
 * `escapeSlug` is its scheme up to version 6, `safeSlug` the one since 7.
 */
import { createHash } from 'node:crypto';

const HASH_LENGTH = 8;
const DEFAULT_LENGTH = 32;

/** Every byte beyond a-z and 0-9 becomes `-` and two hex digits: `anna@example` is `anna-40example`. */
export function escapeSlug(text: string): string {
  const bytes = [...new TextEncoder().encode(text)];
  return bytes
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[a-z0-9]/.test(letter) ? letter : `-${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** The text itself where `isValid` says that it may be a name, else what is left of it and the start of its hash. */
export function safeSlug(
  text: string,
  options: { readonly isValid?: (text: string) => boolean; readonly maxLength?: number } = {},
): string {
  const { isValid = isObjectName, maxLength } = options;
  const fits = maxLength === undefined || text.length <= maxLength;
  // Two hyphens join the parts of a name, so no part may have them of its own.
  if (!text.includes('--') && isValid(text) && fits) return text;
  const length = (maxLength ?? DEFAULT_LENGTH) - HASH_LENGTH - 3;
  return `${readablePart(text, length)}---${hashOf(text)}`;
}

/** Several texts as one name: `{first}--{second}---{hash}`. */
export function multiSlug(texts: readonly string[], maxLength: number): string {
  const perText = Math.floor((maxLength - HASH_LENGTH - 1) / texts.length) - 2;
  const parts = texts.map((text) => readablePart(text, perText));
  return `${parts.join('--')}---${hashOf(...texts)}`;
}

/** A name of RFC 1035 and RFC 1123 both: 1 to 63 of a-z, 0-9 and `-`, a letter first, no hyphen last. */
export function isObjectName(text: string): boolean {
  return /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

/** What the value of a label may be. */
export function isLabelValue(text: string): boolean {
  return text === '' || /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/i.test(text);
}

function readablePart(text: string, length: number): string {
  const hyphened = text.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const part = hyphened.replace(/^-+/, '').slice(0, length).replace(/-+$/, '');
  if (part === '') return 'x';
  return /^[a-z]/.test(part) ? part : `x-${part.slice(0, length - 2)}`;
}

/** No byte of UTF-8 is 0xff, so that it tells where one text ends and the next begins. */
function hashOf(...texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const [index, text] of texts.entries()) {
    if (index > 0) hash.update(Buffer.from([0xff]));
    hash.update(text);
  }
  return hash.digest('hex').slice(0, HASH_LENGTH);
}
