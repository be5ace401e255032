import fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startHub, type TestHub } from '../../../test/support/hub.ts';
import { collectEndpoints, openApiDocument } from './openapi.ts';
import { described, json, type Operation } from './operation.ts';

interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface DescribedOperation {
  readonly security: unknown;
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly required: boolean };
  readonly responses: Readonly<Record<string, unknown>>;
}

let hub: TestHub;
let document: Document;
beforeAll(async () => {
  hub = await startHub({ site: { baseUrl: '/course/' } });
  document = (await (await hub.api('GET', '/openapi.json')).json()) as Document;
});
afterAll(() => hub[Symbol.asyncDispose]());

describe('GET /hub/api/openapi.json', () => {
  it('is for anyone, and says where the API is', () => {
    expect(document.openapi).toBe('3.1.1');
    expect(document.servers).toEqual([{ url: '/course/hub/api' }]);
  });

  it('says of an endpoint what it asks for, takes and answers', () => {
    const { get, post } = document.paths['/users']!;
    expect(get!.security).toEqual([{ token: ['list:users'] }]);
    expect(get!.parameters.map(({ name }) => name)).toContain('name_filter');
    expect(post!.requestBody).toMatchObject({ required: true });
    expect(Object.keys(post!.responses)).toEqual(['201', '400', '403', '409', '413', '503']);
    expect(document.paths['/users/{user}/tokens/{token}']!.delete!.parameters).toHaveLength(2);
  });

  it('refers to models by name, and has each of them', () => {
    const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)];
    expect(names.length).toBeGreaterThan(10);
    for (const [, name] of names) expect(document.components.schemas).toHaveProperty(name!);
    expect(JSON.stringify(document)).not.toContain('$defs');
  });
});

describe('a route of the API', () => {
  const operation: Operation = {
    summary: 'The time',
    access: 'anyone',
    answers: { 200: json(z.object({ now: z.date() }), 'Now.') },
  };

  it('that says nothing of itself is refused', () => {
    const app = fastify();
    collectEndpoints(app);
    expect(() => app.get('/api/silent', async () => 1)).toThrow('/silent says nothing of itself');
    expect(() => app.get('/page', async () => 1)).not.toThrow();
  });

  it('is described with times as they are sent', () => {
    const app = fastify();
    const endpoints = collectEndpoints(app);
    app.get('/api/time', described(operation), async () => ({ now: new Date() }));
    expect(openApiDocument(endpoints, '/api')).toMatchObject({
      paths: {
        '/time': {
          get: {
            responses: {
              200: {
                content: {
                  'application/json': {
                    schema: { properties: { now: { type: 'string', format: 'date-time' } } },
                  },
                },
              },
            },
          },
        },
      },
    });
  });
});
