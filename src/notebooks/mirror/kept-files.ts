/**
 * Files that are made once, for the first who asks, and kept for all who ask for the same later. What was used longest
 * ago goes when there is too much of it.
 */
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

export class KeptFiles {
  readonly #folder: string;
  readonly #mostBytes: number;
  /** Sizes by name, the one that was used last at the end. */
  readonly #sizes = new Map<string, number>();
  readonly #making = new Map<string, Promise<void>>();

  private constructor(folder: string, mostBytes: number) {
    this.#folder = folder;
    this.#mostBytes = mostBytes;
  }

  static async open(folder: string, mostBytes: number): Promise<KeptFiles> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const kept = new KeptFiles(folder, mostBytes);
    for (const name of await readdir(folder)) {
      if (name.endsWith('.new')) await rm(join(folder, name), { force: true });
      else kept.#sizes.set(name, (await stat(join(folder, name))).size);
    }
    return kept;
  }

  /**
   * @param make writes the file at the path that it is given; it runs once for all who wait, and where it throws, they
   * all are told and nothing is kept
   * @returns the path of the file, which stays while it is open even where it goes from here
   */
  async get(name: string, make: (path: string) => Promise<void>): Promise<string> {
    const path = join(this.#folder, name);
    const size = this.#sizes.get(name);
    if (size !== undefined) {
      this.#sizes.delete(name);
      this.#sizes.set(name, size);
      return path;
    }
    const before = this.#making.get(name);
    const making = before ?? this.#make(name, make).finally(() => this.#making.delete(name));
    if (before === undefined) this.#making.set(name, making);
    await making;
    return path;
  }

  async #make(name: string, make: (path: string) => Promise<void>): Promise<void> {
    const path = join(this.#folder, name);
    try {
      await make(`${path}.new`);
      await rename(`${path}.new`, path);
    } catch (error) {
      await rm(`${path}.new`, { force: true });
      throw error;
    }
    this.#sizes.set(name, (await stat(path)).size);
    await this.#makeRoom(name);
  }

  async #makeRoom(newest: string): Promise<void> {
    let total = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const [name, size] of this.#sizes) {
      if (total <= this.#mostBytes || name === newest) return;
      this.#sizes.delete(name);
      total -= size;
      await rm(join(this.#folder, name), { force: true });
    }
  }
}
