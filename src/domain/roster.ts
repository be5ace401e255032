/**
 * A list of people as a teacher has it: a name a line, or a CSV (RFC 4180) of a spreadsheet with a line of headings, of
 * which `name` (or what else such columns are called) is read.
 */
import { HubError } from './errors.ts';
import { normalizeUserName, userNameProblem } from './user.ts';

export interface RosterLine {
  /** From 1, as in the file. */
  readonly line: number;
  /** Normalised. */
  readonly name: string;
  /** Why it cannot be a name; null: it can. */
  readonly problem: string | null;
}

export const MOST_LINES = 20_000;

const NAME_HEADINGS = [
  'name',
  'username',
  'user',
  'user name',
  'email',
  'e-mail',
  'mail',
  'login',
  'naam',
  'gebruikersnaam',
];

/** Empty lines are left out. @throws HubError `invalid` where there are more than `MOST_LINES` */
export function readRoster(text: string): readonly RosterLine[] {
  const records = readRecords(text.replace(/^\u{feff}/u, ''));
  if (records.length > MOST_LINES)
    throw new HubError('invalid', `A list may have ${MOST_LINES} lines. Add the people in several parts.`);
  const headings = records[0]?.fields.map((field) => field.trim().toLowerCase()) ?? [];
  const named = NAME_HEADINGS.map((heading) => headings.indexOf(heading)).find((index) => index >= 0);
  const people = named === undefined ? records : records.slice(1);
  return people.map(({ line, fields }) => {
    const name = normalizeUserName(fields[named ?? 0] ?? '');
    return { line, name, problem: userNameProblem(name) ?? null };
  });
}

interface TextRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/** Spreadsheets of many countries separate by semicolons, and what is pasted from one by tabs. */
function readRecords(text: string): readonly TextRecord[] {
  const [first = ''] = text.split('\n', 1);
  const separator = ['\t', ';', ','].find((mark) => first.includes(mark)) ?? ',';
  const records: TextRecord[] = [];
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  let line = 1;
  let begin = 1;
  const endRecord = () => {
    fields.push(field);
    if (fields.some((value) => value.trim() !== '')) records.push({ line: begin, fields });
    fields = [];
    field = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!;
    if (letter === '\n') line += 1;
    if (quoted) {
      if (letter !== '"') field += letter;
      else if (text[at + 1] === '"') {
        field += '"';
        at += 1;
      } else quoted = false;
    } else if (letter === '"' && field.trim() === '') {
      quoted = true;
      field = '';
    } else if (letter === separator) {
      fields.push(field);
      field = '';
    } else if (letter === '\n') {
      endRecord();
      begin = line;
    } else if (letter !== '\r') field += letter;
  }
  endRecord();
  return records;
}
