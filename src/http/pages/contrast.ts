/** Colours that can be read on others, by the measure of WCAG 2.2 (1.4.3: text needs a contrast of at least 4.5). */

/** Red, green and blue, each 0 to 255. */
export type Color = readonly [number, number, number];

const READABLE = 4.5;

/** `#1f6feb` or `#17e`; undefined for anything else. */
export function colorOf(hex: string): Color | undefined {
  const digits = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(hex.trim())?.[1];
  if (digits === undefined) return undefined;
  const pairs = digits.length === 3 ? [...digits].map((digit) => digit + digit) : digits.match(/../g);
  const [red = 0, green = 0, blue = 0] = (pairs ?? []).map((pair) => Number.parseInt(pair, 16));
  return [red, green, blue];
}

export function hexOf(color: Color): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** From 1, the same, to 21, black on white. */
export function contrast(one: Color, other: Color): number {
  const [lighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** Black or white, whichever can be read better; one of them always reaches 4.5. */
export function readableOn(surface: Color): Color {
  const [black, white]: readonly [Color, Color] = [
    [0, 0, 0],
    [255, 255, 255],
  ];
  return contrast(white, surface) >= contrast(black, surface) ? white : black;
}

/** `color` itself where it can be read on all `surfaces`, or the nearest shade towards `end`, black or white, that can. */
export function readableShade(color: Color, surfaces: readonly Color[], end: Color): Color {
  const steps = 100;
  for (let step = 0; step <= steps; step += 1) {
    const mixed = color.map((part, index) => Math.round(part + ((end[index] ?? 0) - part) * (step / steps)));
    const shade = mixed as unknown as Color;
    if (surfaces.every((surface) => contrast(shade, surface) >= READABLE)) return shade;
  }
  return end;
}

function luminance(color: Color): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
