/** Something to tell whoever wrote the file. */
export interface Finding {
  /** Stable name, by which it is accepted and looked up: `shared-password-opens-admin`. */
  readonly code: string;
  /** `error`: the course would not run as the file says. `warning`: it runs, with a difference. `note`: good to know. */
  readonly severity: 'error' | 'warning' | 'note';
  /** Where in the tree: `auth.dummy.password`; '' for the whole file. */
  readonly path: string;
  /** Where in which file; null where it is about the whole, or about the machine. Line and column count from 1. */
  readonly position: { readonly file: string; readonly line: number; readonly column: number } | null;
  /** What is so, in one sentence. */
  readonly message: string;
  /** What to do, in one sentence; null where nothing needs doing. */
  readonly help: string | null;
}
