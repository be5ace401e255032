import { type Finding, findingAt } from '../finding.ts';
import type { Json } from '../json.ts';
import { readStatements, type Statement } from '../python/statements.ts';
import {
  type MapTree,
  nodeAt,
  type Place,
  type ScalarTree,
  type Tree,
  withEntry,
  withoutEntry,
} from '../tree.ts';
import { HINTS } from './python-hints.ts';
import { describeTwice } from './said-twice.ts';
import { TRAIT_RULES } from './traits.ts';

/**
 * Turns `hub.extraConfig` into keys: what it assigns literally is put where `hub.config` has it, the pieces in the order of
 * their names, as the chart runs them, after `hub.config`: what comes later counts, and what it replaces is reported.
 * Everything else cannot run here, and is reported with what does the same.
 */
export function liftPython(file: MapTree): { readonly tree: MapTree; readonly findings: readonly Finding[] } {
  const node = nodeAt(file, ['hub', 'extraConfig']);
  const pieces = node === undefined ? undefined : piecesOf(node);
  if (pieces === undefined) return { tree: file, findings: [] };
  const findings: Finding[] = [];
  let tree = withoutEntry(file, ['hub', 'extraConfig']);
  for (const piece of pieces) {
    if (piece.kind !== 'scalar') {
      findings.push(describeNoText(piece));
      continue;
    }
    for (const statement of readStatements(String(piece.value ?? ''))) {
      const written = { place: placeOf(piece, statement.line), path: piece.path };
      const changed =
        statement.kind === 'other' ? undefined : apply(tree, statement, traitOf(statement, written));
      if (changed === undefined) {
        findings.push(describeOther(statement, written));
        continue;
      }
      tree = changed.tree;
      for (const { kept, dropped } of changed.replaced) findings.push(describeTwice(kept, dropped));
    }
  }
  return { tree, findings };
}

type Written = Pick<Tree, 'place' | 'path'>;
type Assignment = Exclude<Statement, { kind: 'other' }>;

function traitOf({ target }: Assignment, written: Written): Written {
  return { ...written, path: `${written.path}:c.${target.slice(0, 2).join('.')}` };
}

/** By name; a bare text was one piece once. Undefined where it is neither: that is for validation to say. */
function piecesOf(node: Tree): readonly Tree[] | undefined {
  if (node.kind === 'scalar') return [node];
  if (node.kind !== 'map') return undefined;
  return [...node.entries.keys()].toSorted().map((name) => node.entries.get(name)!.value);
}

function describeNoText(piece: Tree): Finding {
  return findingAt(piece, {
    code: 'wrong-type',
    severity: 'error',
    message: 'This must be a text: a piece of Python.',
    help: 'What sets up a class belongs below `hub.config.<Class>`, which needs no Python.',
  });
}

/** A block of text begins in the line below its key. */
function placeOf(piece: ScalarTree, line: number): Place {
  const isBlock = piece.lastLine > piece.place.line;
  return isBlock ? { ...piece.place, line: piece.place.line + line, column: 1 } : piece.place;
}

interface Applied {
  readonly tree: MapTree;
  readonly replaced: readonly { readonly kept: Written; readonly dropped: Written }[];
}

/** Undefined where what stands there already is of another kind. */
function apply(tree: MapTree, { kind, target, value }: Assignment, written: Written): Applied | undefined {
  const node = treeOf(value, written);
  const put = (
    path: readonly string[],
    whole: Tree,
    dropped: readonly (Tree | undefined)[] = [],
  ): Applied => ({
    tree: withEntry(tree, path, { key: written.place, value: whole }),
    replaced: dropped.flatMap((one) => (one === undefined ? [] : [{ kept: written, dropped: one }])),
  });
  const trait = ['hub', 'config', ...target.slice(0, 2)];
  if (kind === 'set' && target.length === 2) return put(trait, node, [nodeAt(tree, trait)]);

  const path = standingPath(tree, trait);
  const standing = nodeAt(tree, path);
  if (kind === 'set') {
    if (standing !== undefined && standing.kind !== 'map') return undefined;
    const item = [...path, target[2]!];
    return put(item, node, [nodeAt(tree, item)]);
  }
  if (standing === undefined) return put(path, node);
  if (standing.kind === 'map' && node.kind === 'map') {
    const entries = new Map([...standing.entries, ...node.entries]);
    const dropped = [...node.entries.keys()].map((key) => standing.entries.get(key)?.value);
    return put(path, { ...standing, entries }, dropped);
  }
  if (standing.kind === 'list' && node.kind === 'list') {
    return put(path, { ...standing, items: [...standing.items, ...node.items] });
  }
  return undefined;
}

/** Where a trait that is added to stands: at its key of the chart, unless `hub.config` has it. */
function standingPath(tree: MapTree, trait: readonly string[]): readonly string[] {
  const name = trait.join('.');
  const { to } = TRAIT_RULES.find(({ from }) => from === name) ?? {};
  return nodeAt(tree, trait) === undefined && typeof to === 'string' ? to.split('.') : trait;
}

function treeOf(value: Json, written: Written): Tree {
  if (Array.isArray(value)) {
    return { kind: 'list', ...written, items: value.map((item) => treeOf(item, written)) };
  }
  if (typeof value === 'object' && value !== null) {
    const entries = new Map(
      Object.entries(value).map(([key, below]) => [
        key,
        { key: written.place, value: treeOf(below, written) },
      ]),
    );
    return { kind: 'map', ...written, entries };
  }
  const scalar = value as string | number | boolean | null;
  return { kind: 'scalar', ...written, value: scalar, plain: undefined, lastLine: written.place.line };
}

function describeOther(statement: Statement, written: Written): Finding {
  const text = statement.kind === 'other' ? statement.text : `c.${statement.target.join('.')}`;
  const hint = HINTS.find(({ pattern }) => pattern.test(text.slice(0, 10_000)));
  return findingAt(written, {
    code: 'python',
    severity: 'error',
    message: `This statement (line ${statement.line} of \`${written.path}\`) is Python for another hub and cannot run here: only assignments of plain values are translated.`,
    help: hint?.help ?? 'There is no key that does the same; without it the course runs differently.',
  });
}
