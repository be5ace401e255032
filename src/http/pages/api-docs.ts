/** `/hub/api-docs`: the API for reading, made of the same document that programs read. */
import type { FastifyInstance } from 'fastify';
import { type Endpoint, openApiDocument } from '../api/openapi.ts';
import { errorStatuses, type Operation } from '../api/operation.ts';
import { requireCaller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
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
    return sendPage(reply, renderApiDocs(pageContext(request, reply, parts), endpoints));
  });
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentOperation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

interface DocumentOperation {
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly schema: unknown }[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>;
}

type Content = Readonly<Record<string, { readonly schema: unknown }>>;

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
${sorted.map((endpoint) => renderEndpoint(context, endpoint, document))}
<h2>${texts.apiDocs.models}</h2>
${Object.entries(document.components.schemas).map(
  ([
    name,
    schema,
  ]) => html`<details id="model-${name}"><summary><code>${name}</code></summary>${renderSchema(schema)}</details>
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
  const body = Object.entries(requestBody?.content ?? {});
  return html`<details><summary><code>${method.toUpperCase()} ${template}</code> <span class="quiet">${operation.summary}</span></summary>
${operation.description !== undefined && html`<p>${operation.description}</p>`}
<p>${texts.apiDocs.access}: ${accessWords(texts, operation.access)}</p>
${queries.length > 0 && html`<h3>${texts.apiDocs.query}</h3><ul>${queries.map(({ name, schema }) => html`<li><code>${name}</code> ${renderInline(schema)}</li>`)}</ul>`}
${body.map(([type, { schema }]) => html`<h3>${texts.apiDocs.body} <span class="quiet">${type}</span></h3>${renderSchema(schema)}`)}
<h3>${texts.apiDocs.answers}</h3><ul>${Object.entries(operation.answers).map(([status, answer]) => html`<li><strong>${status}</strong> ${answer.description} ${Object.values(responses[status]?.content ?? {}).map(({ schema }) => renderInline(schema))}</li>`)}
<li class="quiet">${texts.apiDocs.errors} ${errorStatuses(operation, path).join(', ')}</li></ul>
</details>
`;
}

function accessWords(texts: PageContext['texts'], access: Operation['access']): Fragment {
  if (typeof access === 'string') return texts.apiDocs.whoMay[access];
  return access.map((scope, index) => html`${index > 0 && ` ${texts.apiDocs.or} `}<code>${scope}</code>`);
}

function renderSchema(schema: unknown): Html {
  return html`<div class="log"><pre>${JSON.stringify(shorten(schema), null, 1)}</pre></div>`;
}

function renderInline(schema: unknown): Html {
  return html`<code>${JSON.stringify(shorten(schema))}</code>`;
}

/** A reference is the name of the model, which is further down on the page. */
function shorten(schema: unknown): unknown {
  return JSON.parse(JSON.stringify(schema), (_key, value) => {
    const reference: unknown = typeof value === 'object' && value !== null ? value.$ref : undefined;
    return typeof reference === 'string' ? reference.split('/').at(-1) : value;
  });
}
