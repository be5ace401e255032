/** What requests about one server have in common: their paths, their subject, and their body. */
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Json } from '../../domain/server.ts';
import { serverNameOf, userNameOf } from './access.ts';
import { parseInput } from './body.ts';

/** The default server has two more ways to be named. */
export const SERVER_PATHS = ['/users/:user/server', '/users/:user/servers/', '/users/:user/servers/:server'];

/** A click of a person waits this long for an answer that says more than that it was heard. */
export const SHORT_WAIT_MS = 1_000;

export function serverSubject(request: FastifyRequest) {
  return { user: userNameOf(request), server: serverNameOf(request) };
}

const displayName = z
  .string()
  .max(255, 'must have at most 255 characters')
  .refine((text) => !/\p{Cc}/u.test(text), 'must not contain control characters');

/** Bodies come out of JSON: there is nothing left to check. */
const json = z.custom<Json>();
const userOptions = z.record(z.string(), json);

/** What can be said of a server. */
export const serverBody = z.strictObject({
  display_name: displayName.nullish(),
  user_options: userOptions.nullish(),
});

/** The same, or the options themselves, or nothing. */
export const serverRequestBody = z.union([serverBody, userOptions]).nullish();

export interface ServerRequest {
  readonly displayName?: string;
  readonly userOptions?: { readonly [key: string]: Json };
}

/** A body that has neither field is the options themselves, as it was before JupyterHub 6. */
export function parseServerRequest(body: unknown): ServerRequest {
  if (body === undefined || body === null) return {};
  const fields = parseInput(z.record(z.string(), z.unknown(), 'Body must be a JSON object'), body);
  if (Object.keys(fields).length === 0) return {};
  if (!('display_name' in fields) && !('user_options' in fields)) {
    return { userOptions: parseInput(userOptions, fields) };
  }
  return serverFields(parseInput(serverBody, fields));
}

export function serverFields(fields: z.output<typeof serverBody>): ServerRequest {
  return {
    ...(fields.display_name ? { displayName: fields.display_name } : {}),
    ...(fields.user_options ? { userOptions: fields.user_options } : {}),
  };
}
