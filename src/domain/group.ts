import { STUDENTS } from './role.ts';

/** People who have something in common: rights are given to them together. Named once and for all. */
export interface Group {
  readonly name: string;
  /** What programs keep with a group; means nothing to the hub. */
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A group with the names of its members, by code point. */
export interface GroupWithMembers extends Group {
  readonly users: readonly string[];
}

const MAX_NAME_LENGTH = 255;

/** Says what is wrong with a group's name, or undefined. Unlike names of people it is kept as it is written. */
export function groupNameProblem(name: string): string | undefined {
  if (name === '') return 'a group name cannot be empty';
  if (name.length > MAX_NAME_LENGTH) return `a group name has at most ${MAX_NAME_LENGTH} characters`;
  if (!name.isWellFormed()) return 'a group name cannot contain half a character';
  // Names are told one a line where they are told together.
  if (/\p{Cc}|\p{Zl}|\p{Zp}/u.test(name)) return 'a group name cannot contain control characters';
  if (name === STUDENTS) return 'this is the name of all who neither administer nor teach';
  if (name === '.' || name === '..') return 'a group name cannot be “.” or “..”';
  if (/^\s|\s$/u.test(name)) return 'a group name cannot begin or end with a space';
  return undefined;
}
