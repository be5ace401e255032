import { styleText } from 'node:util';
import type { Finding, Severity } from './finding.ts';
import type { SourceText } from './source.ts';

export interface FormatOptions {
  readonly color?: boolean;
  /** The files by name, to show the lines that findings are about. */
  readonly sources?: ReadonlyMap<string, SourceText>;
}

const COLORS = { error: 'red', warning: 'yellow', note: 'cyan' } as const;

/** Findings for people, one below the other with an empty line between; '' where there are none. Ends without a newline. */
export function formatFindings(findings: readonly Finding[], options: FormatOptions = {}): string {
  return findings.map((finding) => formatFinding(finding, options)).join('\n\n');
}

/** `1 error`, `3 warnings`. */
export function countFindings(findings: readonly Finding[], severity: Severity): string {
  const count = findings.filter((finding) => finding.severity === severity).length;
  return `${count} ${severity}${count === 1 ? '' : 's'}`;
}

/**
 *     config.yaml:12:5 warning shared-password-opens-admin
 *       |     password: …
 *       |     ^
 *       The password that everyone has opens the account of `admin` too.
 *       Set `course.adminPassword`: then only that one opens it.
 */
function formatFinding(finding: Finding, { color = false, sources }: FormatOptions): string {
  const paint = (style: Parameters<typeof styleText>[0], text: string) =>
    color ? styleText(style, text, { validateStream: false }) : text;
  const { position, severity } = finding;
  const where = position === null ? '' : `${printable(position.file)}:${position.line}:${position.column} `;
  const lines = [`${paint('bold', where)}${paint(COLORS[severity], severity)} ${finding.code}`];
  const shown = position === null ? undefined : sources?.get(position.file)?.line(position.line);
  if (position !== null && shown !== undefined && shown.trim() !== '') {
    const { text, column } = excerpt(shown, position.column);
    lines.push(`  | ${printable(text)}`);
    if (column <= text.length + 1) lines.push(`  | ${' '.repeat(column - 1)}${paint('bold', '^')}`);
  }
  lines.push(`  ${printable(finding.message)}`);
  if (finding.help !== null) lines.push(`  ${printable(finding.help)}`);
  return lines.join('\n');
}

const WIDTH = 120;

/** So much of a long line as has the column in it. */
function excerpt(line: string, column: number): { readonly text: string; readonly column: number } {
  const start = column > WIDTH ? column - WIDTH / 2 : 0;
  const text = line.slice(start, start + WIDTH);
  return { text, column: column - start };
}

/** A file may hold control characters; a terminal would obey them. A tab is one column wide, as positions count it. */
function printable(text: string): string {
  return text.replace(/\t/g, '→').replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');
}
