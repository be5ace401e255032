import type { Json } from '../json.ts';
import { LiteralReader, NotALiteral } from './literal.ts';

/** One statement of a piece of Python configuration. */
export type Statement =
  | {
      readonly kind: 'set' | 'update' | 'extend';
      /** Counts from 1 within the piece. */
      readonly line: number;
      /** `['JupyterHub', 'template_vars']`, or one deeper for `c.JupyterHub.template_vars["a"] = …`. */
      readonly target: readonly string[];
      readonly value: Json;
    }
  | { readonly kind: 'other'; readonly line: number; readonly text: string };

/** Statements that do nothing by themselves: what they are for is in the others. */
const IDLE = /^(import\s|from\s+[\w.]+\s+import\s|pass$|c\s*=\s*get_config\(\)$|("""|''')[\s\S]*\2$)/;

const TARGET = /^c\.([A-Z]\w*)\.([a-z_]\w*)\s*/;

/** Takes configuration apart: assignments of plain values to traits, and everything else as it stands. */
export function readStatements(source: string): readonly Statement[] {
  return splitStatements(source).flatMap(({ text, line }) =>
    IDLE.test(text) ? [] : [readStatement(text, line)],
  );
}

function readStatement(text: string, line: number): Statement {
  const [start = '', section = '', trait = ''] = TARGET.exec(text) ?? [];
  const target = [section, trait];
  const rest = text.slice(start.length);
  const form = start === '' ? undefined : FORMS.find(({ pattern }) => pattern.test(rest));
  const [head = ''] = form?.pattern.exec(rest) ?? [];
  if (form === undefined) return { kind: 'other', line, text };
  try {
    const inner = rest.slice(head.length);
    const value = form.isCall ? readCall(inner, form.wrap) : new LiteralReader(inner).readAll();
    const key = /^\[\s*["']([^"'\\]+)["']\s*\]/.exec(head)?.[1];
    return { kind: form.kind, line, target: key === undefined ? target : [...target, key], value };
  } catch (error) {
    if (error instanceof NotALiteral) return { kind: 'other', line, text };
    throw error;
  }
}

interface Form {
  readonly pattern: RegExp;
  readonly kind: 'set' | 'update' | 'extend';
  readonly isCall: boolean;
  /** Whether the argument is one item. */
  readonly wrap: boolean;
}

const FORMS: readonly Form[] = [
  { pattern: /^=(?!=)/, kind: 'set', isCall: false, wrap: false },
  { pattern: /^\[\s*["'][^"'\\]+["']\s*\]\s*=(?!=)/, kind: 'set', isCall: false, wrap: false },
  { pattern: /^\+=/, kind: 'extend', isCall: false, wrap: false },
  { pattern: /^\|=/, kind: 'update', isCall: false, wrap: false },
  { pattern: /^\.update\(/, kind: 'update', isCall: true, wrap: false },
  { pattern: /^\.extend\(/, kind: 'extend', isCall: true, wrap: false },
  { pattern: /^\.(append|add)\(/, kind: 'extend', isCall: true, wrap: true },
];

function readCall(inner: string, wrap: boolean): Json {
  if (!inner.trimEnd().endsWith(')')) throw new NotALiteral();
  const argument = inner.trimEnd().slice(0, -1).trimEnd().replace(/,$/, '');
  const value = new LiteralReader(argument).readAll();
  return wrap ? [value] : value;
}

/** A statement ends with its line, unless a bracket or a text is open, or what follows is indented. */
function splitStatements(source: string): readonly { readonly text: string; readonly line: number }[] {
  const statements: { text: string; line: number }[] = [];
  const scanner = new BracketScanner();
  for (const [index, line] of source.split('\n').entries()) {
    const last = statements.at(-1);
    const isIndented = /^[ \t]+\S/.test(line) && !/^\s*#/.test(line);
    if (last !== undefined && (scanner.isOpen || isIndented)) last.text += `\n${line}`;
    else if (line.trim() !== '' && !line.startsWith('#')) statements.push({ text: line, line: index + 1 });
    else continue;
    scanner.scan(line);
  }
  return statements.map(({ text, line }) => ({ text: withoutComment(text).trim(), line }));
}

/** Whether a bracket or a text that goes over lines is open after what was read. */
class BracketScanner {
  private depth = 0;
  private quote = '';

  get isOpen(): boolean {
    return this.depth > 0 || this.quote !== '';
  }

  scan(line: string): void {
    for (let at = 0; at < line.length; at++) {
      if (this.quote !== '') {
        if (line[at] === '\\') at += 1;
        else if (line.startsWith(this.quote, at)) {
          at += this.quote.length - 1;
          this.quote = '';
        }
        continue;
      }
      if (line[at] === '#') break;
      const [quote] = /^("""|'''|"|')/.exec(line.slice(at, at + 3)) ?? [];
      if (quote !== undefined) {
        this.quote = quote;
        at += quote.length - 1;
      } else if ('([{'.includes(line[at]!)) this.depth += 1;
      else if (')]}'.includes(line[at]!)) this.depth = Math.max(this.depth - 1, 0);
    }
    // A text in single quotes ends with its line, if not before.
    if (this.quote.length === 1) this.quote = '';
  }
}

/** A comment behind a call would hide that it is closed. */
function withoutComment(text: string): string {
  const start = text.lastIndexOf('\n') + 1;
  const last = text.slice(start);
  const hash = last.lastIndexOf('#');
  if (hash === -1 || /["']/.test(last.slice(hash))) return text;
  return text.slice(0, start) + last.slice(0, hash).trimEnd();
}
