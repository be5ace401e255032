/** What becomes of a key: most are used; the others say here why they are not, and validation reports it. */
import { z } from 'zod';

export type Fate =
  /** It is about pods, nodes or volumes, and there are none on one machine. */
  | { readonly kind: 'cluster' }
  /** It will mean something; it does not yet. */
  | { readonly kind: 'later'; readonly instead: string | null }
  /** It is for a command beside the hub; where that is not there yet, it is checked until then. */
  | { readonly kind: 'command'; readonly command: string; readonly isThere: boolean }
  /** It sets up software that is not part of Polder. */
  | { readonly kind: 'replaced'; readonly software: string }
  /** It is looked after in another way. */
  | { readonly kind: 'unneeded'; readonly because: string }
  /** The course would not run as the file says: leaving it out silently would be wrong, or unsafe. */
  | { readonly kind: 'refused'; readonly because: string; readonly help: string };

const fates = z.registry<Fate>();
const secrets = z.registry();

/** Marks a key as one about a cluster; its form is checked where a schema is given. */
export function cluster(): z.ZodUnknown;
export function cluster<S extends z.ZodType>(schema: S): S;
export function cluster(schema: z.ZodType = z.unknown()): z.ZodType {
  return withFate(schema, { kind: 'cluster' });
}

/** A key that means nothing yet; its form is checked where a schema is given. */
export const later = <S extends z.ZodType = z.ZodUnknown>(instead: string | null = null, schema?: S): S =>
  withFate(schema ?? (z.unknown() as z.ZodType as S), { kind: 'later', instead });

/** The same, with its value in the Config already. */
export const laterAs = <S extends z.ZodType>(schema: S): S => later(null, schema);

/** Keys for a command beside the hub. */
export const forCommand = <S extends z.ZodType>(command: string, schema: S): S =>
  withFate(schema, { kind: 'command', command, isThere: true });

/** Keys for a command that is to come. */
export const prepared = <S extends z.ZodType>(command: string, schema: S): S =>
  withFate(schema, { kind: 'command', command, isThere: false });

/** A key that sets up other software. */
export const replaced = <S extends z.ZodType = z.ZodUnknown>(software: string, schema?: S): S =>
  withFate(schema ?? (z.unknown() as z.ZodType as S), { kind: 'replaced', software });

/** A key whose purpose is looked after in another way. */
export const unneeded = <S extends z.ZodType = z.ZodUnknown>(because: string, schema?: S): S =>
  withFate(schema ?? (z.unknown() as z.ZodType as S), { kind: 'unneeded', because });

/** A key with which the file cannot be run. */
export const refused = (because: string, help: string) =>
  withFate(z.unknown(), { kind: 'refused', because, help });

function withFate<S extends z.ZodType>(schema: S, fate: Fate): S {
  const marked = schema.clone(undefined, { parent: true });
  fates.add(marked as z.ZodType, fate);
  return marked;
}

/** Marks a value (and all below it) as one that is never shown. */
export function secret<S extends z.ZodType>(schema: S): S {
  const marked = schema.clone(undefined, { parent: true });
  secrets.add(marked);
  return marked;
}

/** A map with these keys, each of which may be left out. */
export const section = <S extends z.ZodRawShape>(shape: S) => z.object(shape).partial();

export function fateOf(schema: z.core.$ZodType): Fate | undefined {
  return fates.get(unwrap(schema));
}

export function isSecret(schema: z.core.$ZodType): boolean {
  return secrets.has(unwrap(schema));
}

/** Whether it may be anything, or a list or map of anything: then nobody knows whether it is a secret. */
export function isOpen(schema: z.core.$ZodType): boolean {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodRecord) return isOpen(inner.valueType);
  if (inner instanceof z.ZodArray) return isOpen(inner.element);
  if (inner instanceof z.ZodUnion) return inner.options.some(isOpen);
  return inner instanceof z.ZodUnknown;
}

/** The keys that a map may have; undefined where it is no map, or may have any. */
export function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const inner = unwrap(schema);
  return inner instanceof z.ZodObject ? inner.shape : undefined;
}

/** The keys that each map of a list may have; undefined where it is no list of such maps. */
export function itemShapeOf(schema: z.core.$ZodType): ReturnType<typeof shapeOf> {
  const inner = unwrap(schema);
  return inner instanceof z.ZodArray ? shapeOf(inner.element) : undefined;
}

/** The schema of what stands at a step below: a key of a map, or a place in a list of maps; undefined where neither is. */
export function schemaBelow(schema: z.core.$ZodType, step: string | number): z.core.$ZodType | undefined {
  const inner = unwrap(schema);
  if (inner instanceof z.ZodArray && itemShapeOf(inner) !== undefined) return inner.element;
  const shape = shapeOf(inner);
  return shape !== undefined && Object.hasOwn(shape, step) ? shape[step] : undefined;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema;
}
