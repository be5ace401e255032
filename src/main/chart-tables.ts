/**
 * What the chart's templates know of config.yaml: old names, the defaults of every generation, and the rights of the hub.
 * The hub reads the whole file itself; templates only need what pods, services and policies are made of.
 */
import { DEFAULTS } from '../config/defaults.ts';
import { GENERATIONS, type Generation } from '../config/generations.ts';
import type { Json } from '../config/json.ts';
import type { Rule } from '../config/legacy/rule.ts';
import { LEGACY_RULES, MARKS } from '../config/legacy/rules.ts';
import { TRAIT_RULES } from '../config/legacy/traits.ts';
import type { Tree } from '../config/tree.ts';
import { SPAWNER_RIGHTS } from '../spawner/kubernetes/rights.ts';

export interface ChartTables {
  readonly generations: readonly Generation[];
  readonly defaults: Readonly<Record<Generation, Json>>;
  /** Moves of old names: what stands at the new one already wins. */
  readonly renames: readonly Move[];
  /** Moves of traits: they win over what stands at the chart's key. */
  readonly traits: readonly Move[];
  /** Keys by which a generation is known. */
  readonly marks: readonly { readonly key: string; readonly since?: string; readonly until?: string }[];
  readonly rights: typeof SPAWNER_RIGHTS;
}

interface Move {
  readonly from: string;
  readonly to: string;
  /** What becomes of the value. */
  readonly turn?: 'not' | 'list';
}

export function chartTables(): ChartTables {
  return {
    generations: GENERATIONS,
    defaults: defaultsForTemplates(),
    renames: LEGACY_RULES.filter(isForTemplates).map(moveOf),
    traits: TRAIT_RULES.filter(isForTemplates).map(moveOf),
    marks: [
      ...LEGACY_RULES.flatMap(({ from, until }) => (until === undefined ? [] : [{ key: from, until }])),
      ...MARKS,
    ],
    rights: SPAWNER_RIGHTS,
  };
}

/** What somebody logs in with and how is the hub's alone. */
function isForTemplates({ to, when }: Rule): boolean {
  return typeof to === 'string' && when === undefined && !/^(hub\.config|custom|course)\b/.test(to);
}

function moveOf({ from, to, turn }: Rule): Move {
  return { from, to: to as string, ...(turn === undefined ? {} : { turn: nameOfTurn(turn) }) };
}

/** A function cannot be written into a file; these two are all that there are. */
function nameOfTurn(turn: (value: Tree) => Tree): 'not' | 'list' {
  const sample: Tree = {
    kind: 'scalar',
    value: true,
    place: { file: 0, offset: 0, end: 0 },
    path: '',
  } as never;
  return turn(sample).kind === 'list' ? 'list' : 'not';
}

/** Without the parts that no template reads. */
function defaultsForTemplates(): Readonly<Record<Generation, Json>> {
  return Object.fromEntries(
    GENERATIONS.map((generation) => {
      const { course: _course, cull: _cull, ...defaults } = DEFAULTS[generation] as Record<string, Json>;
      return [generation, defaults];
    }),
  ) as Record<Generation, Json>;
}
