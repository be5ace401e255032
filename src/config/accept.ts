import type { Finding } from './finding.ts';
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

/** Turns accepted errors into warnings. Each of `accept` is `CODE@PATH`. */
export function acceptFindings(
  findings: readonly Finding[],
  accept: ReadonlySet<string>,
): readonly Finding[] {
  return findings.map((finding) =>
    finding.severity === 'error' && isAccepted(finding, accept)
      ? { ...finding, severity: 'warning' as const, message: `${finding.message} (accepted)` }
      : finding,
  );
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
  return !NEVER.has(finding.code) && accept.has(`${finding.code}@${finding.path}`);
}
