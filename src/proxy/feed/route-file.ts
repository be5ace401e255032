import { readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { Logger } from 'pino';
import { checksumOf } from '../../domain/route-feed.ts';
import type { FollowedTable } from './followed-routes.ts';

/** It is written at once, and then not again for this time: what changes meanwhile is written together. */
const PAUSE_MS = 200;
const FORMAT = 1;

/**
 * The last table that the hub told, on disk, for a start while the hub is away. It is written whole or not at all; one
 * that is damaged all the same is known by its checksum and counts as none.
 */
export class RouteFile implements AsyncDisposable {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #current: () => FollowedTable | undefined;
  #pause: NodeJS.Timeout | undefined;
  #isDue = false;
  #writing: Promise<void> = Promise.resolve();

  /** @param parts.current what is to be written, asked when it is. */
  constructor(parts: {
    readonly path: string;
    readonly logger: Logger;
    readonly current: () => FollowedTable | undefined;
  }) {
    this.#path = parts.path;
    this.#logger = parts.logger;
    this.#current = parts.current;
  }

  read(): FollowedTable | undefined {
    try {
      return parse(readFileSync(this.#path, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.#logger.warn({ file: this.#path, reason: String(error) }, 'the kept routes are of no use');
      return undefined;
    }
  }

  /** What there is is not what was written last: writes it soon. */
  changed(): void {
    this.#isDue = true;
    if (this.#pause === undefined) this.#write();
  }

  /** Writes what is yet to be written. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isDue) this.#write();
    clearTimeout(this.#pause);
    await this.#writing;
  }

  #write(): void {
    this.#isDue = false;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      if (this.#isDue) this.#write();
    }, PAUSE_MS);
    this.#writing = this.#writing
      .then(() => this.#writeNow())
      .catch((error: unknown) =>
        this.#logger.error({ file: this.#path, reason: String(error) }, 'the routes could not be kept'),
      );
  }

  async #writeNow(): Promise<void> {
    const table = this.#current();
    if (table === undefined) return;
    const text = JSON.stringify({ format: FORMAT, checksum: checksumOf(table.routes), ...table });
    const draft = `${this.#path}.new`;
    {
      await using file = await open(draft, 'w', 0o600);
      await file.writeFile(text);
      await file.sync();
    }
    await rename(draft, this.#path);
  }
}

function parse(text: string): FollowedTable {
  const { format, checksum, position, routes } = JSON.parse(text) as FollowedTable & {
    readonly format: number;
    readonly checksum: string;
  };
  if (format !== FORMAT) throw new Error('they were written by another version');
  const isPosition = typeof position?.feed === 'string' && Number.isSafeInteger(position.number);
  if (!isPosition || checksum !== checksumOf(routes)) throw new Error('they are damaged');
  return { position, routes };
}
