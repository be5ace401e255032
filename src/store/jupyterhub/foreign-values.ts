/** What stands in a column of JupyterHub's, whichever database it is in, and of whichever age. */
import type { ForeignRow } from './foreign-tables.ts';

type Value = ForeignRow[string];

export function textOf(value: Value): string {
  return value === null || value === undefined ? '' : String(value);
}

/** Times are in UTC and do not say so; those of old OAuth tokens are seconds since 1970. */
export function dateOf(value: Value): Date | null {
  if (typeof value === 'number') return new Date(value * 1000);
  if (typeof value !== 'string') return null;
  const date = new Date(`${value.replace(' ', 'T').slice(0, 23)}Z`);
  return Number.isNaN(date.getTime()) ? null : date;
}

/** SQLite has numbers for it. */
export function isTrue(value: Value): boolean {
  return value === true || value === 1;
}

export function bytesOf(value: Value): Uint8Array | null {
  if (value instanceof Uint8Array) return value.length === 0 ? null : value;
  return typeof value === 'string' && value !== '' ? Buffer.from(value) : null;
}

export function mapOf<T = unknown>(value: Value): Readonly<Record<string, T>> {
  const parsed = parse(value);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
    ? (parsed as Record<string, T>)
    : {};
}

/** Null where there is no list. */
export function listOf(value: Value): readonly string[] | null {
  const parsed = parse(value);
  return Array.isArray(parsed) ? parsed.filter((item) => typeof item === 'string') : null;
}

function parse(value: Value): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
