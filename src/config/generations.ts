/** The charts whose files can be read, oldest first, each by the first part of its version. Names and defaults differ. */
export const GENERATIONS = ['0.8.2', '0.9', '0.10', '0.11', '1', '2', '3', 'current'] as const;

/** Which chart's defaults and names the file means; `current` is 4 and later. */
export type Generation = (typeof GENERATIONS)[number];

/** The generation of a chart's version such as `0.8.2`, `v3.3.8` or `4`; undefined where that is no version. */
export function generationOf(chartVersion: string): Generation | undefined {
  const match = /^v?(\d{1,4})(?:\.(\d{1,4}))?(?:[.+-][\w.+-]*)?$/.exec(chartVersion);
  if (match === null) return chartVersion === 'current' ? 'current' : undefined;
  const [major, minor] = [Number(match[1]), Number(match[2] ?? 0)];
  if (major === 0) return minor <= 8 ? '0.8.2' : (LAST_ZERO[minor] ?? '0.11');
  return major >= 4 ? 'current' : (String(major) as '1' | '2' | '3');
}

const LAST_ZERO: { readonly [minor: number]: Generation | undefined } = { 9: '0.9', 10: '0.10' };

/** Whether `a` is not newer than `b`. */
export function isUpTo(a: Generation, b: Generation): boolean {
  return GENERATIONS.indexOf(a) <= GENERATIONS.indexOf(b);
}

/** `chart 0.9`, or `today's chart`. */
export function nameOfChart(generation: Generation): string {
  return generation === 'current' ? "today's chart" : `chart ${generation}`;
}
