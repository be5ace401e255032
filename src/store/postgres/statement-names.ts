import type { CompiledQuery } from 'kysely';

/**
 * Names for statements that are run again and again, so that a connection parses and plans each of them once: that
 * halves what they cost. A query that is built for one run gets none.
 */
export class StatementNames {
  /** By the query's tree, which is the same object each time only where it was built once; empty when seen once. */
  readonly #names = new WeakMap<object, string>();
  #count = 0;

  /** @returns undefined at the first run, when nobody knows yet whether there will be another. */
  nameOf({ query }: CompiledQuery): string | undefined {
    const known = this.#names.get(query);
    if (known) return known;
    if (known === undefined) {
      this.#names.set(query, '');
      return undefined;
    }
    this.#count += 1;
    const name = `polder_${this.#count}`;
    this.#names.set(query, name);
    return name;
  }
}
