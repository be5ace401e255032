/** A measure's result, as a Markdown table. */

export interface Row {
  readonly what: string;
  /** Figures of Polder, one a round. */
  readonly polder: readonly number[];
  /** Of the peer; empty where it has nothing like it. */
  readonly peer: readonly number[];
  readonly unit: string;
  readonly digits?: number;
  /** The share of the peer's figure that is to be reached, for example 1/6. */
  readonly target?: number;
  /** A figure that is to be reached, whatever the peer's. */
  readonly limit?: number;
}

export interface Section {
  readonly title: string;
  /** What the second column is. */
  readonly peer: string;
  readonly rows: readonly Row[];
  /** What a reader must know to trust the figures. */
  readonly notes: readonly string[];
}

export function formatSection({ title, peer, rows, notes }: Section): string {
  return [
    `## ${title}`,
    '',
    `| | Polder | ${peer} | ratio | to reach |`,
    '| --- | --- | --- | --- | --- |',
    ...rows.map(formatRow),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ].join('\n');
}

function formatRow({ what, polder, peer, unit, digits = 2, target, limit }: Row): string {
  const ratio = polder.length > 0 && peer.length > 0 ? median(polder) / median(peer) : undefined;
  const verdict = (reached: boolean) => (reached ? 'reached' : '**missed**');
  const goals = [
    ...(target === undefined || ratio === undefined
      ? []
      : [`ratio ≤ ${target.toFixed(2)}: ${verdict(ratio <= target)}`]),
    ...(limit === undefined || polder.length === 0
      ? []
      : [`≤ ${limit} ${unit}: ${verdict(median(polder) <= limit)}`]),
  ];
  const cells = [
    what,
    formatFigures(polder, unit, digits),
    formatFigures(peer, unit, digits),
    ratio === undefined ? '' : ratio.toFixed(2),
    goals.join('; '),
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The median, and the smallest and largest where there are several. */
function formatFigures(values: readonly number[], unit: string, digits: number): string {
  if (values.length === 0) return '–';
  const text = (value: number) => value.toFixed(digits);
  const range = values.length > 1 ? ` [${text(Math.min(...values))}–${text(Math.max(...values))}]` : '';
  return `${text(median(values))} ${unit}${range}`;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
