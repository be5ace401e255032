import type { z } from 'zod';
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
export function describeIssue(issue: Issue): DescribedIssue {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  switch (issue.code) {
    case 'invalid_type':
      return {
        code: 'wrong-type',
        path,
        message: `Here stands ${ARTICLES[issue.expected] ?? 'another kind of value'}, and the file has something else.`,
        help: (node) => helpWithType(issue.expected, node),
      };
    case 'invalid_value': {
      const words = issue.values.map((value) => `\`${String(value)}\``).join(', ');
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
    case 'invalid_union':
      return describeUnion(issue, path);
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

function helpWithType(expected: string, node: Tree): string | null {
  if (node.kind !== 'scalar')
    return expected === 'array' && node.kind === 'map' ? 'Begin each line with `- `.' : null;
  if (expected === 'string' && node.plain !== undefined && node.value !== null) {
    return `\`${node.plain}\` is read as ${typeof node.value === 'boolean' ? 'true or false' : 'a number'}: put it in quotes, "${node.plain}".`;
  }
  if (expected === 'array') return 'Put each item in a line of its own that begins with `- `.';
  if (expected === 'object' || expected === 'record') return 'Write its keys below it, indented.';
  const quoted = node.plain === undefined;
  return quoted && (expected === 'boolean' || expected === 'number' || expected === 'int')
    ? 'Take the quotes away.'
    : null;
}

function helpWithWord(issue: z.core.$ZodIssueInvalidValue, node: Tree): string | null {
  const written = node.kind === 'scalar' ? String(node.value).toLowerCase() : '';
  const meant = issue.values.find((value) => String(value) === written);
  return meant === undefined ? null : `Write it in small letters: ${String(meant)}.`;
}

/** Of the alternatives, the one that came furthest tells most. */
function describeUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path): DescribedIssue {
  const furthest = issue.errors
    .flat()
    .toSorted((a, b) => b.path.length - a.path.length || rank(a) - rank(b))
    .at(0);
  if (furthest === undefined) {
    return {
      code: 'wrong-type',
      path,
      message: 'This has none of the forms that it may have.',
      help: () => null,
    };
  }
  const inner = describeIssue(furthest);
  return { ...inner, path: [...path, ...inner.path] };
}

/** A text is what most alternatives begin with, and what is mostly meant. */
function rank(issue: Issue): number {
  return issue.code === 'invalid_type' && issue.expected === 'string' ? 0 : 1;
}
