import { type Finding, findingAt } from '../finding.ts';

export interface Untabbed {
  readonly finding: Finding;
  /** The text with the tabs of the indentation taken away, for finding out what else is wrong. */
  readonly text: string;
  /** How many columns a line of it lost; less than none where tabs became blanks. */
  readonly columnsCut: ReadonlyMap<number, number>;
}

/**
 * Looks for lines that are indented with tabs. Undefined where there are none. Blocks that were copied from an indented
 * piece of a document begin with one tab and go on with spaces: there the tab is cut. Where tabs are the indentation
 * itself, each stands for two spaces.
 */
export function untab(text: string, file: string): Untabbed | undefined {
  const lines = text.split('\n');
  const tabbed = lines.flatMap((line, index) => (/^[ ]*\t/.test(line) && line.trim() !== '' ? [index] : []));
  const [first] = tabbed;
  if (first === undefined) return undefined;

  const copied =
    tabbed.every((index) => /^\t[ ]*[^\t ]/.test(lines[index] ?? '')) && !indentsBelow(lines, first);
  const columnsCut = new Map<number, number>();
  for (const index of tabbed) {
    const line = lines[index] ?? '';
    const without = copied ? line.slice(1) : line.replace(/^[ \t]+/, (blank) => blank.replaceAll('\t', '  '));
    lines[index] = without;
    columnsCut.set(index + 1, line.length - without.length);
  }
  const count = tabbed.length === 1 ? 'This line is' : `${tabbed.length} lines are`;
  const place = { file, line: first + 1, column: (text.split('\n')[first] ?? '').indexOf('\t') + 1 };
  const finding = findingAt(
    { place, path: '' },
    {
      code: 'tab-indent',
      severity: 'error',
      message: `${count} indented with tabs, which YAML does not allow${tabbed.length === 1 ? '' : '; this is the first'}.`,
      help: copied
        ? 'Take the tab at the beginning of each line away.'
        : 'Replace each tab at the beginning of a line with two spaces.',
    },
  );
  return { finding, text: lines.join('\n'), columnsCut };
}

/** Whether the line at `index` continues an unindented `key:` above it: then its tab is its indentation. */
function indentsBelow(lines: readonly string[], index: number): boolean {
  const above = lines
    .slice(0, index)
    .findLast((line) => line.trim() !== '' && !line.trimStart().startsWith('#'));
  return above !== undefined && /:\s*$/.test(above);
}
