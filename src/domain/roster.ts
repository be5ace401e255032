/**
 * A list of people as a teacher has it: a name a line, or a CSV (RFC 4180) of a spreadsheet with a line of headings, of
 * which `name` and `group` (or what else such columns are called) are read.
 */
import { HubError } from './errors.ts';
import { groupNameProblem } from './group.ts';
import { normalizeUserName, userNameProblem } from './user.ts';

export interface RosterLine {
  /** From 1, as in the file. */
  readonly line: number;
  /** Normalised. */
  readonly name: string;
  /** To which they are to belong. */
  readonly groups: readonly string[];
  /** Why it cannot be a name, or its group not one; null: it can. */
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

const GROUP_HEADINGS = ['group', 'groups', 'groep', 'groepen', 'class', 'klas'];

/** Between several groups of one person. */
const BETWEEN_GROUPS = /[,;|]/;

/** Empty lines are left out. @throws HubError `invalid` where there are more than `MOST_LINES` */
export function readRoster(text: string): readonly RosterLine[] {
  const records = readRecords(text.replace(/^\u{feff}/u, ''));
  if (records.length > MOST_LINES)
    throw new HubError('invalid', `A list may have ${MOST_LINES} lines. Add the people in several parts.`);
  const headings = records[0]?.fields.map((field) => field.trim().toLowerCase()) ?? [];
  const columnOf = (words: readonly string[]) =>
    words.map((heading) => headings.indexOf(heading)).find((index) => index >= 0);
  const named = columnOf(NAME_HEADINGS);
  if (named === undefined) return records.map(({ line, fields }) => readLine(line, fields[0]));
  const grouped = columnOf(GROUP_HEADINGS);
  return records
    .slice(1)
    .map(({ line, fields }) => readLine(line, fields[named], grouped === undefined ? '' : fields[grouped]));
}

function readLine(line: number, written = '', writtenGroups = ''): RosterLine {
  const name = normalizeUserName(written);
  const told = writtenGroups.split(BETWEEN_GROUPS).map((group) => group.trim());
  const groups = [...new Set(told.filter((group) => group !== ''))];
  const problem = userNameProblem(name) ?? groups.map(groupNameProblem).find((found) => found !== undefined);
  return { line, name, groups, problem: problem ?? null };
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
