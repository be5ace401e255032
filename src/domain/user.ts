/** A person who may log in. Names are what the authenticator says, normalised; ids are never used again. */
export interface User {
  /** Assigned by the store in order of creation; the process spawner derives an OS user id from it. */
  readonly id: number;
  readonly name: string;
  readonly admin: boolean;
  /** Names of groups, by code point. */
  readonly groups: readonly string[];
  readonly createdAt: Date;
  readonly lastActivityAt: Date | null;
}

export interface NewUser {
  readonly name: string;
  readonly admin: boolean;
  /** Where it was elsewhere; else now. */
  readonly createdAt?: Date;
}

const MAX_NAME_LENGTH = 255;

/**
 * Lower-cases and trims a name, as JupyterHub's authenticators do, so that `Anna` and `anna` are one person.
 */
export function normalizeUserName(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

/**
 * Says what is wrong with a (normalised) user name, or undefined. A name may be an e-mail address; it may not be
 * something that changes meaning in a path, a header or a log line.
 */
export function userNameProblem(name: string): string | undefined {
  if (name === '') return 'a user name cannot be empty';
  if (name.length > MAX_NAME_LENGTH) return `a user name has at most ${MAX_NAME_LENGTH} characters`;
  if (!name.isWellFormed()) return 'a user name cannot contain half a character';
  if (/\p{Cc}|\p{Zl}|\p{Zp}/u.test(name)) return 'a user name cannot contain control characters';
  if (name.includes('/')) return 'a user name cannot contain “/”';
  if (name === '.' || name === '..') return 'a user name cannot be “.” or “..”';
  if (/^\s|\s$/u.test(name)) return 'a user name cannot begin or end with a space';
  return undefined;
}
