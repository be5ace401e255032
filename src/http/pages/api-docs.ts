/** `/hub/api-docs`: the API for reading, made of the same document that programs read. */
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { type Endpoint, openApiDocument } from '../api/openapi.ts';
import { errorStatuses, type Operation } from '../api/operation.ts';
import { requireCaller } from '../caller.ts';
import { acceptedEncoding } from '../encoding.ts';
import type { HttpParts } from '../parts.ts';
import { renderFields, renderModels, renderType, type Schema, variantsOf } from './api-schema.ts';
import { type Fragment, type Html, html } from './html.ts';
import { type PageContext, renderPage } from './layout.ts';
import { hubPath } from './links.ts';
import { pageContext, sendPage } from './page-context.ts';

/** @param endpoints all of the hub; read when the page is asked for */
export function mountApiDocs(
  app: FastifyInstance,
  parts: Pick<HttpParts, 'site' | 'now'>,
  endpoints: readonly Endpoint[],
): void {
  app.get('/api-docs', async (request, reply) => {
    requireCaller(request);
    const page = renderApiDocs(pageContext(request, reply, parts), endpoints);
    // By far the longest page, and much of it alike.
    reply.header('vary', 'accept-encoding');
    const encoding = acceptedEncoding(request);
    if (encoding === undefined) return sendPage(reply, page);
    reply.header('content-encoding', encoding);
    return sendPage(reply, encoding === 'br' ? brotliCompressSync(page, QUICK) : gzipSync(page));
  });
}

/** A few milliseconds, where the best takes a hundred. */
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface DocumentOperation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: Schema }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: Schema }>>;

export function renderApiDocs(context: PageContext, endpoints: readonly Endpoint[]): string {
  const { site, texts } = context;
  const document = openApiDocument(endpoints, `${site.baseUrl}hub/api`) as unknown as Document;
  const sorted = [...endpoints].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return renderPage(context, {
    title: texts.apiDocs.title,
    entry: 'token',
    width: 'wide',
    main: html`<h1>${texts.apiDocs.title}</h1>
<p class="lead">${texts.apiDocs.intro}</p>
<p><a href="${hubPath(site, 'api/openapi.json')}">${texts.apiDocs.document}</a></p>
<div class="api">${sorted.map((endpoint) => renderEndpoint(context, endpoint, document))}</div>
<h2>${texts.apiDocs.models}</h2>
${Object.entries(document.components.schemas).map(
  ([name, schema]) => html`<h3 id="model-${name}"><code>${name}</code></h3>
${schema.description !== undefined && html`<p>${schema.description}</p>`}${renderFields(texts, schema, false)}
`,
)}`,
  });
}

function renderEndpoint(
  { texts }: PageContext,
  { method, path, operation }: Endpoint,
  document: Document,
): Html {
  const template = path.replace(/:(\w+)/g, '{$1}');
  const { parameters, requestBody, responses } = document.paths[template]![method]!;
  const queries = parameters.filter((parameter) => parameter.in === 'query');
  const properties = Object.fromEntries(queries.map(({ name, schema }) => [name, schema]));
  const body = Object.entries(requestBody?.content ?? {});
  return html`<details><summary><code>${method.toUpperCase()} ${template}</code> <span class="quiet">${operation.summary}</span></summary>
${operation.description !== undefined && html`<p>${operation.description}</p>`}
<p>${texts.apiDocs.access}: ${accessWords(texts, operation.access)}</p>
${queries.length > 0 && html`<h3>${texts.apiDocs.query}</h3>${renderFields(texts, { properties }, true)}`}
${body.map(([type, { schema }]) => html`<h3>${texts.apiDocs.body} <span class="quiet">${type}</span></h3>${renderBody(texts, schema)}`)}
<h3>${texts.apiDocs.answers}</h3>${Object.entries(operation.answers).map(([status, answer]) => html`<p><strong>${status}</strong> ${answer.description}${Object.values(responses[status]?.content ?? {}).map(({ schema }) => renderModels(texts, schema))}</p>`)}
<p class="quiet">${texts.apiDocs.errors} ${errorStatuses(operation, path).join(', ')}</p>
</details>
`;
}

function accessWords(texts: PageContext['texts'], access: Operation['access']): Fragment {
  if (typeof access === 'string') return texts.apiDocs.whoMay[access];
  return access.map((scope, index) => html`${index > 0 && ` ${texts.apiDocs.or} `}<code>${scope}</code>`);
}

/** Fields in a table; what has none of its own in words. */
function renderBody(texts: PageContext['texts'], schema: Schema): Html {
  const variants = variantsOf(schema);
  const tables = variants.filter(({ properties }) => properties);
  const rest = variants.filter(({ properties }) => !properties);
  return html`${tables.map((table) => renderFields(texts, table, true))}${rest.length > 0 && html`<p>${tables.length > 0 && `${texts.apiDocs.or} `}${renderType(texts, { anyOf: rest })}</p>`}`;
}
