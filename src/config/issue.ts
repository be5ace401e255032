import type { z } from 'zod';
import { isSecretPath } from './schema/values.ts';
import type { Path, Tree } from './tree.ts';

type Issue = z.core.$ZodIssue;

export interface DescribedIssue {
  readonly code: string;
  readonly path: Path;
  readonly message: string;
  /** What to do, given what the file has there. */
  readonly help: (node: Tree) => string | null;
}

/** A schema's complaint in our words. Never quotes the value: it may be a secret. */
export function describeIssue(issue: Issue): readonly DescribedIssue[] {
  return issue.code === 'invalid_union' ? describeUnion(issue) : [describeSimple(issue)];
}

function describeSimple(issue: Issue): DescribedIssue {
  const path = stepsOf(issue);
  switch (issue.code) {
    case 'invalid_type':
      return {
        code: 'wrong-type',
        path,
        message: `This must be ${ARTICLES[issue.expected] ?? 'another kind of value'}.`,
        help: (node) => helpWithType(issue.expected, path, node),
      };
    case 'invalid_value': {
      const words = issue.values.flatMap((value) => (value === '' ? [] : `\`${String(value)}\``)).join(', ');
      return {
        code: 'wrong-value',
        path,
        message: `This can be ${words}.`,
        help: (node) => helpWithWord(issue, node),
      };
    }
    case 'too_small':
    case 'too_big': {
      const limit = issue.code === 'too_small' ? `at least ${issue.minimum}` : `at most ${issue.maximum}`;
      const own = issue.message.endsWith('.') ? issue.message : `The number must be ${limit}.`;
      return { code: 'wrong-value', path, message: own, help: () => null };
    }
    case 'custom': {
      const help: unknown = issue.params?.help;
      return {
        code: 'wrong-value',
        path,
        message: issue.message,
        help: () => (typeof help === 'string' ? help : null),
      };
    }
    default:
      return { code: 'wrong-value', path, message: issue.message, help: () => null };
  }
}

const ARTICLES: { readonly [expected: string]: string | undefined } = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list',
  object: 'a map of keys',
  record: 'a map of keys',
};

function helpWithType(expected: string, path: Path, node: Tree): string | null {
  if (node.kind !== 'scalar')
    return expected === 'array' && node.kind === 'map' ? 'Begin each line with `- `.' : null;
  if (expected === 'string' && node.plain !== undefined && node.value !== null) {
    if (isSecretPath(path)) return 'Put it in quotes.';
    return `\`${node.plain}\` is read as ${typeof node.value === 'boolean' ? 'true or false' : 'a number'}: put it in quotes, "${node.plain}".`;
  }
  if (expected === 'array') return 'Put each item in a line of its own that begins with `- `.';
  if (expected === 'object' || expected === 'record') {
    return node.plain?.includes(':') ? 'Put a blank after the colon.' : 'Write its keys below it, indented.';
  }
  const quoted = node.plain === undefined;
  return quoted && (expected === 'boolean' || expected === 'number' || expected === 'int')
    ? 'Take the quotes away.'
    : null;
}

function helpWithWord(issue: z.core.$ZodIssueInvalidValue, node: Tree): string | null {
  // `0.10` is a number, and the same as 0.1.
  if (node.kind === 'scalar' && issue.values.some((value) => value === node.plain)) {
    return `Put it in quotes: "${node.plain}".`;
  }
  const written = node.kind === 'scalar' ? String(node.value).toLowerCase() : '';
  const meant = issue.values.find((value) => written !== '' && String(value).toLowerCase() === written);
  if (meant === undefined) return null;
  const isSmall = String(meant) === written;
  return `Write it ${isSmall ? 'in small letters' : 'with capital letters as here'}: ${String(meant)}.`;
}

/** Of the alternatives, the one that came furthest is what was meant; a text where none came further. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion): readonly DescribedIssue[] {
  const depth = (issues: readonly Issue[]) => Math.max(...issues.map((inner) => inner.path.length));
  const [meant = []] = issue.errors.toSorted((a, b) => depth(b) - depth(a) || rank(a) - rank(b));
  return meant
    .flatMap(describeIssue)
    .map((inner) => ({ ...inner, path: [...stepsOf(issue), ...inner.path] }));
}

function rank([first]: readonly Issue[]): number {
  return first?.code === 'invalid_type' && first.expected === 'string' ? 0 : 1;
}

function stepsOf(issue: Issue): Path {
  return issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
}
