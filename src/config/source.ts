import { mayHavePassword } from './credentials.ts';
import { isOpen, isSecret, itemShapeOf, schemaBelow, shapeOf } from './schema/fate.ts';
import { valuesSchema } from './schema/values.ts';
import { leaves, type MapTree, type Place, type ScalarTree, type Tree } from './tree.ts';

/** The lines of a file, fit to be shown: every value that is or may be a secret is left out. */
export interface SourceText {
  /** The line, up to the first value on it that is not shown; undefined where nothing of it may be shown. */
  line(number: number): string | undefined;
}

export interface SourceParts {
  /** Every scalar of this file. */
  readonly scalars: readonly ScalarTree[];
  /** Whether the file could be parsed to its end. */
  readonly complete: boolean;
  /** The merged and lifted tree of all files: only there it is known what a key is. */
  readonly lifted: MapTree;
}

/**
 * Shown are values of keys that we know to be harmless; all others are taken for secrets. Where a file could not be
 * parsed, lines are judged by the look of them, as comments always are.
 */
export function showableSource(text: string, { scalars, complete, lifted }: SourceParts): SourceText {
  const lines = text.split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const cutAt = new Map<number, number>();
  const hidden = new Set<number>();
  const cut = (line: number, column: number): void => {
    cutAt.set(line, Math.min(cutAt.get(line) ?? Number.POSITIVE_INFINITY, column));
  };
  const harmless = new Set(harmlessPlaces(lifted));
  for (const { place, lastLine, value } of scalars) {
    if (harmless.has(placeKey(place)) && !mayHavePassword(String(value))) continue;
    cut(place.line, place.column - 1);
    for (let line = place.line + 1; line <= lastLine; line++) hidden.add(line);
  }
  const looks = complete ? commentsThatLookSecret(lines) : linesThatLookSecret(lines);
  for (const { line, column } of looks) cut(line, column);
  return {
    line: (number) => {
      const line = lines[number - 1];
      if (line === undefined || hidden.has(number) || line.length > MAX_LINE) return undefined;
      const end = cutAt.get(number);
      return end === undefined || end >= line.length ? line : `${line.slice(0, end)}…`;
    },
  };
}

/** The places of all values whose keys the schema knows, and knows not to be secret. */
function* harmlessPlaces(
  tree: Tree,
  schema: Parameters<typeof shapeOf>[0] = valuesSchema,
): Generator<string> {
  if (isSecret(schema)) return;
  if (shapeOf(schema) === undefined && itemShapeOf(schema) === undefined) {
    if (!isOpen(schema)) for (const { node } of leaves(tree)) yield placeKey(node.place);
    return;
  }
  const entries =
    tree.kind === 'map'
      ? [...tree.entries].map(([key, { value }]) => [key, value] as const)
      : tree.kind === 'list'
        ? tree.items.entries()
        : [];
  for (const [step, value] of entries) {
    const below = schemaBelow(schema, step);
    if (below !== undefined) yield* harmlessPlaces(value, below);
  }
}

function placeKey(place: Place): string {
  return `${place.line}:${place.column}:${place.file}`;
}

/** Longer lines are no values file's, and are not worth looking at. */
const MAX_LINE = 2000;

const SECRET_WORD = /(pass|secret|token|key|credential|client_?id|consumers|env)/i;

/** From which column on a line may hold a secret. */
interface Cut {
  readonly line: number;
  readonly column: number;
}

function* commentsThatLookSecret(lines: readonly string[]): Generator<Cut> {
  for (const [index, line] of lines.entries()) {
    if (line.length > MAX_LINE) continue;
    const comment = line.search(/(^|\s)#/);
    const text = comment === -1 ? '' : line.slice(comment);
    if (SECRET_WORD.test(text) || mayHavePassword(text)) yield { line: index + 1, column: comment };
  }
}

const KEY = /^(\s*(?:-\s+)*["']?([\w.-]+)["']?\s*:)(?:\s|$)/;
const INNER_KEYS = /([\w.-]+)["']?\s*[:=]/g;

/** Of a file that could not be parsed, keys are shown, and values only after keys that are nowhere a secret's. */
function* linesThatLookSecret(lines: readonly string[]): Generator<Cut> {
  let secretIndent: string | undefined;
  for (const [index, line] of lines.entries()) {
    if (line.length > MAX_LINE) continue;
    const number = index + 1;
    const indent = /^\s*/.exec(line)?.[0] ?? '';
    const [, start, key] = KEY.exec(line) ?? [];
    // What is indented below a secret's key may be the secret. Tabs and blanks cannot be compared: a line counts as
    // outside only where its indentation begins the other's.
    if (secretIndent?.startsWith(indent) && key !== undefined) secretIndent = undefined;
    if (secretIndent !== undefined || start === undefined || key === undefined) {
      yield { line: number, column: indent.length };
      continue;
    }
    if (SECRET_WORD.test(key)) secretIndent = indent;
    const inner = [...line.matchAll(INNER_KEYS)].map(([, name = '']) => name);
    const isHarmless = inner.every((name) => HARMLESS_NAMES.has(name));
    if (!isHarmless || SECRET_WORD.test(line.slice(start.length)))
      yield { line: number, column: start.length };
  }
}

const HARMLESS_NAMES = collectHarmlessNames();

/** Names of keys whose values we know the form of, and that are not a secret's in any place. */
function collectHarmlessNames(): ReadonlySet<string> {
  const harmless = new Set<string>();
  const others = new Set<string>();
  const visit = (schema: Parameters<typeof shapeOf>[0]): void => {
    for (const [key, below] of Object.entries(shapeOf(schema) ?? itemShapeOf(schema) ?? {})) {
      (isSecret(below) || isOpen(below) ? others : harmless).add(key);
      visit(below);
    }
  };
  visit(valuesSchema);
  return new Set([...harmless].filter((name) => !others.has(name)));
}
