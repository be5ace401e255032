import type { Place, Tree } from './tree.ts';

export type Severity = 'error' | 'warning' | 'note';

/** Something to tell whoever wrote the file. */
export interface Finding {
  /** Stable name, by which it is accepted and looked up: `shared-password-opens-admin`. */
  readonly code: string;
  /** `error`: the course would not run as the file says. `warning`: it runs, with a difference. `note`: good to know. */
  readonly severity: Severity;
  /** Where in the tree, as the file writes it: `auth.dummy.password`; '' for the whole file. */
  readonly path: string;
  /** Where in which file; null where it is about the whole, or about the machine. Line and column count from 1. */
  readonly position: Place | null;
  /** What is so, in one sentence. Never holds a secret. */
  readonly message: string;
  /** What to do, in one sentence; null where nothing needs doing. */
  readonly help: string | null;
}

/** Where something else is, seen from `here`: `line 3`, or `b.yaml:3` where that is another file. */
export function lineOf(place: Place, here: Place): string {
  return place.file === here.file ? `line ${place.line}` : `${place.file}:${place.line}`;
}

/** A finding about what `node` says; `null` for the whole. */
export function findingAt(
  node: Pick<Tree, 'place' | 'path'> | null,
  finding: Pick<Finding, 'code' | 'severity' | 'message'> & { readonly help?: string | null },
): Finding {
  return {
    code: finding.code,
    severity: finding.severity,
    path: node?.path ?? '',
    position: node?.place ?? null,
    message: finding.message,
    help: finding.help ?? null,
  };
}
