import { GENERATIONS, type Generation, isUpTo } from '../generations.ts';
import { leaves, type MapTree, nodeAt, type Tree } from '../tree.ts';
import { LEGACY_RULES, MARKS } from './rules.ts';

export interface DetectedGeneration {
  readonly generation: Generation;
  /** All that the file could mean, oldest first. */
  readonly possible: readonly Generation[];
  /** What told it; null where it was said, or where nothing speaks for an old one. */
  readonly mark: Tree | null;
}

/** Today's default templates have `{user_server}`; only those up to chart 3 put these two together. */
const LEGACY_TEMPLATE = '{username}{servername}';

/**
 * Which chart's names and defaults a file means: what was said (by `polder.generation`, or else by `chart`), else what its
 * keys give away. Of several possible ones the oldest is meant where anything in the file is old, else today's.
 */
export function detectGeneration(file: MapTree, chart: Generation | null = null): DetectedGeneration {
  const said = saidIn(file) ?? chart;
  if (said !== null) return { generation: said, possible: [said], mark: null };

  const old = [...oldMarks(file)].toSorted(
    (a, b) => GENERATIONS.indexOf(a.until) - GENERATIONS.indexOf(b.until),
  );
  const since = MARKS.filter(
    ({ key, since }) => since !== undefined && nodeAt(file, key.split('.')) !== undefined,
  );
  const fits = (generation: Generation) => since.every((mark) => isUpTo(mark.since!, generation));
  // A template is carried along from chart to chart, so that volumes keep their names: beside a newer key it tells nothing.
  const telling = old.filter(
    ({ mark, until }) =>
      !isTemplate(mark) || GENERATIONS.some((generation) => isUpTo(generation, until) && fits(generation)),
  );
  const [first] = telling;
  if (first === undefined) return { generation: 'current', possible: ['current'], mark: null };
  const upTo = GENERATIONS.filter((generation) => isUpTo(generation, first.until));
  const possible = upTo.filter(fits);
  // Old and new names together are of no generation: the old ones tell then.
  const generations = possible.length === 0 ? upTo : possible;
  return { generation: generations[0]!, possible: generations, mark: first.mark };
}

function saidIn(file: MapTree): Generation | null {
  const said = nodeAt(file, ['polder', 'generation']);
  if (said?.kind !== 'scalar') return null;
  return GENERATIONS.find((generation) => generation === said.value) ?? null;
}

function* oldMarks(file: MapTree): Generator<{ readonly mark: Tree; readonly until: Generation }> {
  const names = [...LEGACY_RULES.map(({ from, until }) => ({ key: from, until })), ...MARKS];
  for (const { key, until } of names) {
    const mark = until === undefined ? undefined : nodeAt(file, key.split('.'));
    if (mark !== undefined && until !== undefined) yield { mark, until };
  }
  const singleuser = nodeAt(file, ['singleuser']);
  if (singleuser === undefined) return;
  for (const { node } of leaves(singleuser)) {
    if (isTemplate(node)) yield { mark: node, until: '3' };
  }
}

function isTemplate(mark: Tree): boolean {
  return mark.kind === 'scalar' && String(mark.value).includes(LEGACY_TEMPLATE);
}
