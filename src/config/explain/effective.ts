import { mayHavePassword } from '../credentials.ts';
import { DEFAULTS } from '../defaults.ts';
import type { Generation } from '../generations.ts';
import { mergeOverDefaults } from '../parse/merge.ts';
import { isOpen, isSecret, itemShapeOf, shapeOf } from '../schema/fate.ts';
import { valuesSchema } from '../schema/values.ts';
import { type MapTree, nodeAt, toPlain } from '../tree.ts';
import { originOf } from './origin.ts';

/** One value that counts, and where it comes from. */
export interface EffectiveValue {
  /** In today's names. */
  readonly key: string;
  /** As JSON; `…` where it is, or may be, a secret. */
  readonly value: string;
  readonly origin: string;
}

type Schema = Parameters<typeof shapeOf>[0];

/** Every value that counts, of the file and of the defaults, in today's names. What no schema knows is left out. */
export function effectiveValues(lifted: MapTree, generation: Generation): readonly EffectiveValue[] {
  const merged = mergeOverDefaults(DEFAULTS[generation], toPlain(lifted));
  const values: EffectiveValue[] = [];
  const visit = (value: unknown, schema: Schema, path: readonly string[], hidden: boolean): void => {
    const secret = hidden || isSecret(schema);
    const shape = shapeOf(schema);
    if (shape !== undefined && isMap(value)) {
      for (const [key, below] of Object.entries(value)) {
        if (Object.hasOwn(shape, key)) visit(below, shape[key]!, [...path, key], secret);
      }
      return;
    }
    const node = nodeAt(lifted, path);
    // A picture says nothing to a reader.
    const readable =
      typeof value === 'string'
        ? value.replace(/^(data:[^,]{0,100},).+$/s, '$1…')
        : withoutSecrets(value, schema);
    // A default is known to all; what a file says in a place that may hold anything may be a secret.
    const shown = !secret && (node === undefined || !isOpen(schema)) ? JSON.stringify(readable) : '…';
    values.push({
      key: path.join('.'),
      value: mayHavePassword(shown) ? '…' : shown,
      origin: originOf({ generation }, node),
    });
  };
  visit(merged, valuesSchema, [], false);
  return values;
}

/** The maps of a list without what in them is secret. */
function withoutSecrets(value: unknown, schema: Schema): unknown {
  const shape = itemShapeOf(schema);
  if (shape === undefined || !Array.isArray(value)) return value;
  const hide = ([key, inner]: [string, unknown]) => {
    const below = Object.hasOwn(shape, key) ? shape[key] : undefined;
    return [key, below !== undefined && isSecret(below) ? '…' : inner];
  };
  return value.map((item) => (isMap(item) ? Object.fromEntries(Object.entries(item).map(hide)) : item));
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
