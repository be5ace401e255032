/** Comparing pieces of a head with known words, byte by byte, without making strings of them. */

/** The bytes of a lower-case word of letters, digits and hyphens, to compare with. */
export function word(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/**
 * Whether `bytes` from `start` to `end` are the word, in any case.
 *
 * Setting bit 5 makes capitals small. It also turns some control characters into a hyphen or a digit, but no head
 * that llhttp let through has those in a name or a value.
 */
export function isWord(bytes: Uint8Array, start: number, end: number, expected: Uint8Array): boolean {
  if (end - start !== expected.length) return false;
  for (let i = 0; i < expected.length; i++) if ((bytes[start + i]! | 0x20) !== expected[i]) return false;
  return true;
}

/** `end` without the spaces and tabs in front of it. */
export function trimEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && (bytes[at - 1] === 0x20 || bytes[at - 1] === 0x09)) at -= 1;
  return at;
}

/** The elements of a comma-separated list, in lower case. For the rare lists that are not one known word. */
export function listElements(bytes: Buffer, start: number, end: number): string[] {
  return bytes
    .toString('latin1', start, end)
    .split(',')
    .map((element) => element.trim().toLowerCase())
    .filter((element) => element !== '');
}

const CLOSE = word('close');
const KEEP_ALIVE = word('keep-alive');
const UPGRADE = word('upgrade');

/** What the Connection lines of one head say. */
export class ConnectionOptions {
  keepAlive = false;
  close = false;
  upgrade = false;
  /** Other header names that belong to this connection only. */
  named: Set<string> | undefined;

  clear(): void {
    this.keepAlive = this.close = this.upgrade = false;
    this.named = undefined;
  }

  read(bytes: Buffer, start: number, end: number): void {
    if (isWord(bytes, start, end, KEEP_ALIVE)) this.keepAlive = true;
    else if (isWord(bytes, start, end, CLOSE)) this.close = true;
    else if (isWord(bytes, start, end, UPGRADE)) this.upgrade = true;
    else
      for (const option of listElements(bytes, start, end)) {
        if (option === 'keep-alive') this.keepAlive = true;
        else if (option === 'close') this.close = true;
        else if (option === 'upgrade') this.upgrade = true;
        // A message that named these would lose its address or its length on the way.
        else if (option !== 'host' && option !== 'content-length' && option !== 'transfer-encoding') {
          this.named ??= new Set();
          this.named.add(option);
        }
      }
  }
}
