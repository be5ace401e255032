/**
 * What an endpoint says of itself: the one place for what it takes, what it answers and which scopes it asks for. Method
 * and path are those of its route. The OpenAPI document is made of it, and tests hold every answer against it.
 */
import { z } from 'zod';

export interface Operation {
  readonly summary: string;
  readonly description?: string;
  /** Any one of these is enough; `anyone` may ask, `caller`: whoever is known. */
  readonly access: Access;
  /** What stands in the query; the handler reads it with this very schema. */
  readonly query?: z.ZodObject;
  /** The body, JSON unless `bodyType` says otherwise; the handler reads it with this very schema. */
  readonly body?: z.ZodType;
  readonly bodyType?: string;
  /** By status: what is answered where all went well. */
  readonly answers: Readonly<Record<number, Answer>>;
  /** By media type: what is said of errors; left out: `errorModel`. */
  readonly errorContent?: Readonly<Record<string, z.ZodType>>;
  /** Statuses of errors beside those that follow from the rest: see `errorStatuses`. */
  readonly errors?: readonly number[];
}

export type Access = 'anyone' | 'caller' | 'proxy' | readonly string[];

export interface Answer {
  readonly description: string;
  /** By media type; null: an answer without a body. */
  readonly content: Readonly<Record<string, z.ZodType>> | null;
  /** What they say, by name. */
  readonly headers?: Readonly<Record<string, string>>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Null: answers to what the API does not have, which is no part of the document. */
    operation?: Operation | null;
  }
}

/** The options of a route that does this. */
export function described(operation: Operation) {
  return { config: { operation, anonymous: operation.access === 'anyone' } };
}

/** An answer of JSON. */
export function json(schema: z.ZodType, description: string): Answer {
  return { description, content: { 'application/json': schema } };
}

/** An answer without a body. */
export function empty(description: string): Answer {
  return { description, content: null };
}

/** A stream of events; the schema is of each, as readers of such streams have it. */
export function events(description: string): Answer {
  return { description, content: { 'text/event-stream': z.looseObject({ data: z.string() }) } };
}

/** A list, or a page of it for clients that ask for pages: see `pagination.ts`. */
export function listed(item: z.ZodType, description: string): Answer {
  return {
    ...json(z.union([z.array(item), pageOf(item)]), description),
    headers: { link: 'The address of the next page (`rel="next"`), where there is more than was sent.' },
  };
}

/** A page of a list, as `pageAnswer` makes it. */
export function pageOf(item: z.ZodType) {
  return z.object({
    items: z.array(item),
    _pagination: z.object({
      offset: z.int(),
      limit: z.int(),
      total: z.int(),
      next: z.object({ offset: z.int(), limit: z.int(), url: z.string() }).nullable(),
    }),
  });
}

/** A time as answers have it: a `Date` here, ISO 8601 in UTC when it is sent. */
export const time = z.date();

/** What is said of anything that went wrong. */
export const errorModel = z
  .object({ status: z.int(), message: z.string() })
  .meta({ id: 'Error', description: 'What went wrong, in words for the person who asked.' });

/** @returns the statuses of errors that an operation at `path` may answer with, in order */
export function errorStatuses(operation: Operation, path: string): readonly number[] {
  const { access, query, body, errors = [] } = operation;
  const statuses = new Set(errors);
  if (query || body || path.includes(':')) statuses.add(400);
  if (access !== 'anyone') statuses.add(403).add(503);
  if (path.includes(':')) statuses.add(404).add(414);
  if (body) statuses.add(413);
  return [...statuses].sort((a, b) => a - b);
}
