/**
 * What a values file says, with where it says it. Everything between parsing and validating works on this tree, so that
 * a finding can point at the file even after files were merged and old keys were moved.
 */

/** Line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where a node stands in the file, and under which name it was written there (`auth.whitelist.users[3]`). */
interface Written {
  readonly place: Place;
  readonly path: string;
}

export interface ScalarTree extends Written {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The characters in the file, where they were plain (unquoted); undefined where they were quoted. */
  readonly plain: string | undefined;
  /** The line in which it ends. */
  readonly lastLine: number;
}

export interface ListTree extends Written {
  readonly kind: 'list';
  readonly items: readonly Tree[];
}

export interface MapTree extends Written {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, Entry>;
}

export interface Entry {
  readonly key: Place;
  readonly value: Tree;
}

export type Tree = ScalarTree | ListTree | MapTree;

/** What a key path names: map keys, and numbers for places in a list. */
export type Path = readonly (string | number)[];

/** The node at `path`, or undefined. A null counts as a node. */
export function nodeAt(tree: Tree, path: Path): Tree | undefined {
  let node: Tree | undefined = tree;
  for (const step of path) {
    if (node?.kind === 'map') node = node.entries.get(String(step))?.value;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** The entry (key and value) at `path`, or undefined. */
export function entryAt(tree: Tree, path: Path): Entry | undefined {
  const parent = nodeAt(tree, path.slice(0, -1));
  return parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined;
}

/** The tree with `entry` at `path`; missing maps on the way are made. What stands in the way and is no map is replaced. */
export function withEntry(tree: MapTree, path: readonly string[], entry: Entry): MapTree {
  const [first, ...rest] = path;
  if (first === undefined) return tree;
  const entries = new Map(tree.entries);
  if (rest.length === 0) {
    entries.set(first, entry);
  } else {
    const below = entries.get(first);
    const map: MapTree =
      below?.value.kind === 'map'
        ? below.value
        : { kind: 'map', place: entry.key, path: entry.value.path, entries: new Map() };
    entries.set(first, { key: below?.key ?? entry.key, value: withEntry(map, rest, entry) });
  }
  return { ...tree, entries };
}

/** The tree without what stands at `path`; maps that are left empty by this go too. */
export function withoutEntry(tree: MapTree, path: readonly string[]): MapTree {
  const [first, ...rest] = path;
  const below = first === undefined ? undefined : tree.entries.get(first);
  if (first === undefined || below === undefined) return tree;
  const entries = new Map(tree.entries);
  if (rest.length === 0) {
    entries.delete(first);
  } else if (below.value.kind === 'map') {
    const value = withoutEntry(below.value, rest);
    if (value.entries.size === 0) entries.delete(first);
    else entries.set(first, { key: below.key, value });
  }
  return { ...tree, entries };
}

/** Plain values, as JSON has them. Maps have no prototype, so that no key is special. */
export function toPlain(tree: Tree): unknown {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(toPlain);
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of tree.entries) plain[key] = toPlain(entry.value);
  return plain;
}

export interface Leaf {
  readonly node: ScalarTree;
  readonly path: Path;
}

/** Every scalar below `tree`, in the order of the file. */
export function* leaves(tree: Tree, path: Path = []): Generator<Leaf> {
  if (tree.kind === 'scalar') {
    yield { node: tree, path };
  } else if (tree.kind === 'list') {
    for (const [index, item] of tree.items.entries()) yield* leaves(item, [...path, index]);
  } else {
    for (const [key, entry] of tree.entries) yield* leaves(entry.value, [...path, key]);
  }
}

/** Whether there is nothing in it: null, an empty text, list or map. */
export function isEmpty(tree: Tree): boolean {
  if (tree.kind === 'scalar') return tree.value === null || tree.value === '';
  return tree.kind === 'list' ? tree.items.length === 0 : tree.entries.size === 0;
}

/** `a.b[0]` for people. */
export function showPath(path: Path): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`;
    return text === '' ? step : `${text}.${step}`;
  }, '');
}
