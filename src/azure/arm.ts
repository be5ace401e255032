/** The language of Azure Resource Manager, as far as it is spoken here ("Understand the structure and syntax of ARM templates"). */
import type { Json, JsonMap } from '../config/json.ts';

export interface Template {
  readonly $schema: string;
  readonly contentVersion: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, { readonly type: 'string'; readonly value: string }>>;
}

export interface Parameter {
  readonly type: 'string' | 'securestring';
  readonly defaultValue?: string;
  readonly metadata: { readonly description: string };
}

export interface Resource {
  readonly type: string;
  readonly apiVersion: string;
  readonly name: string;
  /** Checks of the template that are passed over on purpose, each with its reason, where checkov looks for them. */
  readonly metadata?: {
    readonly checkov: readonly { readonly id: string; readonly comment: string }[];
  };
  readonly scope?: string;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly kind?: string;
  readonly sku?: JsonMap;
  readonly identity?: JsonMap;
  readonly dependsOn?: readonly string[];
  readonly properties: JsonMap;
}

export const TEMPLATE_SCHEMA =
  'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#';
export const PARAMETERS_SCHEMA =
  'https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#';

/** An expression, to be used as a whole value: `[…]`. */
export function expression(text: string): string {
  return `[${text}]`;
}

/** A text that people wrote, as a whole value: never taken for an expression. */
export function literal(text: string): string {
  return /^\[.*\]$/s.test(text) ? `[${text}` : text;
}

/** The id of a resource of the same group, inside an expression. */
export function idOf({ type, name }: Pick<Resource, 'type' | 'name'>): string {
  return `resourceId('${type}', ${name
    .split('/')
    .map((part) => `'${part}'`)
    .join(', ')})`;
}

/** What a resource has become once it is there, inside an expression. */
export function stateOf(resource: Pick<Resource, 'type' | 'name' | 'apiVersion'>): string {
  return `reference(${idOf(resource)}, '${resource.apiVersion}')`;
}

/** Reasons, in the form of `Resource.metadata`. */
export function passOver(reasons: Readonly<Record<string, string>>): NonNullable<Resource['metadata']> {
  return { checkov: Object.entries(reasons).map(([id, comment]) => ({ id, comment })) };
}

/** JSON with keys in the order in which they were written, for files that people compare. */
export function printJson(value: Template | Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
