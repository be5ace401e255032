/** The course's accent colour, as a style sheet of its own: pages have no inline style. */
import type { Course } from '../parts.ts';

/** @returns undefined where the course has no colour, or one that is not a CSS colour. */
export function courseStyle({ accentColor }: Pick<Course, 'accentColor'>): string | undefined {
  const color = accentColor === null ? undefined : cssColor(accentColor);
  return color === undefined ? undefined : `:root { --course-accent: ${color}; }\n`;
}

/**
 * The colour as it may stand in a style sheet; undefined where it is not of the shapes that CSS Color 4 gives: `#rgb`,
 * `#rrggbb` (with or without alpha), a name, or one of its functions with plain numbers. Whether a name is one of
 * CSS's is left to the browser, which ignores what it does not know.
 */
export function cssColor(value: string): string | undefined {
  const color = value.trim().toLowerCase();
  if (/^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.test(color)) return color;
  if (/^[a-z]{3,20}$/.test(color)) return color;
  if (/^(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch)\([0-9.,%/\sa-z+-]{1,80}\)$/.test(color)) return color;
  return undefined;
}
