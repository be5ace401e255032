/** `GET /hub/api/openapi.json`: the API in OpenAPI 3.1, made of what the routes say of themselves. */
import { STATUS_CODES } from 'node:http';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { z } from 'zod';
import { JUPYTERHUB_VERSION } from '../../lib/version.ts';
import { described, errorModel, errorStatuses, json, type Operation } from './operation.ts';

/** An operation where it is mounted. */
export interface Endpoint {
  /** In small letters. */
  readonly method: string;
  /** Below `/hub/api`, with `:name` for what varies. */
  readonly path: string;
  readonly operation: Operation;
}

type Json = { readonly [key: string]: unknown };

const tellApi: Operation = {
  summary: 'This document',
  access: 'anyone',
  answers: { 200: json(z.looseObject({ openapi: z.string() }), 'The API in OpenAPI 3.1.') },
};

/**
 * What is mounted below `api` of `hub` from now on, as a list that grows.
 * @throws Error, later, where a route of the API does not say what it does: see CONTRIBUTING, “An endpoint of the API”
 */
export function collectEndpoints(hub: FastifyInstance): readonly Endpoint[] {
  const endpoints: Endpoint[] = [];
  hub.addHook('onRoute', (route) => void endpoints.push(...endpointsOf(route, `${hub.prefix}/api`)));
  return endpoints;
}

/** Answers with the document of `endpoints`, made when it is asked for first. */
export function mountOpenApi(api: FastifyInstance, endpoints: readonly Endpoint[]): void {
  let text: string | undefined;
  api.get('/openapi.json', described(tellApi), async (_request, reply) => {
    text ??= JSON.stringify(openApiDocument(endpoints, api.prefix));
    return reply.type('application/json').send(text);
  });
}

function endpointsOf({ url, method, config }: RouteOptions, prefix: string): Endpoint[] {
  const operation = config?.operation;
  if (operation === null || (url !== prefix && !url.startsWith(`${prefix}/`))) return [];
  // The root is two addresses, with and without a slash, of which the router tells the shorter.
  const path = url === prefix ? '/' : url.slice(prefix.length);
  if (operation === undefined) {
    throw new Error(`${method} ${path} says nothing of itself: give its route \`described(…)\`.`);
  }
  return [method]
    .flat()
    .filter((one) => one !== 'HEAD')
    .map((one) => ({ method: one.toLowerCase(), path, operation }));
}

/** @param prefix where the API is, without a slash at the end: `/hub/api` */
export function openApiDocument(endpoints: readonly Endpoint[], prefix: string): Json {
  const schemas = new Map<string, unknown>();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path, operation } of endpoints) {
    const template = path.replace(/:(\w+)/g, '{$1}');
    paths[template] = {
      ...paths[template],
      [method]: describeOperation(operation, path, (schema, io) => toJsonSchema(schema, io, schemas)),
    };
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Hub API',
      version: JUPYTERHUB_VERSION,
      description:
        'The REST API of JupyterHub, as this hub has it. Ask with the header `Authorization: token …`.',
    },
    servers: [{ url: prefix }],
    paths,
    components: {
      schemas: Object.fromEntries(schemas),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token; its scopes say what it may do.' },
        proxy: { type: 'http', scheme: 'bearer', description: 'The token that proxies share with the hub.' },
      },
    },
  };
}

type ToSchema = (schema: z.ZodType, io: 'input' | 'output') => Json;

function describeOperation(operation: Operation, path: string, schemaOf: ToSchema): Json {
  const { summary, description, access, query, body, bodyType = 'application/json' } = operation;
  const { errorContent = { 'application/json': errorModel } } = operation;
  const errors = errorStatuses(operation, path).map((status) => [
    status,
    {
      description: STATUS_CODES[status],
      content: mapValues(errorContent, (schema) => ({ schema: schemaOf(schema, 'output') })),
    },
  ]);
  const answers = Object.entries(operation.answers).map(([status, { description, content, headers }]) => [
    status,
    {
      description,
      ...(content && { content: mapValues(content, (schema) => ({ schema: schemaOf(schema, 'output') })) }),
      ...(headers && {
        headers: mapValues(headers, (description) => ({ description, schema: { type: 'string' } })),
      }),
    },
  ]);
  return {
    summary,
    ...(description && { description }),
    security: securityOf(access),
    parameters: [...pathParameters(path), ...(query ? queryParameters(query, schemaOf) : [])],
    ...(body && {
      requestBody: {
        required: !body.safeParse(undefined).success,
        content: { [bodyType]: { schema: schemaOf(body, 'input') } },
      },
    }),
    responses: { ...Object.fromEntries(errors), ...Object.fromEntries(answers) },
  };
}

/** One line for each scope that would do; OpenAPI 3.1 lets a bearer token have them as roles. */
function securityOf(access: Operation['access']): readonly Json[] {
  if (access === 'anyone') return [];
  if (access === 'caller') return [{ token: [] }];
  if (access === 'proxy') return [{ proxy: [] }];
  return access.map((scope) => ({ token: [scope] }));
}

function pathParameters(path: string): readonly Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(query: z.ZodObject, schemaOf: ToSchema): readonly Json[] {
  return Object.entries(query.shape).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: schemaOf(schema as z.ZodType, 'input'),
  }));
}

/** In JSON Schema 2020-12; schemas that have a name go to `named` and are referred to. */
function toJsonSchema(schema: z.ZodType, io: 'input' | 'output', named: Map<string, unknown>): Json {
  const {
    $schema: _,
    $defs,
    ...whole
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type !== 'date') return;
      jsonSchema.type = 'string';
      jsonSchema.format = 'date-time';
    },
  });
  const { id, ...rest } = pointToComponents(whole) as Json;
  for (const [name, definition] of Object.entries($defs ?? {})) {
    const { id: _, ...model } = pointToComponents(definition) as Json;
    named.set(name, model);
  }
  if (typeof id !== 'string') return rest;
  named.set(id, rest);
  return { $ref: `#/components/schemas/${id}` };
}

function pointToComponents(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function mapValues<T>(record: Readonly<Record<string, T>>, change: (value: T) => unknown): Json {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
