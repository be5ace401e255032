import { type Finding, findingAt, lineOf } from '../finding.ts';
import type { Tree } from '../tree.ts';

type Written = Pick<Tree, 'place' | 'path'>;

/** Two places say the same thing; `dropped` is the one that does not count. */
export function describeTwice(kept: Written, dropped: Written): Finding {
  return findingAt(dropped, {
    code: 'said-twice',
    severity: 'warning',
    message: `This is not used: \`${kept.path}\` (${lineOf(kept.place, dropped.place)}) counts instead.`,
    help: 'Keep one of the two.',
  });
}
