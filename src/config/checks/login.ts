import { normalizeUserName, userNameProblem } from '../../domain/user.ts';
import { type Finding, findingAt } from '../finding.ts';
import { authenticatorSection } from '../legacy/authenticators.ts';
import { readLogin } from '../settings/login.ts';
import { isEmpty, leaves, nodeAt, type Tree } from '../tree.ts';
import type { Check, CheckedFile } from './check.ts';

const CONFIG = ['hub', 'config'];
const SUPPORTED = ['DummyAuthenticator', 'SharedPasswordAuthenticator'];

/** How people log in: whether that way exists here, and whether its settings fit together. */
export const checkLogin: Check = (file) => {
  const section = chosenSection(file);
  return [
    ...checkSupported(file, section),
    ...checkOtherSections(file, section),
    ...checkNames(file),
    ...(SUPPORTED.includes(section) ? [...checkAdmission(file), ...checkPasswords(file)] : []),
    ...checkAdminAccess(file),
  ];
};

function chosenSection({ tree }: CheckedFile): string {
  const chosen = nodeAt(tree, [...CONFIG, 'JupyterHub', 'authenticator_class']);
  return chosen?.kind === 'scalar' && typeof chosen.value === 'string'
    ? authenticatorSection(chosen.value)
    : 'DummyAuthenticator';
}

function checkSupported({ tree }: CheckedFile, section: string): readonly Finding[] {
  if (SUPPORTED.includes(section)) return [];
  const chosen = nodeAt(tree, [...CONFIG, 'JupyterHub', 'authenticator_class']);
  return [
    findingAt(chosen ?? null, {
      code: 'login-not-supported',
      severity: 'error',
      message: `This way to log in (${section}) is not there yet.`,
      help: 'What works now: `auth.type: dummy` (today: `hub.config.JupyterHub.authenticator_class: dummy` or `shared-password`).',
    }),
  ];
}

function checkOtherSections({ tree }: CheckedFile, section: string): readonly Finding[] {
  const config = nodeAt(tree, CONFIG);
  if (config?.kind !== 'map') return [];
  return [...config.entries].flatMap(([name, entry]) => {
    if (!name.endsWith('Authenticator') || name === 'Authenticator' || name === section) return [];
    if (isEmpty(entry.value)) return [];
    const first = entry.value.kind === 'map' ? [...entry.value.entries.values()][0] : undefined;
    const at = first === undefined ? entry.value : { place: first.key, path: first.value.path };
    return findingAt(at, {
      code: 'other-login',
      severity: 'warning',
      message: `\`${at.path}\` is not used: it belongs to another way to log in (${name}) than the one chosen (${section}).`,
      help: 'Leave it out, or choose that way to log in.',
    });
  });
}

function checkNames({ tree }: CheckedFile): readonly Finding[] {
  return ['allowed_users', 'admin_users'].flatMap((key) => {
    const list = nodeAt(tree, [...CONFIG, 'Authenticator', key]);
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

function checkAdmission({ tree, values }: CheckedFile): readonly Finding[] {
  if (values === undefined) return [];
  const { login, secrets } = readLogin(values);
  const rule = firstOf(
    tree,
    ['Authenticator', 'allow_all'],
    ['Authenticator', 'allowed_users'],
    ['Authenticator'],
  );
  if (login.allowAll) {
    return [
      findingAt(rule, {
        code: 'everyone-let-in',
        severity: 'warning',
        message:
          secrets.dummyPassword === null
            ? 'Everyone is let in, under any name and with any password.'
            : 'Everyone who knows the password is let in, under any name.',
        help: 'Name those who are let in with `auth.whitelist.users` (today: `hub.config.Authenticator.allowed_users`).',
      }),
    ];
  }
  if (login.allowedUsers.length === 0 && login.adminUsers.length === 0) {
    return [
      findingAt(rule, {
        code: 'nobody-let-in',
        severity: 'error',
        message: 'Nobody is let in.',
        help: 'Name users with `hub.config.Authenticator.allowed_users`, or let everyone in with `allow_all: true`.',
      }),
    ];
  }
  if (login.allowedUsers.length > 0) return [];
  return [
    findingAt(rule, {
      code: 'only-admins-let-in',
      severity: 'warning',
      message: 'Only administrators are let in.',
      help: 'Name the students with `hub.config.Authenticator.allowed_users`.',
    }),
  ];
}

function checkPasswords({ tree, values }: CheckedFile): readonly Finding[] {
  if (values === undefined) return [];
  const { login, secrets } = readLogin(values);
  const findings: Finding[] = [];
  const password = firstOf(
    tree,
    ['DummyAuthenticator', 'password'],
    ['SharedPasswordAuthenticator', 'user_password'],
  );
  const adminPassword =
    nodeAt(tree, ['polder', 'adminPassword']) ??
    firstOf(tree, ['SharedPasswordAuthenticator', 'admin_password']);
  if (secrets.dummyPassword === null && password === null && !login.allowAll) {
    findings.push(
      findingAt(firstOf(tree, ['JupyterHub', 'authenticator_class']), {
        code: 'no-password',
        severity: 'warning',
        message: 'There is no password: whoever knows a name on the list logs in with it.',
        help: 'Set `auth.dummy.password` (today: `hub.config.DummyAuthenticator.password`).',
      }),
    );
  }
  if (login.adminUsers.length > 0 && secrets.dummyAdminPassword === null) {
    const admins = login.adminUsers.map((name) => `\`${name}\``).join(', ');
    findings.push(
      findingAt(password ?? firstOf(tree, ['Authenticator', 'admin_users']), {
        code: 'shared-password-opens-admin',
        severity: 'warning',
        message: `The password that everyone has opens the account of ${admins} too, and with it everybody's work.`,
        help: 'Set `polder.adminPassword`: then only that one opens it.',
      }),
    );
  }
  if (secrets.dummyAdminPassword !== null && secrets.dummyAdminPassword === secrets.dummyPassword) {
    findings.push(
      findingAt(adminPassword, {
        code: 'same-password',
        severity: 'error',
        message: "The administrator's password is the one that everyone has.",
        help: 'Choose another one.',
      }),
    );
  }
  if (secrets.dummyAdminPassword !== null && login.adminUsers.length === 0) {
    findings.push(
      findingAt(adminPassword, {
        code: 'no-admin',
        severity: 'warning',
        message: "There is an administrator's password, and nobody is an administrator.",
        help: 'Name one with `auth.admin.users` (today: `hub.config.Authenticator.admin_users`).',
      }),
    );
  }
  return findings;
}

function checkAdminAccess({ tree }: CheckedFile): readonly Finding[] {
  const access = nodeAt(tree, [...CONFIG, 'JupyterHub', 'admin_access']);
  if (access?.kind !== 'scalar' || access.value !== false) return [];
  const message = "Administrators may open users' servers all the same, as in JupyterHub since 2.0.";
  return [findingAt(access, { code: 'admin-access', severity: 'warning', message })];
}

function firstOf(tree: Tree, ...paths: readonly (readonly string[])[]): Tree | null {
  for (const path of paths) {
    const node = nodeAt(tree, [...CONFIG, ...path]);
    if (node !== undefined) return node;
  }
  return null;
}
