import type { Generation } from '../config.ts';
import type { Finding } from '../finding.ts';
import type { Values } from '../schema/values.ts';
import type { MapTree } from '../tree.ts';

/** A file after lifting, for a check to look at. */
export interface CheckedFile {
  readonly tree: MapTree;
  readonly generation: Generation;
  /** What was said beside the files, as by `--chart-version`; null where nothing was. */
  readonly chart: Generation | null;
  /** All that the file could mean, oldest first. */
  readonly possible: readonly Generation[];
  /** With defaults; undefined where something has the wrong form, which is reported already. */
  readonly values: Values | undefined;
  /** The moment of the check. */
  readonly now: Date;
}

/** One kind of mistake that is visible in a values file. */
export type Check = (file: CheckedFile) => readonly Finding[];
