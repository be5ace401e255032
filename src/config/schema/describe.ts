/** A schema in words, for people who write values. */
import { z } from 'zod';
import { GENERATIONS } from '../generations.ts';
import { itemShapeOf } from './fate.ts';
import { generationWord } from './own.ts';
import { byteSize, command, cores, secretText } from './scalars.ts';

type Schema = z.core.$ZodType;

/** What a value may be: `a whole number`, `none, dynamic or static`. */
export function describeForm(schema: Schema): string {
  const inner = unwrap(schema);
  const named = NAMED.find(([known]) => isSame(known, inner));
  if (named !== undefined) return named[1];
  if (inner instanceof z.ZodEnum)
    return listOf(inner.options.filter((word) => word !== '').map(String), 'or');
  if (inner instanceof z.ZodUnion) return listOf(unique(inner.options.map(describeForm)), 'or');
  if (itemShapeOf(inner) !== undefined) return 'a list of maps of the keys below it';
  if (inner instanceof z.ZodArray)
    return isAnything(inner.element) ? 'a list' : `a list of ${plural(inner.element)}`;
  if (inner instanceof z.ZodRecord) {
    return isAnything(inner.valueType) ? 'a map' : `a map of name to ${describeForm(inner.valueType)}`;
  }
  if (inner instanceof z.ZodObject) return 'a map of the keys below it';
  if (inner instanceof z.ZodNumber) return describeNumber(inner);
  if (inner instanceof z.ZodString) return 'text';
  if (inner instanceof z.ZodBoolean) return 'true or false';
  return 'anything';
}

const NAMED: readonly (readonly [Schema, string])[] = [
  [byteSize, 'bytes, or a number with K, M, G or T (steps of 1024)'],
  [cores, 'a number of cores'],
  [secretText, 'text, or where the text is: {env: NAME} or {file: path}'],
  [command, 'text, or a list of words'],
  [generationWord, listOf(GENERATIONS, 'or')],
];

function isSame(known: Schema, other: Schema): boolean {
  // A schema that was marked is a copy of the original: what it is made of is the same.
  return known === other || known._zod.def === other._zod.def;
}

function describeNumber(schema: z.ZodNumber): string {
  const kind = schema.isInt ? 'a whole number' : 'a number';
  const { minValue: least } = schema;
  if (least === null || least < -1e9) return kind;
  return least === 0 && schema.isInt ? `${kind}, 0 or more` : `${kind} from ${least}`;
}

function plural(schema: Schema): string {
  const form = describeForm(schema);
  if (form === 'text') return 'texts';
  return form.startsWith('a whole number') ? 'whole numbers' : form;
}

function isAnything(schema: Schema): boolean {
  return unwrap(schema) instanceof z.ZodUnknown;
}

function unwrap(schema: Schema): Schema {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}

function listOf(words: readonly string[], and: string): string {
  if (words.length <= 1) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${and} ${words.at(-1)}`;
}
