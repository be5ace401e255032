import { findingAt } from '../finding.ts';
import { nodeAt } from '../tree.ts';
import type { Check } from './check.ts';

/** The hub's own pages and the tools of its API send a little less. */
const LEAST_BODY = 64 * 1024;

/** Limits under which the hub itself could not be used. */
export const checkLimits: Check = ({ tree, values }) => {
  const bytes = values?.polder?.limits?.requestBody;
  if (bytes === undefined || bytes >= LEAST_BODY) return [];
  return [
    findingAt(nodeAt(tree, ['polder', 'limits', 'requestBody']) ?? null, {
      code: 'limit-too-low',
      severity: 'error',
      message: `Requests of ${bytes} bytes are too short for the hub's own pages.`,
      help: 'Allow 64K or more.',
    }),
  ];
};
