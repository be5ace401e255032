import type { z } from 'zod';
import { DEFAULT_CHANGES, defaultAt } from '../defaults.ts';
import { nameOfChart } from '../generations.ts';
import type { Json } from '../json.ts';
import { LEGACY_RULES } from '../legacy/rules.ts';
import { RENAMED_TRAITS, TRAIT_RULES } from '../legacy/traits.ts';
import { describeForm } from '../schema/describe.ts';
import { type Fate, fateOf, isSecret, itemShapeOf, shapeOf } from '../schema/fate.ts';
import { MEANINGS } from '../schema/meanings.ts';
import { valuesSchema } from '../schema/values.ts';

/** All that is known of a key: what explanations and the page of keys are made of. */
export interface KeyDescription {
  readonly name: string;
  readonly meaning: string | null;
  readonly form: string;
  readonly isSecret: boolean;
  /** Undefined: it is used. */
  readonly fate: Fate | undefined;
  readonly defaults: readonly { readonly chart: string; readonly value: Json | undefined }[];
  /** Other names that say the same, in the file of some chart. */
  readonly otherNames: readonly string[];
}

/** Every key that the schema knows, in its order, those below `under` only ('': all of them). */
export function* allKeys(under = ''): Generator<KeyDescription> {
  yield* visit(valuesSchema, '', false, undefined, under);
}

/** The key of this name in any generation's names, as today's; undefined where there is none. */
export function findKey(name: string): KeyDescription | undefined {
  const rule = RULES.find(({ from }) => from === name);
  const today = typeof rule?.to === 'string' ? rule.to : (DEPENDENT[name] ?? name);
  const [exact] = allKeys(today);
  if (exact !== undefined || rule === undefined) return exact;
  // What an old name became may be below a key that holds anything.
  const [above] = allKeys(today.slice(0, today.lastIndexOf('.')));
  return above;
}

const RULES = [...LEGACY_RULES, ...RENAMED_TRAITS, ...TRAIT_RULES];

/** Old names whose place depends on the rest of the file. */
const DEPENDENT: { readonly [name: string]: string | undefined } = {
  'auth.type': 'hub.config.JupyterHub.authenticator_class',
};

function* visit(
  schema: z.core.$ZodType,
  name: string,
  hidden: boolean,
  above: Fate | undefined,
  under: string,
): Generator<KeyDescription> {
  const isWithin = under === '' || name === under || isBelow(name, under);
  // Neither it nor anything below it was asked for.
  if (!isWithin && name !== '' && !isBelow(under, name)) return;
  const secret = hidden || isSecret(schema);
  const fate = fateOf(schema) ?? above;
  if (name !== '' && isWithin) yield describe(schema, name, secret, fate);
  for (const [key, below] of Object.entries(shapeOf(schema) ?? {})) {
    yield* visit(below, name === '' ? key : `${name}.${key}`, secret, fate, under);
  }
  for (const [key, below] of Object.entries(itemShapeOf(schema) ?? {})) {
    yield* visit(below, `${name}[].${key}`, secret, fate, under);
  }
}

function isBelow(name: string, above: string): boolean {
  return name.startsWith(`${above}.`) || name.startsWith(`${above}[].`);
}

function describe(
  schema: z.core.$ZodType,
  name: string,
  secret: boolean,
  fate: Fate | undefined,
): KeyDescription {
  const old = DEFAULT_CHANGES.filter(({ key }) => key === name);
  const current = shapeOf(schema) === undefined ? defaultAt('current', name) : undefined;
  const others = RULES.filter(
    ({ to, from, when }) => when === undefined && (to === name || DEPENDENT[from] === name),
  );
  return {
    name,
    meaning: MEANINGS[name] ?? null,
    form: describeForm(schema),
    isSecret: secret,
    fate,
    defaults: [
      ...old.map(({ until, value }) => ({ chart: `up to ${nameOfChart(until)}`, value })),
      { chart: old.length === 0 ? 'every chart' : 'later charts', value: current },
    ],
    otherNames: others.map(({ from }) => from),
  };
}
