import { MAX_HEAD } from './llhttp.ts';

/**
 * Collects a head that arrives in pieces. Each byte is looked at once, however small the pieces: the parser, which
 * begins anew with every attempt, is only asked again when the head can be whole or is certainly wrong.
 */
export class PartialHead {
  #bytes: Buffer | undefined;
  #length = 0;

  get empty(): boolean {
    return this.#length === 0;
  }

  get length(): number {
    return this.#length;
  }

  /** Keeps `piece` and says whether to parse what there is now (`bytes`). */
  append(piece: Buffer): boolean {
    const needed = this.#length + piece.length;
    if (this.#bytes === undefined || this.#bytes.length < needed) {
      const larger = Buffer.allocUnsafe(Math.max(needed, Math.min(needed * 2, MAX_HEAD)));
      this.#bytes?.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    piece.copy(this.#bytes, this.#length);
    const from = this.#length;
    this.#length = needed;
    if (needed > MAX_HEAD) return true;
    for (
      let at = this.#bytes.indexOf(LF, from);
      at >= 0 && at < needed;
      at = this.#bytes.indexOf(LF, at + 1)
    ) {
      const lineIsEmpty = at < 2 || this.#bytes[at - 2] === LF;
      if (this.#bytes[at - 1] !== CR || lineIsEmpty) return true;
    }
    return false;
  }

  /** Everything collected so far. */
  get bytes(): Buffer {
    return this.#bytes === undefined ? Buffer.alloc(0) : this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#bytes = undefined;
    this.#length = 0;
  }
}

const CR = 0x0d;
const LF = 0x0a;
