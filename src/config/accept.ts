import { type Finding, findingAt } from './finding.ts';
import { type MapTree, type Path, withoutEntry } from './tree.ts';

/** What accepting cannot cure: it is not known then what the file says, or how anyone would log in. */
const NEVER = new Set([
  'alias-loop',
  'duplicate-key',
  'file-too-large',
  'key-not-text',
  'missing-blank',
  'login-not-supported',
  'not-a-map',
  'not-text',
  'tab-indent',
  'too-deep',
  'too-many-values',
  'unknown-alias',
  'unreadable-file',
  'yaml-syntax',
]);

/** Turns accepted errors into warnings, and tells which of `accept` (each `CODE@PATH`) accept nothing. */
export function acceptFindings(
  findings: readonly Finding[],
  accept: ReadonlySet<string>,
): readonly Finding[] {
  const judged = findings.map((finding) =>
    finding.severity === 'error' && isAccepted(finding, accept)
      ? { ...finding, severity: 'warning' as const, message: `${finding.message} (accepted)` }
      : finding,
  );
  const names = new Set(findings.map(nameOf));
  return [...judged, ...[...accept].flatMap((one) => describeUseless(one, names))];
}

/** What was judged already, with findings from elsewhere, which may be accepted as well. */
export function withFindings(
  judged: readonly Finding[],
  more: readonly Finding[],
  accept: readonly string[],
): readonly Finding[] {
  const others = judged.filter(({ code }) => code !== USELESS);
  return acceptFindings([...others, ...more], new Set(accept));
}

const USELESS = 'nothing-accepted';

function describeUseless(accepted: string, names: ReadonlySet<string>): readonly Finding[] {
  const isNever = NEVER.has(accepted.split('@')[0]!);
  if (names.has(accepted) && !isNever) return [];
  const message = isNever
    ? `\`${accepted}\` cannot be accepted: what the file says is not known then.`
    : `\`${accepted}\` was to be accepted, and nothing of that name was found.`;
  const help = 'Leave it out of what is accepted.';
  return [findingAt(null, { code: USELESS, severity: 'note', message, help })];
}

/** The tree without those values of the wrong form that were accepted; the same tree where there are none. */
export function withoutAccepted(
  tree: MapTree,
  wrong: readonly { readonly path: Path; readonly finding: Finding }[],
  accept: ReadonlySet<string>,
): MapTree {
  return wrong
    .filter(({ finding }) => isAccepted(finding, accept))
    .reduce((rest, { path }) => {
      // A list with one wrong item goes as a whole: half a list of users would be a guess.
      const end = path.findIndex((step) => typeof step === 'number');
      return withoutEntry(rest, (end === -1 ? path : path.slice(0, end)).map(String));
    }, tree);
}

function isAccepted(finding: Finding, accept: ReadonlySet<string>): boolean {
  return !NEVER.has(finding.code) && accept.has(nameOf(finding));
}

/** By what a finding is accepted. */
function nameOf({ code, path }: Finding): string {
  return `${code}@${path}`;
}
