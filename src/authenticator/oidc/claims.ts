/** What a service says of somebody. */
export type Claims = Readonly<Record<string, unknown>>;

/** The claim of this name, or else what the path leads to: `profile.name` is `name` within `profile`. */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (value, step) =>
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? Reflect.get(value, step)
          : undefined,
      claims,
    );
}

/** A text or a number as a text; undefined where it is neither, or empty. */
export function textAt(claims: Claims, path: string): string | undefined {
  const value = claimAt(claims, path);
  return typeof value === 'number' || (typeof value === 'string' && value !== '') ? String(value) : undefined;
}

/** The texts of a list, or one text by itself. */
export function listAt(claims: Claims, path: string): readonly string[] {
  const value = claimAt(claims, path);
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}
