import { z } from 'zod';
import { defaultAt } from '../defaults.ts';
import { describeUse } from '../explain/explain.ts';
import { allKeys, type KeyDescription } from '../explain/keys.ts';
import { nameOfChart } from '../generations.ts';
import { LEGACY_RULES, MARKS } from '../legacy/rules.ts';
import { byteSize, cores } from '../schema/scalars.ts';
import { valuesSchema } from '../schema/values.ts';

type JsonSchema = { [key: string]: unknown; properties?: { [key: string]: JsonSchema } };

/**
 * What values may be, as JSON schema draft-07, for editors. Old names are in it, marked as such; every key may be null, which
 * takes its default away. Keys that it does not know are not forbidden: `polder check` says more about them than an editor can.
 */
export function valuesJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(valuesSchema, {
    target: 'draft-07',
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      delete jsonSchema.additionalProperties;
      if (isAmount(zodSchema)) Object.assign(jsonSchema, { type: ['number', 'string'] });
    },
  }) as JsonSchema;
  for (const key of allKeys()) describe(propertyAt(schema, key.name.split('.')), key);
  for (const { from, to, until } of LEGACY_RULES) {
    const today = typeof to === 'string' ? `\`${to}\`` : 'a key below `hub.config`';
    addOld(schema, from.split('.'), `Up to ${nameOfChart(until ?? 'current')}; today: ${today}.`);
  }
  for (const { key, until } of MARKS) {
    if (until !== undefined) addOld(schema, key.split('.'), `Up to ${nameOfChart(until)}.`);
  }
  allowNull(schema);
  return {
    ...schema,
    $id: 'https://polder.invalid/values.schema.json',
    title: 'Values of a course (config.yaml)',
  };
}

/** These take numbers and texts, and say so in code, which a schema cannot hold. */
function isAmount(schema: z.core.$ZodType): boolean {
  return [byteSize, cores].some((amount) => amount._zod.def === schema._zod.def);
}

function describe(property: JsonSchema | undefined, key: KeyDescription): void {
  if (property === undefined) return;
  property.description = [key.meaning, describeUse(key.fate)].filter((part) => part !== null).join(' ');
  const value = defaultAt('current', key.name);
  if (value !== undefined && property.properties === undefined) property.default = value;
}

function propertyAt(schema: JsonSchema, path: readonly string[]): JsonSchema | undefined {
  let property: JsonSchema | undefined = schema;
  for (const step of path) {
    const isItem = step.endsWith('[]');
    const below: JsonSchema | undefined = property?.properties?.[isItem ? step.slice(0, -2) : step];
    property = isItem ? (below?.items as JsonSchema | undefined) : below;
  }
  return property;
}

function addOld(schema: JsonSchema, path: readonly string[], description: string): void {
  let property = schema;
  for (const [depth, step] of path.entries()) {
    property.properties ??= {};
    const isNew = !Object.hasOwn(property.properties, step);
    const isLast = depth === path.length - 1;
    if (isNew) property.properties[step] = isLast ? {} : { type: 'object' };
    property = property.properties[step]!;
    if (isNew && isLast) Object.assign(property, { description, deprecated: true });
  }
}

function allowNull(schema: JsonSchema): void {
  for (const property of Object.values(schema.properties ?? {})) {
    allowNull(property);
    if (typeof property.type === 'string') property.type = [property.type, 'null'];
    else if (Array.isArray(property.type)) property.type = [...property.type, 'null'];
    if (Array.isArray(property.enum)) property.enum = [...property.enum, null];
    if (Array.isArray(property.anyOf)) property.anyOf = [...property.anyOf, { type: 'null' }];
  }
}
