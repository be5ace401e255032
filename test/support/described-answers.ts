/**
 * Holds what a hub answers against what its own OpenAPI document says: a status, a media type, a header or a field that
 * is not described, or is not as described, fails the test that met it. `vitest.config.ts` puts it before every test's
 * `fetch`.
 */
import { Ajv2020 } from 'ajv/dist/2020.js';

interface Description {
  readonly document: OpenApi;
  readonly ajv: Ajv2020;
}

interface OpenApi {
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

/** As all times are sent: in UTC, with milliseconds. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const descriptions = new Map<string, Promise<Description | undefined>>();
const plainFetch = globalThis.fetch;

/** In place of `fetch`: the same, and the answer is held against the document where a hub's API gave it. */
export async function describedFetch(...[input, init]: Parameters<typeof fetch>): Promise<Response> {
  const response = await plainFetch(input, init);
  const url = new URL(input instanceof Request ? input.url : input);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  await checkAnswer(method, url, response);
  return response;
}

/** @throws Error that names what the document does not say */
export async function checkAnswer(method: string, url: URL, response: Response): Promise<void> {
  const prefix = /^.*?\/hub\/api(?=\/)/.exec(url.pathname)?.[0];
  if (prefix === undefined || method === 'OPTIONS') return;
  const base = `${url.origin}${prefix}`;
  if (!descriptions.has(base)) descriptions.set(base, readDescription(base));
  const description = await descriptions.get(base);
  if (!description) return;
  const problem = await problemOf(description, {
    method: method.toLowerCase(),
    path: url.pathname.slice(prefix.length),
    response,
  });
  if (problem) throw new Error(`${method} ${url.pathname} → ${response.status}: ${problem}`);
}

async function readDescription(base: string): Promise<Description | undefined> {
  const answer = await plainFetch(`${base}/openapi.json`).catch(() => undefined);
  // What stands in for a hub in a test has no document.
  if (!answer?.ok) return undefined;
  const document = (await answer.json()) as OpenApi;
  const ajv = new Ajv2020({ strict: false, formats: { 'date-time': ISO_TIME } });
  ajv.addSchema(document, 'hub');
  return { document, ajv };
}

async function problemOf(
  { document, ajv }: Description,
  asked: { readonly method: string; readonly path: string; readonly response: Response },
): Promise<string | undefined> {
  const { path, response } = asked;
  const template = templateOf(document, path);
  if (template === undefined) return response.status >= 400 ? undefined : 'the document has no such path';
  const isHead = asked.method === 'head';
  const method = isHead ? 'get' : asked.method;
  const operation = document.paths[template]![method];
  if (!operation) return response.status >= 400 ? undefined : 'the document has no such method';
  const answer = operation.responses[response.status];
  if (!answer) return `the document of ${method} ${template} does not have this status`;
  if (isHead) return undefined;
  const type = response.headers.get('content-type')?.split(';', 1)[0] ?? '';
  if (!answer.content) return (await response.clone().text()) === '' ? undefined : 'it should have no body';
  if (!answer.content[type]) return `the document does not have the media type “${type}”`;
  if (type !== 'application/json') return undefined;
  const body: unknown = await response.clone().json();
  const pointer = [
    'paths',
    template,
    method,
    'responses',
    String(response.status),
    'content',
    type,
    'schema',
  ];
  const validate = ajv.getSchema(`hub#/${pointer.map(escapePointer).join('/')}`);
  if (!validate || validate(body)) return undefined;
  return `${ajv.errorsText(validate.errors)} in ${JSON.stringify(body)}`;
}

/** Those with fewer variables come first, as they do in the hub. */
function templateOf(document: OpenApi, path: string): string | undefined {
  if (document.paths[path]) return path;
  const variables = (template: string) => template.split('{').length;
  return Object.keys(document.paths)
    .filter((template) => {
      const pattern = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+');
      return new RegExp(`^${pattern}$`).test(path);
    })
    .sort((a, b) => variables(a) - variables(b))[0];
}

/** RFC 6901, in a URL fragment. */
function escapePointer(segment: string): string {
  return encodeURIComponent(segment.replaceAll('~', '~0').replaceAll('/', '~1'));
}
