import { expect, it } from 'vitest';
import { describeAdmission } from './admission.ts';
import { checkText } from './load.ts';

function admission(authenticator: string, { github = '', more = [] as readonly string[] } = {}): string {
  const text = [
    'hub:',
    '  config:',
    '    JupyterHub: { authenticator_class: github }',
    `    GitHubOAuthenticator: { client_id: hub, client_secret: tide${github} }`,
    `    Authenticator: ${authenticator}`,
    ...more,
  ].join('\n');
  const loaded = checkText(text, 'config.yaml');
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.findings));
  return describeAdmission(loaded.config.login);
}

const acme = ', allowed_organizations: [acme]';
const teachers = ', admin_groups: [teachers], auth_state_groups_key: groups';

it('says who is let in, and who administers', () => {
  expect(admission('{ allow_all: true, blocked_users: [eva] }')).toBe(
    'Let in: everyone who can log in. Kept out: eva.',
  );
  expect(admission('{ allowed_users: [anna], admin_users: [wim] }')).toBe(
    'Let in: anna (1 user). Administrators: wim.',
  );
  expect(admission('{ allowed_users: [anna], allow_existing_users: true }', { github: acme })).toBe(
    'Let in: anna (1 user); members of organization:acme; whoever has an account already.',
  );
  expect(admission('{}', { github: acme + teachers })).toBe(
    'Let in: members of organization:acme. Let in, and administrators: members of group:teachers.',
  );
});

it('says where two lists are both needed', () => {
  const both = { github: acme, more: ['polder: { letIn: all }'] };
  expect(admission('{ allowed_users: [anna] }', both)).toBe(
    'Let in: anna (1 user), if they are members of organization:acme.',
  );
});
