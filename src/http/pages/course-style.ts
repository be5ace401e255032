/** The course's accent colour, as a style sheet of its own: pages have no inline style. */
import type { Course } from '../parts.ts';
import { type Color, colorOf, hexOf, readableOn, readableShade } from './contrast.ts';

/** What accent-coloured text stands on, of tokens.css: page, cards, and the surfaces of notices. */
export const SURFACES: Readonly<Record<'light' | 'dark', readonly Color[]>> = {
  light: ['#f6f7f5', '#ffffff', '#e8f4ea', '#fdf3dc', '#fcebe9'].map(known),
  dark: ['#131918', '#1c2423', '#1c3123', '#35290f', '#3d1f1c'].map(known),
};

/**
 * Whatever the course chooses can be read: black or white stands on the colour itself, and text and lines are a shade of
 * it that is dark enough on light pages and light enough on dark ones.
 * @returns undefined where the course has no colour, or one that is not written as `#rrggbb`.
 */
export function courseStyle({ accentColor }: Pick<Course, 'accentColor'>): string | undefined {
  const accent = accentColor === null ? undefined : colorOf(accentColor);
  if (accent === undefined) return undefined;
  const on = hexOf(readableOn(accent));
  const names: Readonly<Record<string, string>> = {
    'course-accent': hexOf(accent),
    'course-accent-dark': hexOf(accent),
    'course-on-accent': on,
    'course-on-accent-dark': on,
    'course-accent-text': hexOf(readableShade(accent, SURFACES.light, [0, 0, 0])),
    'course-accent-text-dark': hexOf(readableShade(accent, SURFACES.dark, [255, 255, 255])),
  };
  const lines = Object.entries(names).map(([name, color]) => `  --${name}: ${color};\n`);
  return `:root {\n${lines.join('')}}\n`;
}

function known(hex: string): Color {
  const color = colorOf(hex);
  if (color === undefined) throw new TypeError(`${hex} is no colour`);
  return color;
}
