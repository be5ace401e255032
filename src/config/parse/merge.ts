import type { Entry, MapTree } from '../tree.ts';

/**
 * Lays `above` over `below` as Helm does with several -f: maps are merged key by key, everything else (lists too) is
 * replaced, and a null replaces what stood there.
 */
export function mergeTrees(below: MapTree, above: MapTree): MapTree {
  const entries = new Map<string, Entry>(below.entries);
  for (const [key, entry] of above.entries) {
    const old = entries.get(key);
    const merged =
      old?.value.kind === 'map' && entry.value.kind === 'map'
        ? { key: entry.key, value: mergeTrees(old.value, entry.value) }
        : entry;
    entries.set(key, merged);
  }
  return { ...above, entries };
}

/**
 * Lays the plain values of a file over a chart's defaults: as above, and a null in the file takes the default away.
 * Returns maps without a prototype.
 */
export function mergeOverDefaults(defaults: unknown, values: unknown): unknown {
  if (!isPlainMap(values)) return values;
  const merged: Record<string, unknown> = Object.create(null);
  const base = isPlainMap(defaults) ? defaults : {};
  for (const [key, value] of Object.entries(base)) merged[key] = value;
  for (const [key, value] of Object.entries(values)) {
    if (value === null) delete merged[key];
    else merged[key] = mergeOverDefaults(merged[key], value);
  }
  return merged;
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
