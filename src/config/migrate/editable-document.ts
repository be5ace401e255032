import { type Document, isMap, isScalar, type Node, Pair, Scalar, visit, YAMLMap, YAMLSeq } from 'yaml';
import type { Json } from '../json.ts';
import type { Rule } from '../legacy/rule.ts';
import { resolvePlainScalar } from '../parse/scalar.ts';
import { type MapTree, nodeAt, type Tree } from '../tree.ts';

type Path = readonly string[];
type KeyPair = Pair<Scalar, Node | null>;

/** A values file whose keys can be moved, each with the comments that belong to it. */
export class EditableDocument {
  private readonly document: Document.Parsed;
  private readonly root: YAMLMap<Scalar, Node | null>;

  constructor(document: Document.Parsed) {
    this.document = document;
    this.root = document.contents as unknown as YAMLMap<Scalar, Node | null>;
    if (document.commentBefore === null || document.commentBefore === undefined) document.commentBefore = '';
    bindComments(this.root);
    fillValues(document);
  }

  toString(): string {
    return this.document.toString({ lineWidth: 120, flowCollectionPadding: false });
  }

  /** Moves what the rule is about, as lifting does. `tree` is the file as it was read. */
  apply(rule: Rule, tree: MapTree): void {
    const from = rule.from.split('.');
    const pair = this.pairAt(from);
    const to = pair === undefined ? undefined : typeof rule.to === 'string' ? rule.to : rule.to(tree);
    if (pair === undefined) return;
    if (to === undefined) {
      this.remove(from);
      return;
    }
    const target = to.split('.');
    if (this.pairAt(target) !== undefined) {
      if (this.pairAt(target) !== pair) this.remove(from);
      return;
    }
    const read = nodeAt(tree, from);
    const turned = rule.turn === undefined || read === undefined ? undefined : rule.turn(read);
    const value = turned === undefined || turned === read ? pair.value : nodeOf(turned, pair.value);
    const index = this.root.items.findIndex((item) => item.key.value === from[0]);
    const comment = this.remove(from);
    const key = new Scalar(target.at(-1)!);
    key.commentBefore = joined(comment, pair.key.commentBefore) ?? null;
    key.spaceBefore = pair.key.spaceBefore ?? false;
    this.mapAt(target.slice(0, -1), index).items.push(new Pair(key, value));
  }

  /** Takes a key away, and those above it that have nothing else; returns the comments of these. */
  remove(path: Path): string | null {
    const parent = path.length === 1 ? this.root : this.pairAt(path.slice(0, -1))?.value;
    if (!isMap(parent)) return null;
    const index = parent.items.findIndex((item) => isScalar(item.key) && item.key.value === path.at(-1));
    if (index === -1) return null;
    parent.items.splice(index, 1);
    if (parent.items.length > 0 || path.length === 1) return null;
    const above = this.pairAt(path.slice(0, -1));
    const comment = joined(above?.key.commentBefore, parent.comment);
    return joined(this.remove(path.slice(0, -1)), comment) ?? null;
  }

  /** Sets a value; the reason, where one is given, stands behind it. */
  set(path: Path, value: Json, because?: string): void {
    const node = nodeOfJson(value);
    if (because !== undefined) node.comment = ` ${because}`;
    const pair = this.pairAt(path);
    if (pair === undefined) {
      this.mapAt(path.slice(0, -1), this.root.items.length).items.push(
        new Pair(new Scalar(path.at(-1)!), node),
      );
    } else pair.value = node;
  }

  /** Whether anything is said at `path`. */
  has(path: Path): boolean {
    const value = this.pairAt(path)?.value;
    if (isMap(value)) return value.items.length > 0;
    return value !== undefined && value !== null && !(isScalar(value) && value.value === '');
  }

  private pairAt(path: Path): KeyPair | undefined {
    let map: unknown = this.root;
    let found: KeyPair | undefined;
    for (const step of path) {
      if (!isMap(map)) return undefined;
      found = map.items.find((item) => isScalar(item.key) && String(item.key.value) === step) as
        | KeyPair
        | undefined;
      map = found?.value;
    }
    return found;
  }

  /** The map at `path`, made where it is missing: at the top, before the key at `index`. */
  private mapAt(path: Path, index: number): YAMLMap<Scalar, Node | null> {
    let map = this.root;
    for (const [depth, step] of path.entries()) {
      const pair = map.items.find((item) => item.key.value === step);
      if (isMap(pair?.value)) {
        map = pair.value as YAMLMap<Scalar, Node | null>;
        continue;
      }
      const below = new YAMLMap<Scalar, Node | null>();
      const key = new Scalar(step);
      if (pair !== undefined) pair.value = below;
      else if (depth === 0) map.items.splice(index, 0, new Pair(key, below));
      else map.items.push(new Pair(key, below));
      map = below;
    }
    return map;
  }
}

/** A comment above the first key of a map is the parser's of the map, and here of that key, so that it moves with it. */
function bindComments(map: YAMLMap): void {
  for (const [index, { key, value }] of map.items.entries()) {
    if (index === 0 && isScalar(key) && map.commentBefore) {
      key.commentBefore = joined(map.commentBefore, key.commentBefore) ?? null;
      map.commentBefore = null;
    }
    if (isMap(value)) bindComments(value);
  }
}

/** A key without a colon (`? key`) has no value at all, which cannot be written again: an empty one says the same. */
function fillValues(document: Document): void {
  visit(document, {
    Pair: (_, pair) => {
      if (pair.value === null || pair.value === undefined) pair.value = new Scalar('');
    },
  });
}

function joined(...comments: readonly (string | null | undefined)[]): string | undefined {
  const some = comments.filter((comment) => comment !== null && comment !== undefined && comment !== '');
  return some.length === 0 ? undefined : some.join('\n');
}

/** What a rule has made of a value; with the comment of what it was made of. */
function nodeOf(tree: Tree, old: Node | null): Node {
  if (tree.kind === 'list' && tree.items.length === 1 && old !== null) {
    const list = new YAMLSeq<Node>();
    list.items.push(old);
    return list;
  }
  const node = nodeOfJson(tree.kind === 'scalar' ? tree.value : null);
  if (old?.comment) node.comment = old.comment;
  return node;
}

function nodeOfJson(value: Json): Node {
  if (Array.isArray(value)) {
    const list = new YAMLSeq<Node>();
    list.flow = true;
    list.items.push(...value.map(nodeOfJson));
    return list;
  }
  if (typeof value === 'object' && value !== null) {
    const map = new YAMLMap<Scalar, Node>();
    map.flow = true;
    for (const [key, below] of Object.entries(value))
      map.items.push(new Pair(new Scalar(key), nodeOfJson(below)));
    return map;
  }
  const text = new Scalar(String(value));
  const isPlain = typeof value !== 'string' || resolvePlainScalar(value) === value;
  text.type = isPlain ? Scalar.PLAIN : Scalar.QUOTE_DOUBLE;
  return text;
}
