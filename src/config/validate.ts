import type { Generation } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { type Finding, findingAt } from './finding.ts';
import { describeIssue } from './issue.ts';
import { mergeOverDefaults } from './parse/merge.ts';
import { type Values, valuesSchema } from './schema/values.ts';
import { type MapTree, nodeAt, type Path, type Tree, toPlain } from './tree.ts';

export interface Validated {
  /** With the defaults of the generation; undefined where something has the wrong form. */
  readonly values: Values | undefined;
  readonly findings: readonly Finding[];
  /** The nodes that have the wrong form, by which an accepted one can be left out. */
  readonly wrong: readonly { readonly path: Path; readonly finding: Finding }[];
}

/** Holds the lifted tree against the schema: all that has the wrong form, at once. */
export function validateTree(tree: MapTree, generation: Generation): Validated {
  // A file is read once: making code for its schema first takes longer than the reading.
  const result = valuesSchema.safeParse(mergeOverDefaults(DEFAULTS[generation], toPlain(tree)), {
    jitless: true,
  });
  if (result.success) return { values: result.data, findings: [], wrong: [] };
  const wrong = result.error.issues.flatMap(describeIssue).map((described) => {
    const { node, path } = deepest(tree, described.path);
    const finding = findingAt(node, {
      code: described.code,
      severity: 'error',
      message: described.message,
      help: described.help(node),
    });
    return { path, finding };
  });
  return { values: undefined, findings: wrong.map(({ finding }) => finding), wrong };
}

/** The node at `path`, or the nearest one above it that the file has. */
function deepest(tree: MapTree, path: Path): { readonly node: Tree; readonly path: Path } {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(tree, path.slice(0, length));
    if (node !== undefined) return { node, path: path.slice(0, length) };
  }
  return { node: tree, path: [] };
}
