/** Scopes under one name, and who has them. Four roles are JupyterHub's, one is ours; the course declares others. */

export interface Role {
  readonly name: string;
  readonly description: string;
  readonly scopes: readonly string[];
  /** Normalised names. */
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly services: readonly string[];
}

/** The group of all who neither administer nor teach. It is not stored, and nobody can be put into it. */
export const STUDENTS = '(students)';

/** What the roles that are always there grant. */
export const BUILT_IN_SCOPES = {
  user: ['self'],
  admin: [
    'admin-ui',
    'admin:users',
    'admin:servers',
    'admin:services',
    'tokens',
    'admin:groups',
    'list:services',
    'read:services',
    'read:hub',
    'proxy',
    'shutdown',
    'access:services',
    'access:servers',
    'read:roles',
    'read:metrics',
    'shares',
  ],
  /** See and help those who learn: not make people, give rights or take anything away for good. Polder's own. */
  instructor: [
    'admin-ui',
    'list:users',
    'read:users',
    `servers!group=${STUDENTS}`,
    `access:servers!group=${STUDENTS}`,
    'list:groups',
    'read:groups',
  ],
  /** What a server's own token may do. */
  server: ['users:activity!user', 'access:servers!server'],
  /** What a token may do that was made without saying what. */
  token: ['inherit'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Says what is wrong with a role's name, or undefined: JupyterHub's rule. */
export function roleNameProblem(name: string): string | undefined {
  if (/^[a-z][a-z0-9\-_~.]{1,253}[a-z0-9]$/.test(name)) return undefined;
  return 'a role is named with 3 to 255 small letters, digits, “-”, “_”, “~” and “.”; it begins with a letter and ends with a letter or digit';
}
