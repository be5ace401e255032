import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
  visit,
  type YAMLMap,
} from 'yaml';
import { type Finding, findingAt } from '../finding.ts';
import { type Entry, type MapTree, type Place, type ScalarTree, showPath, type Tree } from '../tree.ts';
import { resolvePlainScalar, resolveTaggedScalar } from './scalar.ts';

/** More than any values file needs; an alias bomb has billions. */
const MAX_NODES = 100_000;
const MAX_DEPTH = 100;
const BLANK_HELP = 'Put a blank after the colon.';

/** Maps whose very keys are passwords: neither shown nor named. */
const SECRET_KEYS = ['password_groups', 'api_tokens', 'service_tokens'];
/** After so many, more tell nobody anything. */
const MAX_DUPLICATES = 50;

export interface ReadDocument {
  readonly tree: MapTree;
  readonly findings: readonly Finding[];
  /** Every scalar that the file has, those too that duplicates replaced. */
  readonly scalars: readonly ScalarTree[];
  /** Whether all of it was read. */
  readonly complete: boolean;
}

/** Turns a parsed document into our tree: aliases and `<<` followed, scalars resolved, duplicates reported. */
export function readDocument(document: Document.Parsed, place: (offset: number) => Place): ReadDocument {
  const reader = new DocumentReader(document, place);
  const root = document.contents;
  const whole = { place: place(document.range[0]), path: '' };
  const empty: MapTree = { kind: 'map', ...whole, entries: new Map() };
  if (root === null || (isScalar(root) && root.source === ''))
    return { tree: empty, findings: [], scalars: [], complete: true };
  const tree = reader.read(root, []);
  const { scalars, complete } = reader;
  if (tree.kind === 'map') return { tree, findings: reader.findings, scalars, complete };
  const message = 'The file is not a map of keys and values.';
  const help = 'Begin with a key such as `singleuser:`.';
  const finding = findingAt(whole, { code: 'not-a-map', severity: 'error', message, help });
  return { tree: empty, findings: [...reader.findings, finding], scalars, complete: false };
}

class DocumentReader {
  readonly findings: Finding[] = [];
  readonly scalars: ScalarTree[] = [];
  complete = true;
  private readonly anchors: ReadonlyMap<string, readonly Node[]>;
  private readonly place: (offset: number) => Place;
  private nodes = 0;
  private duplicates = 0;
  private readonly aliasesOpen = new Set<Node>();

  constructor(document: Document.Parsed, place: (offset: number) => Place) {
    this.anchors = collectAnchors(document);
    this.place = place;
  }

  read(node: Node | null | undefined, path: readonly (string | number)[]): Tree {
    const written = { place: this.placeOf(node), path: showPath(path) };
    const lastLine = this.place(Math.max((node?.range?.[1] ?? 1) - 1, 0)).line;
    const nothing: Tree = { kind: 'scalar', ...written, value: null, plain: '', lastLine };
    this.nodes += 1;
    if (this.nodes > MAX_NODES)
      return this.giveUp(nothing, 'too-many-values', 'The file unfolds into too many values.');
    if (path.length > MAX_DEPTH) return this.giveUp(nothing, 'too-deep', 'The file is nested too deeply.');

    if (isAlias(node)) return this.readAlias(node, path, nothing);
    if (isMap(node)) return this.readMap(node, path);
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.read(item as Node, [...path, index]));
      return { kind: 'list', ...written, items };
    }
    if (!isScalar(node)) return nothing;
    const isPlain = (node.type ?? 'PLAIN') === 'PLAIN' && !node.tag?.endsWith(':str') && node.tag !== '!';
    const source = node.source ?? '';
    const text = String(node.value);
    const value = isPlain ? resolvePlainScalar(source) : resolveTaggedScalar(node.tag ?? '', text);
    const scalar: ScalarTree = {
      kind: 'scalar',
      ...written,
      value,
      plain: isPlain ? source : undefined,
      lastLine,
    };
    this.scalars.push(scalar);
    return scalar;
  }

  private readAlias(alias: Alias, path: readonly (string | number)[], nothing: Tree): Tree {
    const target = this.targetOf(alias);
    if (target === undefined) {
      const help = 'Define it above with `&name`, or put the value in quotes if the star belongs to it.';
      this.report(nothing, 'unknown-alias', 'This alias (`*name`) is not defined above.', help);
      return nothing;
    }
    if (this.aliasesOpen.has(target)) {
      this.report(nothing, 'alias-loop', 'This alias contains itself.', 'Write the value out.');
      return nothing;
    }
    this.aliasesOpen.add(target);
    const tree = this.read(target, path);
    this.aliasesOpen.delete(target);
    return tree;
  }

  private readMap(map: YAMLMap, path: readonly (string | number)[]): MapTree {
    const entries = new Map<string, Entry>();
    const inherited = new Map<string, Entry>();
    for (const pair of map.items as Pair<Node, Node | null>[]) {
      const key = this.readKey(pair.key, path);
      if (key === undefined) continue;
      const keyPlace = this.placeOf(pair.key);
      // A key without a colon may be anything that was not meant as one.
      const isSecret = SECRET_KEYS.includes(String(path.at(-1)));
      const shown = isSecret || (pair.value === null && !key.includes(':')) ? '…' : showableName(key);
      if (shown !== key) this.read(pair.key, [...path, shown]);
      if (pair.value === null && key.includes(':')) {
        const at = { place: keyPlace, path: showPath([...path, shown]) };
        this.report(
          at,
          'missing-blank',
          'A key and its value are parted by a colon and a blank.',
          BLANK_HELP,
        );
        continue;
      }
      const value = this.read(pair.value, [...path, shown]);
      if (key === '<<' && isPlainKey(pair.key)) {
        for (const base of value.kind === 'list' ? value.items : [value]) {
          if (base.kind !== 'map') continue;
          for (const [name, entry] of base.entries) if (!inherited.has(name)) inherited.set(name, entry);
        }
        continue;
      }
      const before = entries.get(key);
      entries.set(
        key,
        before === undefined ? { key: keyPlace, value } : this.reportDuplicate(before, keyPlace, value),
      );
    }
    for (const [name, entry] of inherited) if (!entries.has(name)) entries.set(name, entry);
    return { kind: 'map', place: this.placeOf(map), path: showPath(path), entries };
  }

  private readKey(key: Node | null, path: readonly (string | number)[]): string | undefined {
    const node = isAlias(key) ? this.targetOf(key) : key;
    if (!isScalar(node)) {
      this.report(
        { place: this.placeOf(key), path: showPath(path) },
        'key-not-text',
        'A key is a list or a map.',
        'Keys are words; look for brackets or braces that should be quoted, such as `{{ … }}`.',
      );
      return undefined;
    }
    const source = String(node.value);
    const resolved = isPlainKey(node) ? resolvePlainScalar(source) : source;
    // Helm turns every key into a text after resolving it: `on:` is the key `true`, and `012:` is `10`.
    const name = String(resolved);
    if (name === source) return source;
    const at = { place: this.placeOf(key), path: showPath([...path, showableName(source)]) };
    const help = `Put it in quotes: "${source}".`;
    if (resolved === null) {
      this.report(at, 'key-not-text', 'A key is empty, which Helm refuses.', help);
      return undefined;
    }
    const code = typeof resolved === 'boolean' ? 'key-is-boolean' : 'key-is-number';
    const message = `The key \`${source}\` is read as \`${name}\`.`;
    this.findings.push(findingAt(at, { code, severity: 'warning', message, help }));
    return name;
  }

  /** Helm keeps only the last. For finding out what else is wrong, blocks are laid over each other here. */
  private reportDuplicate(before: Entry, keyPlace: Place, value: Tree): Entry {
    const name = value.path;
    this.duplicates += 1;
    if (this.duplicates > MAX_DUPLICATES) return { key: keyPlace, value };
    this.findings.push(
      findingAt(
        { place: keyPlace, path: name },
        {
          code: 'duplicate-key',
          severity: 'error',
          message: `\`${name}\` stands here again (first on line ${before.key.line}); Helm would silently drop the first.`,
          help:
            value.kind === 'map'
              ? `Put the two blocks under one \`${name}:\`.`
              : 'Keep the one that you mean.',
        },
      ),
    );
    return { key: before.key, value: this.lay(before.value, value) };
  }

  private lay(below: Tree, above: Tree): Tree {
    if (below.kind !== 'map' || above.kind !== 'map') return above;
    const entries = new Map(below.entries);
    for (const [key, entry] of above.entries) {
      const old = entries.get(key);
      if (old !== undefined && differ(old.value, entry.value)) {
        this.report(
          { place: entry.key, path: entry.value.path },
          'duplicate-key',
          `\`${entry.value.path}\` is said twice, with different values (first on line ${old.key.line}).`,
          'Keep the one that you mean.',
        );
      }
      entries.set(key, old === undefined ? entry : { key: old.key, value: this.lay(old.value, entry.value) });
    }
    return { ...below, entries };
  }

  /** An anchor may be set again; an alias means the last one before it. */
  private targetOf(alias: Alias): Node | undefined {
    const offset = alias.range?.[0] ?? 0;
    return this.anchors.get(alias.source)?.findLast((node) => (node.range?.[0] ?? 0) < offset);
  }

  private placeOf(node: Node | null | undefined): Place {
    return this.place(node?.range?.[0] ?? 0);
  }

  private giveUp(nothing: Tree, code: string, message: string): Tree {
    if (this.complete) this.report(nothing, code, message, null);
    return nothing;
  }

  private report(at: Pick<Tree, 'place' | 'path'>, code: string, message: string, help: string | null): void {
    if (code !== 'duplicate-key') this.complete = false;
    this.findings.push(findingAt(at, { code, severity: 'error', message, help }));
  }
}

/** A missing blank makes a key of a secret: of `{password:hunter2}` only the word before the colon is shown. */
function showableName(key: string): string {
  if (/^[\w./-]{1,80}$/.test(key)) return key;
  const [, word] = /^([\w.-]{1,80}:)/.exec(key) ?? [];
  return `${word ?? ''}…`;
}

function collectAnchors(document: Document.Parsed): ReadonlyMap<string, readonly Node[]> {
  const anchors = new Map<string, Node[]>();
  visit(document, {
    Value(_, node) {
      if (node.anchor === undefined) return;
      const nodes = anchors.get(node.anchor);
      if (nodes === undefined) anchors.set(node.anchor, [node]);
      else nodes.push(node);
    },
  });
  return anchors;
}

function isPlainKey(node: Node | null | undefined): boolean {
  return isScalar(node) && ((node as Scalar).type ?? 'PLAIN') === 'PLAIN';
}

function differ(a: Tree, b: Tree): boolean {
  if (a.kind === 'map' && b.kind === 'map') return false;
  if (a.kind === 'scalar' && b.kind === 'scalar') return a.value !== b.value;
  return a.kind !== b.kind || a.kind === 'list';
}
