/** Bodies and queries of API requests: JSON, checked by a schema, with errors that name the field. */
import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import { HubError } from '../../domain/errors.ts';

/**
 * Programs written for JupyterHub send JSON under any content type or none (`curl -d`), and `DELETE` with a content type
 * and no body. A browser's request is safe all the same, because it must show the XSRF value.
 */
export function acceptAnyJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    const text = String(body).trim();
    if (text === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text, withoutPrototype));
    } catch {
      done(new HubError('invalid', 'Invalid JSON in body of request'));
    }
  });
}

/** `__proto__` in a body would become the prototype of whatever it is spread into. */
function withoutPrototype(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}

/** @throws HubError `invalid`, saying of every field what is wrong with it. */
export function parseInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`,
  );
  throw new HubError('invalid', problems.join('; '));
}
