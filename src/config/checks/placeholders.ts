import { findingAt } from '../finding.ts';
import { leaves, type Path } from '../tree.ts';
import type { Check } from './check.ts';

/** Values that a manual left for its reader to fill in. As they stand they would be used literally. */
export const checkPlaceholders: Check = ({ tree }) =>
  [...leaves(tree)].flatMap(({ node, path }) => {
    if (typeof node.value !== 'string' || isProse(path)) return [];
    const kind = KINDS.find(
      ({ pattern, inCommands }) => pattern.test(String(node.value)) && (inCommands || !isCommand(path)),
    );
    if (kind === undefined) return [];
    return findingAt(node, {
      code: 'placeholder',
      severity: 'error',
      message: kind.message,
      help: kind.help,
    });
  });

const KINDS = [
  {
    pattern: /<>|<[A-Za-z_][\w .-]*>/,
    inCommands: true,
    message: 'This is a placeholder (`<…>`) and would be used as it stands.',
    help: 'Put your own value in its place, without the angle brackets.',
  },
  {
    pattern: /\$\{[^}]*\}/,
    // A shell fills these in.
    inCommands: false,
    message:
      'This is a placeholder (a dollar sign and braces): nothing fills it in, and it would be used as it stands.',
    help: 'Put your own value in its place.',
  },
  {
    pattern: /\{\{.*\}\}/,
    inCommands: true,
    message: 'This is a template (`{{…}}`): Helm fills in templates in its charts, not in values.',
    help: 'Put the value itself in its place.',
  },
  {
    pattern: /^change[-_ ]?me$/i,
    inCommands: false,
    message: 'This still asks to be changed.',
    help: 'Put your own value in its place.',
  },
];

/** Texts for people, programs and files, in which such characters mean something else. */
function isProse(path: Path): boolean {
  const [top, key] = path;
  if (top === 'course' || top === 'custom') return true;
  return ['extraConfig', 'extraFiles', 'templateVars', 'profileList'].includes(String(key));
}

function isCommand(path: Path): boolean {
  return path.some((step) =>
    ['lifecycleHooks', 'cmd', 'command', 'args', 'initContainers'].includes(String(step)),
  );
}
