/** Expressions of templates, as far as ours use them ("Syntax and expressions in ARM templates"). */
import { createHash } from 'node:crypto';

export interface Scope {
  readonly subscription: string;
  readonly group: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The properties of a resource that is there; undefined: it is not, yet. */
  readonly propertiesOf: (id: string) => unknown;
}

/** What is not known before another resource is there. */
export class NotYet extends Error {}

/** A value with every expression in it replaced. @throws NotYet, or Error where it is none that Azure would take */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (Array.isArray(value)) return value.map((one) => evaluate(one, scope));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, evaluate(one, scope)]));
  if (typeof value !== 'string' || !/^\[.*\]$/s.test(value)) return value;
  if (value.startsWith('[[')) return value.slice(1);
  const reader = new Reader(value.slice(1, -1), scope);
  const result = reader.value();
  reader.end();
  return result;
}

class Reader {
  readonly #tokens: readonly string[];
  readonly #scope: Scope;
  #at = 0;

  constructor(text: string, scope: Scope) {
    this.#tokens = text.match(/'(?:[^']|'')*'|[A-Za-z]\w*|[(),.]/g) ?? [];
    if (this.#tokens.join('') !== text.replace(/ (?=(?:[^']*'[^']*')*[^']*$)/g, ''))
      throw new Error(`not an expression: ${text}`);
    this.#scope = scope;
  }

  value(): unknown {
    const token = this.#next();
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    this.#expect('(');
    const args: unknown[] = [];
    while (this.#tokens[this.#at] !== ')') {
      if (args.length > 0) this.#expect(',');
      args.push(this.value());
    }
    this.#expect(')');
    let result = this.#call(token, args);
    while (this.#tokens[this.#at] === '.') {
      this.#at += 1;
      result = (result as Record<string, unknown> | undefined)?.[this.#next()];
      if (result === undefined) throw new Error(`${token}(…) has no such property`);
    }
    return result;
  }

  end(): void {
    if (this.#at !== this.#tokens.length) throw new Error('more than an expression');
  }

  #call(name: string, args: readonly unknown[]): unknown {
    const { subscription, group, parameters, propertiesOf } = this.#scope;
    const texts = args.map(String);
    switch (name) {
      case 'resourceId':
        return `/subscriptions/${subscription}/resourceGroups/${group}/providers/${pathOf(texts)}`;
      case 'subscriptionResourceId':
        return `/subscriptions/${subscription}/providers/${pathOf(texts)}`;
      case 'resourceGroup':
        return { id: `/subscriptions/${subscription}/resourceGroups/${group}`, name: group };
      case 'subscription':
        return { subscriptionId: subscription, tenantId: '00000000-0000-0000-0000-00000000aaaa' };
      case 'guid':
        return guid(texts.join('-'));
      case 'parameters': {
        if (!Object.hasOwn(parameters, texts[0]!)) throw new Error(`no parameter ${texts[0]}`);
        return parameters[texts[0]!];
      }
      case 'reference': {
        const properties = propertiesOf(texts[0]!);
        if (properties === undefined) throw new NotYet(texts[0]);
        return properties;
      }
      case 'utcNow':
        return new Date().toISOString();
      default:
        throw new Error(`no function ${name}`);
    }
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Error('an expression that ends too early');
    this.#at += 1;
    return token;
  }

  #expect(token: string): void {
    if (this.#next() !== token) throw new Error(`${token} is missing`);
  }
}

function pathOf([type = '', ...names]: readonly string[]): string {
  const [provider, ...types] = type.split('/');
  if (types.length !== names.length)
    throw new Error(`${type} has ${types.length} names, not ${names.length}`);
  return [provider, ...types.flatMap((one, index) => [one, names[index]])].join('/');
}

export function guid(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}
