import { isSecret, shapeOf } from './schema/fate.ts';
import { valuesSchema } from './schema/values.ts';
import { leaves, type MapTree, type ScalarTree, type Tree } from './tree.ts';

/** The lines of a file, fit to be shown: every value that is or may be a secret is left out. */
export interface SourceText {
  /** The line, up to the first value on it that is not shown; undefined where nothing of it may be shown. */
  line(number: number): string | undefined;
}

/**
 * Shown are values of keys that we know to be harmless; all others are taken for secrets. Where a file could not be
 * parsed, lines are judged by the look of them.
 *
 * @param tree the file's own tree, not yet lifted.
 * @param lifted the merged and lifted tree: only there it is known what a key is.
 */
export function showableSource(text: string, file: string, lifted: MapTree): SourceText {
  const lines = text.split(/\r\n|\n|\r/);
  const cutAt = new Map<number, number>();
  const hidden = new Set<number>();
  const hide = (node: ScalarTree): void => {
    if (node.place.file !== file) return;
    const { line, column } = node.place;
    cutAt.set(line, Math.min(cutAt.get(line) ?? Number.POSITIVE_INFINITY, column - 1));
    for (let below = line + 1; below <= node.lastLine; below++) hidden.add(below);
  };
  const visit = (node: Tree, schema: Parameters<typeof shapeOf>[0] | undefined): void => {
    const shape = schema === undefined ? undefined : shapeOf(schema);
    if (schema !== undefined && shape === undefined && !isSecret(schema)) return;
    if (shape === undefined || node.kind !== 'map') {
      for (const leaf of leaves(node)) hide(leaf.node);
      return;
    }
    for (const [key, entry] of node.entries) {
      visit(entry.value, Object.hasOwn(shape, key) ? shape[key] : undefined);
    }
  };
  visit(lifted, valuesSchema);
  hideByLook(lines, cutAt, hidden);
  return {
    line: (number) => {
      const line = lines[number - 1];
      if (line === undefined || hidden.has(number)) return undefined;
      const cut = cutAt.get(number);
      return cut === undefined || cut >= line.length ? line : `${line.slice(0, cut)}…`;
    },
  };
}

const SECRET_KEY = /(pass|secret|token|key|credential|client_id|clientid|auth|env)[\w-]*["']?\s*[:=]\s*/i;
const ANY_KEY = /^\s*(-\s+)*["']?[\w.-]+["']?\s*:(\s|$)/;

/** What follows a key with a telling name, on its line and on the lines after it up to the next key. */
function hideByLook(lines: readonly string[], cutAt: Map<number, number>, hidden: Set<number>): void {
  let insideSecret = false;
  for (const [index, line] of lines.entries()) {
    const number = index + 1;
    const secret = SECRET_KEY.exec(line);
    if (secret !== null) {
      const cut = secret.index + secret[0].length;
      cutAt.set(number, Math.min(cutAt.get(number) ?? Number.POSITIVE_INFINITY, cut));
      insideSecret = true;
    } else if (ANY_KEY.test(line) && !/^\s*-/.test(line)) {
      insideSecret = false;
    } else if (insideSecret) {
      hidden.add(number);
    }
  }
}
