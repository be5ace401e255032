import { type Document, LineCounter, parseAllDocuments, type YAMLError } from 'yaml';
import { type Finding, findingAt } from '../finding.ts';
import type { MapTree, Place, ScalarTree } from '../tree.ts';
import { readDocument } from './document.ts';
import { untab } from './tabs.ts';

export interface Parsed {
  /** What could be read; an empty map where nothing could. */
  readonly tree: MapTree;
  readonly findings: readonly Finding[];
  /** Every scalar that was read, in the tree or not. */
  readonly scalars: readonly ScalarTree[];
  /** Whether `tree` is the whole file: false after a syntax error. */
  readonly complete: boolean;
}

/** Helm keeps a release in a Secret, which holds no more than this. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** Syntax errors after the first few are mostly its echoes. */
const MAX_SYNTAX_FINDINGS = 5;

/** Reads one YAML file into a tree with positions. Never throws: what is wrong becomes findings. */
export function parseText(text: string, file: string): Parsed {
  const opened = openText(text, file);
  const nothing: Parsed = {
    tree: emptyAt(wholeOf(file)),
    findings: opened.findings,
    scalars: [],
    complete: false,
  };
  if (opened.documents === undefined) return nothing;
  const { place, broken } = opened;
  const findings = [...opened.findings];
  const [document, second] = opened.documents;
  if (second !== undefined) {
    const at = { place: place(second.range[0]), path: '' };
    const message = 'A second document begins here (`---`); Helm reads only the first.';
    const help = 'Keep one document a file; several files can be given, each with its own -f.';
    findings.push(findingAt(at, { code: 'several-documents', severity: 'error', message, help }));
  }
  if (document === undefined) return { ...nothing, findings, complete: findings.length === 0 };
  const read = withoutOverflow(() => readDocument(document, place));
  if (read === undefined) return { ...nothing, findings: [...findings, tooDeep(wholeOf(file))] };
  // After a syntax error the parser guesses, and what it guesses is not worth complaining about.
  if (!broken) findings.push(...read.findings);
  return { tree: read.tree, findings, scalars: read.scalars, complete: !broken && read.complete };
}

/** The same for a file that may have several documents, as manifests do; none of a file that is not YAML. */
export function parseDocuments(
  text: string,
  file: string,
): { readonly trees: readonly MapTree[]; readonly findings: readonly Finding[] } {
  const { documents = [], findings, place, broken } = openText(text, file);
  if (broken) return { trees: [], findings };
  const read = documents.map((document) => withoutOverflow(() => readDocument(document, place)));
  return {
    trees: read.flatMap((one) => (one === undefined || one.tree.entries.size === 0 ? [] : [one.tree])),
    findings: [...findings, ...read.flatMap((one) => one?.findings ?? [tooDeep(wholeOf(file))])],
  };
}

interface OpenedText {
  /** Undefined where the file could not be looked into at all. */
  readonly documents: readonly Document.Parsed[] | undefined;
  readonly findings: readonly Finding[];
  /** Whether it is not YAML, so that documents are what the parser guesses. */
  readonly broken: boolean;
  readonly place: (offset: number) => Place;
}

function openText(text: string, file: string): OpenedText {
  const whole = wholeOf(file);
  const refused = (finding: Finding): OpenedText => ({
    documents: undefined,
    findings: [finding],
    broken: true,
    place: () => whole.place,
  });
  if (text.length > MAX_FILE_BYTES) {
    const message = `The file has more than ${MAX_FILE_BYTES} characters, and a values file has less.`;
    const help = 'Keep notebooks and data out of it: they belong into the image or the course repository.';
    return refused(findingAt(whole, { code: 'file-too-large', severity: 'error', message, help }));
  }
  const tabs = untab(text, file);
  const findings: Finding[] = [];
  let parsed = withoutOverflow(() => parseYaml(text));
  const tabsMatter = tabs !== undefined && parsed !== undefined && parsed.syntaxErrors.length > 0;
  if (tabsMatter) {
    // The tabs are the cause: say so once, and read on as if they were not there, to find everything else as well.
    findings.push(tabs.finding);
    parsed = withoutOverflow(() => parseYaml(tabs.text));
  }
  if (parsed === undefined) {
    const refusal = refused(tooDeep(whole));
    return { ...refusal, findings: [...findings, ...refusal.findings] };
  }
  const { lines, syntaxErrors, documents } = parsed;
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    const lineNumber = Math.max(line, 1);
    const cut = (tabsMatter ? tabs.columnsCut.get(lineNumber) : undefined) ?? 0;
    return { file, line: lineNumber, column: Math.max(col + cut, 1) };
  };
  for (const error of syntaxErrors.slice(0, MAX_SYNTAX_FINDINGS)) {
    findings.push(describeSyntaxError(error, place(error.pos[0])));
  }
  return { documents, findings, broken: syntaxErrors.length > 0, place };
}

function wholeOf(file: string): { readonly place: Place; readonly path: string } {
  return { place: { file, line: 1, column: 1 }, path: '' };
}

function emptyAt(whole: { readonly place: Place; readonly path: string }): MapTree {
  return { kind: 'map', ...whole, entries: new Map() };
}

interface ParsedYaml {
  readonly documents: readonly Document.Parsed[];
  readonly syntaxErrors: readonly YAMLError[];
  readonly lines: LineCounter;
}

function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  // `failsafe` leaves every scalar a text: what it means is decided as Helm decides it. Duplicates are ours to report.
  const parsed = parseAllDocuments(text, {
    schema: 'failsafe',
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  const documents: readonly Document.Parsed[] = 'empty' in parsed ? [] : parsed;
  return { documents, syntaxErrors: documents.flatMap((document) => document.errors), lines };
}

/** Undefined where a file of nothing but brackets exhausts the stack: parser and reader recurse. */
function withoutOverflow<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function tooDeep(whole: { readonly place: Place; readonly path: string }): Finding {
  return findingAt(whole, { code: 'too-deep', severity: 'error', message: 'The file is nested too deeply.' });
}

/** Our own words: the parser's may quote the file, and with it a secret. */
function describeSyntaxError(error: YAMLError, place: Place): Finding {
  // The parser has one code for a line that is out of place and for brackets that the next key, or the end, cuts short.
  const code = error.code === 'BAD_INDENT' && error.message.startsWith('Flow ') ? 'OPEN_BRACKET' : error.code;
  const [message, help] = SYNTAX_ERRORS[code] ?? ['This is not valid YAML.', null];
  return findingAt({ place, path: '' }, { code: 'yaml-syntax', severity: 'error', message, help });
}

const SYNTAX_ERRORS: {
  readonly [code: string]: readonly [message: string, help: string | null] | undefined;
} = {
  BAD_ALIAS: [
    'An alias (`*name`) cannot be used like this.',
    'Put the value in quotes if the star belongs to it.',
  ],
  BAD_INDENT: [
    'The indentation does not fit what stands above.',
    'Keys that belong together begin in the same column.',
  ],
  BAD_SCALAR_START: ['A value cannot begin with this character.', 'Put the value in quotes.'],
  BAD_DQ_ESCAPE: [
    'This escape does not exist in double quotes.',
    'Use single quotes, or write the backslash twice.',
  ],
  BLOCK_AS_IMPLICIT_KEY: ['There are two keys in one line.', 'Begin a new line, or put the value in quotes.'],
  BLOCK_IN_FLOW: ['A block cannot stand inside brackets.', 'Write all of it in brackets, or none.'],
  DUPLICATE_KEY: ['This key stands here twice.', 'Keep one.'],
  KEY_OVER_1024_CHARS: [
    'A key is longer than 1024 characters.',
    'Look for a quote or a bracket that is never closed.',
  ],
  MISSING_CHAR: [
    'Something is not closed, or a colon is missing.',
    'Look for a missing quote, bracket, comma or colon.',
  ],
  OPEN_BRACKET: [
    'A bracket above is not closed, or what stands in it is not indented.',
    'Close it with `]` or `}`, and begin each of its lines further right than the key that it belongs to.',
  ],
  MULTILINE_IMPLICIT_KEY: [
    'A key runs over several lines.',
    'Look for a missing colon or an unclosed quote.',
  ],
  TAB_AS_INDENT: ['The line is indented with a tab, which YAML does not allow.', 'Use spaces.'],
  UNEXPECTED_TOKEN: ['This does not belong here.', 'Look for a missing quote or comma just before.'],
};
