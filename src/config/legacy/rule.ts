import type { Generation } from '../generations.ts';
import type { MapTree, Tree } from '../tree.ts';

/** One name that has moved. The tables of rules are what lifting, documentation and explanations are made from. */
export interface Rule {
  /** The name in the file: keys joined with dots. */
  readonly from: string;
  /** Today's name; a function where it depends on the rest of the file. Undefined: it stays. */
  readonly to: string | ((file: MapTree) => string | undefined);
  /** Whether it moves in this file; always where left out. What does not move stays where it is. */
  readonly when?: (file: MapTree) => boolean;
  /** What the value becomes; the same where left out. */
  readonly turn?: (value: Tree) => Tree;
  /** The last generation that knows the old name; left out where every generation knows both. */
  readonly until?: Generation;
}
