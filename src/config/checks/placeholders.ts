import { findingAt } from '../finding.ts';
import { leaves, type Path } from '../tree.ts';
import type { Check } from './check.ts';

/** Values that a manual left for its reader to fill in. As they stand they would be used literally. */
export const checkPlaceholders: Check = ({ tree }) =>
  [...leaves(tree)].flatMap(({ node, path }) => {
    const kind = placeholderIn(node.value, path);
    if (kind === undefined) return [];
    return findingAt(node, {
      code: 'placeholder',
      severity: 'error',
      message: kind.message,
      help: kind.help,
    });
  });

/** The kind of placeholder in a value at `path`, or undefined. */
export function placeholderIn(value: unknown, path: Path): Placeholder | undefined {
  if (typeof value !== 'string' || isProse(path)) return undefined;
  // The spawner of a cluster takes two braces for one in the environment.
  const text = isEnvironment(path) ? value.replace(/\{\{\w+\}\}/g, '') : value;
  const start = text.slice(0, MAX_LENGTH);
  return KINDS.find(({ pattern, inCommands }) => pattern.test(start) && (inCommands || !isCommand(path)));
}

interface Placeholder {
  readonly pattern: RegExp;
  /** Whether it is one in a shell's commands as well. */
  readonly inCommands: boolean;
  readonly message: string;
  readonly help: string;
}

/** What is longer than this is no address or name. */
const MAX_LENGTH = 2000;

const KINDS: readonly Placeholder[] = [
  {
    pattern: /<>|<\w[\w .-]*>/,
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
    pattern: /^\$[A-Z][A-Z0-9_]+$/,
    inCommands: false,
    message:
      'This is a placeholder (a dollar sign and a name): nothing fills it in, and it would be used as it stands.',
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
  if (top === 'course') return ['name', 'welcome', 'contact', 'sessions'].includes(String(key));
  if (top === 'custom') return true;
  return ['extraConfig', 'extraFiles', 'templateVars', 'profileList'].includes(String(key));
}

function isEnvironment([top, key]: Path): boolean {
  return top === 'singleuser' && key === 'extraEnv';
}

function isCommand(path: Path): boolean {
  return path.some((step) =>
    ['lifecycleHooks', 'cmd', 'command', 'args', 'initContainers'].includes(String(step)),
  );
}
