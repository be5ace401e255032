import type { LoginConfig } from '../config.ts';
import { type Finding, findingAt } from '../finding.ts';
import { chosenSection } from '../legacy/authenticators.ts';
import { readLogin } from '../settings/login.ts';
import { OWN_PASSWORD_SECTIONS } from '../settings/own-passwords.ts';
import { nodeAt, type ScalarTree, type Tree } from '../tree.ts';
import type { Check, CheckedFile } from './check.ts';
import { firstInHubConfig, inWords, PASSWORD_SECTIONS } from './nodes.ts';

/** The passwords of the dummy login and of JupyterHub's shared-password login. */
export const checkPasswords: Check = (file) => {
  const section = chosenSection(file.tree);
  if (OWN_PASSWORD_SECTIONS.includes(section)) return [...checkStaff(file), ...checkAdminPassword(file)];
  if (!PASSWORD_SECTIONS.includes(section)) return [];
  return [
    ...(section === 'SharedPasswordAuthenticator' ? checkSharedPassword(file) : checkDummy(file)),
    ...checkAdminPassword(file),
  ];
};

/** Names of those who may do more stand in the file, and anybody could be the first to log in under them. */
function checkStaff({ tree, generation, values }: CheckedFile): readonly Finding[] {
  if (values === undefined) return [];
  const { login, secrets } = readLogin(values, generation);
  const staff = staffOf(login);
  if (staff.length === 0 || secrets.dummyAdminPassword !== null) return [];
  const named =
    firstInHubConfig(tree, ['Authenticator', 'admin_users']) ?? nodeAt(tree, ['course', 'instructors']);
  const names = staff.map((name) => `\`${name}\``).join(', ');
  return [
    findingAt(named ?? null, {
      code: 'staff-first-come',
      severity: 'warning',
      message: `Whoever is the first to choose a password for ${names} has that account, and with it everybody's work.`,
      help: 'Set `course.adminPassword`: then only that one opens it. Or be the first.',
    }),
  ];
}

function checkDummy({ tree, generation, values }: CheckedFile): readonly Finding[] {
  if (values === undefined) return [];
  const { login, secrets } = readLogin(values, generation);
  const findings: Finding[] = [];
  const password = firstInHubConfig(tree, ['DummyAuthenticator', 'password']);
  // Where everyone is let in, that finding says the rest.
  if (secrets.dummyPassword === null && !login.allowAll && !isEmptyText(password)) {
    const key = inWords(generation, 'auth.dummy.password', 'hub.config.DummyAuthenticator.password');
    findings.push(
      findingAt(firstInHubConfig(tree, ['JupyterHub', 'authenticator_class']), {
        code: 'no-password',
        severity: 'warning',
        message: 'There is no password: whoever knows a name on the list logs in with it.',
        help: `Set ${key}.`,
      }),
    );
  }
  const staff = staffOf(login);
  if (staff.length > 0 && secrets.dummyAdminPassword === null) {
    const admins = staff.map((name) => `\`${name}\``).join(', ');
    const named =
      firstInHubConfig(tree, ['Authenticator', 'admin_users']) ?? nodeAt(tree, ['course', 'instructors']);
    findings.push(
      findingAt(password ?? named ?? null, {
        code: 'shared-password-opens-admin',
        severity: 'warning',
        message: `The password that everyone has opens the account of ${admins} too, and with it everybody's work.`,
        help: 'Set `course.adminPassword`: then only that one opens it.',
      }),
    );
  }
  return findings;
}

/** JupyterHub lets nobody in whose password is not set, and refuses short ones. */
function checkSharedPassword({ tree, values, generation }: CheckedFile): readonly Finding[] {
  if (values === undefined) return [];
  const { login, secrets } = readLogin(values, generation);
  const chosen = firstInHubConfig(tree, ['JupyterHub', 'authenticator_class']);
  const findings: Finding[] = [];
  const missing = (key: string, who: string): void => {
    const message = `\`${key}\` is not set, and ${who} cannot log in without it.`;
    findings.push(findingAt(chosen, { code: 'no-password', severity: 'error', message, help: 'Set it.' }));
  };
  if (secrets.dummyPassword === null)
    missing('hub.config.SharedPasswordAuthenticator.user_password', 'users');
  if (secrets.dummyAdminPassword === null && staffOf(login).length > 0) {
    missing('hub.config.SharedPasswordAuthenticator.admin_password', 'administrators');
  }
  for (const [key, least] of [
    ['user_password', 8],
    ['admin_password', 32],
  ] as const) {
    const node = firstInHubConfig(tree, ['SharedPasswordAuthenticator', key]);
    if (
      node?.kind !== 'scalar' ||
      typeof node.value !== 'string' ||
      node.value === '' ||
      node.value.length >= least
    ) {
      continue;
    }
    const message = `\`${node.path}\` is too short: JupyterHub wants at least ${least} characters.`;
    findings.push(
      findingAt(node, { code: 'short-password', severity: 'error', message, help: 'Use a longer one.' }),
    );
  }
  return findings;
}

function checkAdminPassword({ tree, generation, values }: CheckedFile): readonly Finding[] {
  if (values === undefined) return [];
  const { login, secrets } = readLogin(values, generation);
  if (secrets.dummyAdminPassword === null) return [];
  const node =
    nodeAt(tree, ['course', 'adminPassword']) ??
    firstInHubConfig(tree, ['SharedPasswordAuthenticator', 'admin_password']);
  if (secrets.dummyAdminPassword === secrets.dummyPassword) {
    const message = "The administrator's password is the one that everyone has.";
    return [
      findingAt(node, { code: 'same-password', severity: 'error', message, help: 'Choose another one.' }),
    ];
  }
  if (staffOf(login).length > 0) return [];
  const message = "There is an administrator's password, and nobody is an administrator.";
  const key = inWords(generation, 'auth.admin.users', 'hub.config.Authenticator.admin_users');
  return [findingAt(node, { code: 'no-admin', severity: 'warning', message, help: `Name one with ${key}.` })];
}

/** Who may do more than students. */
function staffOf(login: LoginConfig): readonly string[] {
  return [...new Set([...login.adminUsers, ...login.instructors])];
}

/** An empty one is reported as such. */
function isEmptyText(node: Tree | null): node is ScalarTree {
  return node?.kind === 'scalar' && node.value === '';
}
