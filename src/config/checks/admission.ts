import { normalizeUserName, userNameProblem } from '../../domain/user.ts';
import { type Finding, findingAt } from '../finding.ts';
import { chosenSection } from '../legacy/authenticators.ts';
import { readLogin } from '../settings/login.ts';
import { leaves, nodeAt } from '../tree.ts';
import type { Check, CheckedFile } from './check.ts';
import { firstInHubConfig, inWords, isSupported } from './nodes.ts';

/** Who is let in: nobody, everybody, or names that nobody can have. */
export const checkAdmission: Check = (file) => [
  ...checkNames(file),
  ...checkPattern(file),
  ...checkRule(file),
];

function checkNames({ tree }: CheckedFile): readonly Finding[] {
  const lists = [
    ...['allowed_users', 'admin_users'].map((key) => firstInHubConfig(tree, ['Authenticator', key])),
    ...['students', 'instructors'].map((key) => nodeAt(tree, ['course', key])),
  ];
  return lists.flatMap((list) => {
    if (list?.kind !== 'list') return [];
    return [...leaves(list)].flatMap(({ node }) => {
      const problem =
        typeof node.value === 'string' ? userNameProblem(normalizeUserName(node.value)) : undefined;
      if (problem === undefined) return [];
      const message = `This cannot be the name of a user: ${problem}.`;
      return findingAt(node, { code: 'user-name', severity: 'error', message });
    });
  });
}

function checkPattern({ tree, values }: CheckedFile): readonly Finding[] {
  const pattern = values?.hub?.config?.Authenticator?.username_pattern;
  if (!pattern || isPattern(pattern)) return [];
  return [
    findingAt(firstInHubConfig(tree, ['Authenticator', 'username_pattern']), {
      code: 'wrong-value',
      severity: 'error',
      message: 'This is not a regular expression that can be used here.',
      help: 'Write it without what only Python knows, such as `(?P<name>…)` or `\\A`.',
    }),
  ];
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}

function checkRule({ tree, generation, values }: CheckedFile): readonly Finding[] {
  if (values === undefined || !isSupported(chosenSection(tree))) return [];
  const { login, secrets } = readLogin(values, generation);
  const rule = firstInHubConfig(
    tree,
    ['Authenticator', 'allow_all'],
    ['Authenticator', 'allowed_users'],
    ['JupyterHub', 'authenticator_class'],
  );
  const allowed = inWords(generation, 'auth.whitelist.users', 'hub.config.Authenticator.allowed_users');
  if (login.kind === 'none') {
    if (login.others.length > 0) return [];
    const message = 'Nobody can log in: this way to log in lets nobody in.';
    return [findingAt(rule, { code: 'nobody-let-in', severity: 'warning', message })];
  }
  // Somebody looks at whoever signs up.
  if (login.allowAll && login.passwordRules?.open === false) return [];
  if (login.allowAll) {
    return [
      findingAt(rule, {
        code: 'everyone-let-in',
        severity: 'warning',
        message:
          login.kind === 'service'
            ? 'Everyone is let in who has an account there.'
            : login.kind === 'own'
              ? 'Everyone is let in, under any name that nobody has taken before.'
              : secrets.dummyPassword === null
                ? 'Everyone is let in, under any name and with any password.'
                : 'Everyone who knows the password is let in, under any name.',
        help: `Name those who are let in with ${allowed}.`,
      }),
    ];
  }
  if (login.allowedUsers.length > 0 || login.allowedMemberships.length > 0) return [];
  if (login.adminUsers.length > 0 || login.adminMemberships.length > 0 || login.instructors.length > 0) {
    const message = `Only ${login.instructors.length > 0 ? 'those who teach or administer' : 'administrators'} are let in.`;
    const help = `Name the students with ${allowed}.`;
    return [findingAt(rule, { code: 'only-admins-let-in', severity: 'warning', message, help })];
  }
  const help = `Name users with ${allowed}, or let everyone in with \`hub.config.Authenticator.allow_all: true\`.`;
  return [findingAt(rule, { code: 'nobody-let-in', severity: 'error', message: 'Nobody is let in.', help })];
}
