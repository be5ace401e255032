/**
 * What a plain (unquoted) scalar means to Helm, which reads YAML 1.1 as go-yaml 2 does: `yes` is true, `012` is ten,
 * `1_000` is a thousand, and `12:30` is a text.
 */
export function resolvePlainScalar(source: string): string | number | boolean | null {
  const word = WORDS.get(source);
  if (word !== undefined) return word;
  if (!/^([-+\d]|\.\d)/.test(source)) return source;
  const digits = source.replaceAll('_', '');
  return resolveInteger(digits) ?? resolveFloat(digits) ?? source;
}

const WORDS = new Map<string, boolean | null | number>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((w) => [w, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (w) => [w, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((w) => [w, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((w) => [w, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((w) => [w, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((w) => [w, Number.NEGATIVE_INFINITY] as const),
]);

function resolveInteger(digits: string): number | undefined {
  const match = /^([-+]?)(?:0[xX]([\da-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/.exec(digits);
  if (match === null) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  // What does not fit into 64 bits is a text, unless it is decimal: then it is a float.
  if ((hex ?? binary ?? octal) !== undefined && tooLong(hex, binary, octal)) return undefined;
  const value =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : binary !== undefined
        ? Number.parseInt(binary, 2)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : Number(decimal);
  return sign === '-' ? 0 - value : value;
}

function tooLong(hex = '0', binary = '0', octal = '0'): boolean {
  return [`0x${hex}`, `0b${binary}`, `0o${octal}`].some((digits) => BigInt(digits) >= 2n ** 64n);
}

/** What is too large for a float is a text. */
function resolveFloat(digits: string): number | undefined {
  if (!/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isFinite(value) ? value : undefined;
}

/** What an explicit tag makes of a quoted or tagged scalar: `!!int "12"`; the text itself for all other tags. */
export function resolveTaggedScalar(tag: string, text: string): string | number | boolean | null {
  const value = resolvePlainScalar(text);
  if (tag.endsWith(':null')) return null;
  if (tag.endsWith(':bool') && typeof value === 'boolean') return value;
  return /:(int|float)$/.test(tag) && typeof value === 'number' ? value : text;
}
