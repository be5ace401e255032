/**
 * Azure's own JSON schemas, from the folder that POLDER_TEST_AZURE_SCHEMAS names (`<api version>/<provider>.json`, as they
 * are in github.com/Azure/azure-resource-manager-schemas), made stricter: a property that they do not know is wrong.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import type { Resource, Template } from '../../src/azure/arm.ts';

export const SCHEMA_FOLDER = process.env.POLDER_TEST_AZURE_SCHEMAS;

if (SCHEMA_FOLDER === undefined)
  console.info(
    'Templates are not held against Azure’s schemas: POLDER_TEST_AZURE_SCHEMAS names no folder of them.',
  );

/** What is wrong with a template, in Azure's eyes. */
export class AzureSchemas {
  readonly #folder: string;
  readonly #ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false, logger: false });
  readonly #known = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#add(join('common', 'definitions.json'));
  }

  problemsOf(template: Template): readonly string[] {
    return [
      ...template.resources.flatMap((resource) => this.#problemsOfResource(resource)),
      ...referencesOf(template),
    ];
  }

  #problemsOfResource(resource: Resource): readonly string[] {
    const [provider = '', ...types] = resource.type.split('/');
    const file = readdirSync(join(this.#folder, resource.apiVersion)).find(
      (name) => name === `${provider}.json` || name.startsWith(`${provider}.`),
    );
    if (file === undefined) return [`${resource.type}: no schema of ${resource.apiVersion}`];
    const id = this.#add(join(resource.apiVersion, file));
    const validate = this.#ajv.getSchema(`${id}#/resourceDefinitions/${types.join('_')}`);
    if (validate === undefined) return [`${resource.type}: not in ${file}`];
    // What every resource may have stands in the schema of templates, not in that of the resource.
    const { metadata: _, dependsOn: __, scope: ___, ...own } = resource;
    if (validate(own)) return [];
    // Some schemas say of a part what it is called by itself, without what it is a part of.
    if (types.length > 1 && validate({ ...own, name: own.name.split('/').at(-1) })) return [];
    validate(own);
    return (validate.errors ?? [])
      .filter(({ keyword }) => keyword !== 'oneOf')
      .map(
        ({ instancePath, message, params }) =>
          `${resource.name}${instancePath}: ${message} ${JSON.stringify(params)}`,
      );
  }

  /** @returns its id */
  #add(file: string): string {
    const id = `https://azure.test/${file}`;
    if (this.#known.has(id)) return id;
    this.#known.add(id);
    const { id: own, $schema: _, ...schema } = JSON.parse(readFileSync(join(this.#folder, file), 'utf8'));
    const isCommon = file.startsWith('common');
    this.#ajv.addSchema({
      ...(isCommon ? schema : strict(schema)),
      $id: isCommon ? own.replace(/#$/, '') : id,
    });
    return id;
  }
}

export function schemasOrNull(): AzureSchemas | null {
  if (SCHEMA_FOLDER === undefined) return null;
  if (!existsSync(SCHEMA_FOLDER))
    throw new Error('POLDER_TEST_AZURE_SCHEMAS names a folder that is not there');
  return new AzureSchemas(SCHEMA_FOLDER);
}

/** The schemas let anything pass that they do not know: a misspelled property too. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const map = Object.fromEntries(Object.entries(schema).map(([key, below]) => [key, strict(below)]));
  const { type, properties, additionalProperties, allOf, oneOf } = map;
  const isClosed =
    type === 'object' &&
    isFilled(properties) &&
    [additionalProperties, allOf, oneOf].every((part) => part === undefined);
  return isClosed ? { ...map, additionalProperties: false } : map;
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** Expressions and dependencies that lead nowhere. */
function referencesOf(template: Template): readonly string[] {
  const { resources, parameters, outputs } = template;
  const text = JSON.stringify({ resources, outputs });
  const ids = new Set(
    resources.map(
      ({ type, name }) =>
        `resourceId('${type}', ${name
          .split('/')
          .map((part) => `'${part}'`)
          .join(', ')})`,
    ),
  );
  const wrong = [...text.matchAll(/(?<!subscription)resourceId\('[^']*'(?:, '[^']*')+\)/gi)]
    .map(([id]) => id)
    .filter((id) => !ids.has(id));
  const unknown = [...text.matchAll(/parameters\('([^']*)'\)/g)]
    .map(([, name]) => name!)
    .filter((name) => !Object.hasOwn(parameters, name));
  const unused = Object.keys(parameters).filter((name) => !text.includes(`parameters('${name}')`));
  return [
    ...wrong.map((id) => `${id} is not in the template`),
    ...unknown.map((name) => `there is no parameter ${name}`),
    ...unused.map((name) => `parameter ${name} is used nowhere`),
  ];
}
