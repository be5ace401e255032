/** JSON Schema in words, for people who read: what a value is, and a table of the fields of an object. */
import { type Fragment, type Html, html } from './html.ts';
import type { Texts } from './texts/texts.ts';

/** As much of JSON Schema as the API's document uses. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly description?: string;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | false;
}

/** A value is one of these, at its own level: none of them is a choice itself. */
export function variantsOf(schema: Schema): readonly Schema[] {
  return schema.anyOf?.flatMap(variantsOf) ?? [schema];
}

/** @param optional whether fields that need not be there say so: those of bodies, not those of answers */
export function renderFields(texts: Texts, schema: Schema, optional: boolean): Html {
  const { field, type, meaning, required } = texts.apiDocs;
  const fields = Object.entries(schema.properties ?? {});
  return html`<div class="table"><table><thead><tr><th scope="col">${field}</th><th scope="col">${type}</th><th scope="col">${meaning}</th></tr></thead>
<tbody>${fields.map(
    ([name, value]) =>
      html`<tr><th scope="row"><code>${name}</code>${optional && schema.required?.includes(name) && html` <span class="quiet">${required}</span>`}</th><td>${renderType(texts, value)}</td><td class="meaning">${value.description}</td></tr>
`,
  )}</tbody></table></div>`;
}

/** “text or nothing”, “list of User”: models are links to where they stand on the page. */
export function renderType(texts: Texts, schema: Schema): Html {
  const fallback = schema.default;
  const shown = typeof fallback !== 'object' && fallback !== undefined && fallback !== '';
  return html`${joined(
    texts,
    variantsOf(schema).flatMap((variant) => namesOf(texts, variant)),
  )}${shown && html`; ${texts.apiDocs.otherwise} <code>${JSON.stringify(fallback)}</code>`}`;
}

/** The models that an answer is made of, as links; the document for programs has the rest. */
export function renderModels(texts: Texts, schema: Schema): Fragment {
  // A list and a page of it are told once.
  const models = variantsOf(schema).filter(({ $ref, items }) => $ref ?? items?.$ref);
  return models.map((model) => html` (${renderType(texts, model)})`);
}

function namesOf(texts: Texts, schema: Schema): readonly Fragment[] {
  const { types } = texts.apiDocs;
  const { $ref, enum: values, items, additionalProperties: entries } = schema;
  if ($ref !== undefined) {
    const model = $ref.split('/').at(-1)!;
    return [html`<a href="#model-${model}">${model}</a>`];
  }
  if (values) return values.map((value) => html`<code>${JSON.stringify(value)}</code>`);
  if (schema.const !== undefined) return [html`<code>${JSON.stringify(schema.const)}</code>`];
  if (schema.format === 'date-time') return [types.time];
  if (schema.type === 'array') return [html`${types.listOf} ${renderType(texts, items ?? {})}`];
  if (schema.type === 'object' && entries && Object.keys(entries).length > 0) {
    return [html`${types.objectOf} ${renderType(texts, entries)}`];
  }
  if (schema.type === undefined) return [types.anything];
  return [schema.type].flat().map((type) => types[type as keyof typeof types] ?? type);
}

function joined(texts: Texts, names: readonly Fragment[]): Html {
  return html`${names.map((name, index) => html`${index > 0 && ` ${texts.apiDocs.or} `}${name}`)}`;
}
