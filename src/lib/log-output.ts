/** Where a log goes that must not stop the program: on a full disk lines wait, and the oldest are given up. */
import { writeSync } from 'node:fs';

const MOST_WAITING = 1_000;
const AGAIN_MS = 500;

/** A destination for pino, whose own ends the program, or hangs it, where a line cannot be written. */
export class LogOutput {
  readonly #fd: number;
  #waiting: Buffer[] = [];
  #lost = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(fd: number) {
    this.#fd = fd;
    // Whoever ends says why in its last lines.
    process.once('exit', () => this.#flush());
  }

  write(line: string): void {
    this.#waiting.push(Buffer.from(line));
    if (this.#timer === undefined) this.#flush();
    else this.#shorten();
  }

  #flush(): void {
    this.#timer = undefined;
    try {
      for (let line = this.#waiting[0]; line !== undefined; line = this.#waiting[0]) {
        const written = writeSync(this.#fd, line);
        if (written < line.length) this.#waiting[0] = line.subarray(written);
        else this.#waiting.shift();
        if (this.#waiting.length === 0) this.#tellLost();
      }
    } catch {
      // The disk is full, or whoever reads is slow or gone.
      this.#shorten();
      this.#timer = setTimeout(() => this.#flush(), AGAIN_MS).unref();
    }
  }

  #shorten(): void {
    if (this.#waiting.length <= MOST_WAITING) return;
    // The first may be half written.
    this.#lost += this.#waiting.splice(1, this.#waiting.length - MOST_WAITING).length;
  }

  #tellLost(): void {
    if (this.#lost === 0) return;
    const msg = `${this.#lost} lines of this log could not be written`;
    this.#lost = 0;
    this.#waiting.push(Buffer.from(`${JSON.stringify({ level: 40, time: Date.now(), msg })}\n`));
  }
}
