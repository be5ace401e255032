import { findingAt } from '../finding.ts';
import { isSecretPath } from '../schema/values.ts';
import { leaves, type Path } from '../tree.ts';
import type { Check } from './check.ts';

/** Values without quotes that mean to Helm what their writer may not have meant, or that other programs read differently. */
export const checkScalars: Check = ({ tree }) =>
  [...leaves(tree)].flatMap(({ node, path }) => {
    if (node.plain === undefined || isMeant(path)) return [];
    const risk = RISKS.find(({ pattern, is }) => pattern.test(node.plain!) && typeof node.value === is);
    if (risk === undefined) return [];
    const isSecret = isSecretPath(path);
    const written = isSecret ? 'This' : `\`${node.plain}\``;
    const read = isSecret || risk.is === 'string' ? risk.read : `${risk.read}, \`${node.value}\``;
    const help =
      isSecret || risk.is === 'string'
        ? 'Put it in quotes.'
        : `Write it as ${node.value}, or put it in quotes if it is a text.`;
    return findingAt(node, {
      code: 'risky-scalar',
      severity: 'note',
      message: `${written} is read as ${read}${risk.others}.`,
      help,
    });
  });

/** Dates and times of classes are read from any form; the modes of files are written in octal everywhere. */
function isMeant(path: Path): boolean {
  return (path[0] === 'course' && path[1] === 'sessions') || (path[1] === 'extraFiles' && path[3] === 'mode');
}

interface Risk {
  readonly pattern: RegExp;
  readonly is: 'string' | 'number' | 'boolean';
  readonly read: string;
  readonly others: string;
}

const RISKS: readonly Risk[] = [
  { pattern: /^[-+]?0o?[0-7_]*[1-7]/i, is: 'number', read: 'an octal number', others: '' },
  { pattern: /^[-+]?0[xb]/i, is: 'number', read: 'a number', others: '' },
  { pattern: /_/, is: 'number', read: 'a number', others: '; other programs read a text' },
  { pattern: /^[\d.]+e[-+]?\d+$/i, is: 'number', read: 'a number', others: '' },
  {
    pattern: /^(y|n|yes|no|on|off)$/i,
    is: 'boolean',
    read: 'true or false',
    others: '; other programs read a text',
  },
  {
    pattern: /^[-+]?\d+(:[0-5]?\d)+$/,
    is: 'string',
    read: 'a text',
    others: '; other programs read a number of seconds',
  },
  {
    pattern: /^\d{4}-\d\d?-\d\d?([Tt ]|$)/,
    is: 'string',
    read: 'a text',
    others: '; other programs read a date',
  },
];
