import type { Generation } from '../generations.ts';
import { type MapTree, nodeAt, type Tree } from '../tree.ts';
import { authenticatorSection, currentAuthenticatorName } from './authenticators.ts';
import type { Rule } from './rule.ts';

/** Names of the charts up to 0.11, and what they are called today. */
export const LEGACY_RULES: readonly Rule[] = [
  // Who logs in, and how.
  ...upTo('0.10', [
    { from: 'auth.type', to: authenticatorTarget, turn: turnText(currentAuthenticatorName) },
    { from: 'auth.whitelist.users', to: 'hub.config.Authenticator.allowed_users' },
    { from: 'auth.allowedUsers', to: 'hub.config.Authenticator.allowed_users' },
    { from: 'auth.admin.users', to: 'hub.config.Authenticator.admin_users' },
    { from: 'auth.admin.access', to: 'hub.config.JupyterHub.admin_access' },
    { from: 'auth.state.enabled', to: 'hub.config.Authenticator.enable_auth_state' },
    {
      from: 'auth.state.cryptoKey',
      to: 'hub.config.CryptKeeper.keys',
      turn: listOf,
    },
    { from: 'auth.scopes', to: 'hub.config.OAuthenticator.scope' },
    { from: 'auth.dummy.password', to: 'hub.config.DummyAuthenticator.password' },
    { from: 'auth.hmac.secretKey', to: 'hub.config.HMACAuthenticator.secret_key' },
    { from: 'auth.lti.consumers', to: 'hub.config.LTIAuthenticator.consumers' },
    { from: 'auth.custom.className', to: 'hub.config.JupyterHub.authenticator_class' },
    { from: 'auth.custom.config', to: customSection },
    ...oauthRules('google', 'GoogleOAuthenticator', {
      hostedDomain: 'hosted_domain',
      loginService: 'login_service',
    }),
    ...oauthRules('github', 'GitHubOAuthenticator', {
      orgWhitelist: 'allowed_organizations',
      allowedOrganizations: 'allowed_organizations',
    }),
    ...oauthRules('cilogon', 'CILogonOAuthenticator', {}),
    ...oauthRules('globus', 'GlobusOAuthenticator', { identityProvider: 'identity_provider' }),
    ...oauthRules('gitlab', 'GitLabOAuthenticator', {
      gitlabGroupWhitelist: 'allowed_gitlab_groups',
      allowedGitlabGroups: 'allowed_gitlab_groups',
      gitlabProjectIdWhitelist: 'allowed_project_ids',
      allowedProjectIds: 'allowed_project_ids',
      gitlabUrl: 'gitlab_url',
    }),
    ...oauthRules('azuread', 'AzureAdOAuthenticator', {
      tenantId: 'tenant_id',
      usernameClaim: 'username_claim',
    }),
    ...oauthRules('mediawiki', 'MWOAuthenticator', { indexUrl: 'index_url' }),
    ...sectionRules('auth.ldap', 'hub.config.LDAPAuthenticator', {
      'server.address': 'server_address',
      'server.port': 'server_port',
      'server.ssl': 'use_ssl',
      allowedGroups: 'allowed_groups',
      'dn.templates': 'bind_dn_template',
      'dn.lookup': 'lookup_dn',
      'dn.search.filter': 'lookup_dn_search_filter',
      'dn.search.user': 'lookup_dn_search_user',
      'dn.search.password': 'lookup_dn_search_password',
      'dn.user.dnAttribute': 'lookup_dn_user_dn_attribute',
      'dn.user.escape': 'escape_userdn',
      'dn.user.validRegex': 'valid_username_regex',
      'dn.user.searchBase': 'user_search_base',
      'dn.user.attribute': 'user_attribute',
      'dn.user.useLookupName': 'use_lookup_dn_username',
    }),
  ]),

  // The pods.
  ...upTo('0.9', [
    { from: 'hub.uid', to: 'hub.containerSecurityContext.runAsUser' },
    { from: 'hub.imagePullPolicy', to: 'hub.image.pullPolicy' },
    ...pullSecretRules('hub'),
    ...pullSecretRules('singleuser'),
    {
      from: 'singleuser.cloudMetadata.enabled',
      to: 'singleuser.cloudMetadata.blockWithIptables',
      turn: turnFlagOver,
    },
    { from: 'proxy.nodeSelector', to: 'proxy.chp.nodeSelector' },
    { from: 'proxy.networkPolicy', to: 'proxy.chp.networkPolicy' },
  ]),
  ...upTo('0.10', [{ from: 'proxy.pdb', to: 'proxy.chp.pdb' }]),
  ...upTo('0.11', [
    { from: 'hub.extraConfigMap', to: 'custom' },
    { from: 'hub.publicURL', to: 'hub.config.JupyterHub.public_url' },
    { from: 'proxy.containerSecurityContext', to: 'proxy.chp.containerSecurityContext' },
  ]),
  ...upTo('1', [
    { from: 'hub.fsGid', to: 'hub.podSecurityContext.fsGroup' },
    { from: 'rbac.enabled', to: 'rbac.create' },
  ]),
  // Polder's own, from before it had a place with all that is about the course.
  { from: 'polder.adminPassword', to: 'course.adminPassword' },
  // Chart 4 has it still, so that it tells nothing about the generation.
  { from: 'httpRoute.gateway', to: 'httpRoute.parentRefs', turn: (gateway) => listOf(gateway) },
];

/** Keys that came or went without a successor, and the generations that know them: they too tell which one is meant. */
export const MARKS: readonly {
  readonly key: string;
  readonly since?: Generation;
  readonly until?: Generation;
}[] = [
  { key: 'proxy.nginx', until: '0.8.2' },
  { key: 'proxy.lego', until: '0.8.2' },
  { key: 'proxy.traefik', since: '0.9' },
  { key: 'proxy.secretSync', since: '0.9' },
  { key: 'auth.azuread', since: '0.9' },
  { key: 'auth.allowedUsers', since: '0.10' },
  { key: 'imagePullSecrets', since: '0.10' },
  { key: 'hub.config', since: '0.11' },
  { key: 'hub.loadRoles', since: '2' },
  { key: 'rbac.create', since: '2' },
  { key: 'hub.serviceAccount', since: '2' },
  { key: 'hub.networkPolicy.egressAllowRules', since: '2' },
  { key: 'singleuser.networkPolicy.egressAllowRules', since: '2' },
  { key: 'httpRoute', since: 'current' },
];

function upTo(until: Generation, rules: readonly Rule[]): readonly Rule[] {
  return rules.map((rule) => ({ ...rule, until }));
}

/** Each part made its own Secret once; now one is made for all. */
function pullSecretRules(part: string): readonly Rule[] {
  const to = (key: string) => `imagePullSecret.${key}`;
  return [
    { from: `${part}.imagePullSecret.enabled`, to: to('create') },
    ...['registry', 'username', 'email', 'password'].map((key) => ({
      from: `${part}.imagePullSecret.${key}`,
      to: to(key),
    })),
  ];
}

function listOf(value: Tree): Tree {
  return { ...written(value), kind: 'list', items: [value] };
}

function oauthRules(type: string, section: string, more: Readonly<Record<string, string>>): readonly Rule[] {
  return sectionRules(`auth.${type}`, `hub.config.${section}`, {
    clientId: 'client_id',
    clientSecret: 'client_secret',
    callbackUrl: 'oauth_callback_url',
    ...more,
  });
}

function sectionRules(from: string, to: string, keys: Readonly<Record<string, string>>): readonly Rule[] {
  return Object.entries(keys).map(([key, trait]) => ({ from: `${from}.${key}`, to: `${to}.${trait}` }));
}

/** `auth.type: custom` says nothing where `auth.custom.className` names the class; that one counts then. */
function authenticatorTarget(file: MapTree): string | undefined {
  const type = nodeAt(file, ['auth', 'type']);
  const custom = type?.kind === 'scalar' && type.value === 'custom';
  return custom && nodeAt(file, ['auth', 'custom', 'className']) !== undefined
    ? undefined
    : 'hub.config.JupyterHub.authenticator_class';
}

function customSection(file: MapTree): string {
  const name = nodeAt(file, ['auth', 'custom', 'className']);
  const section = name?.kind === 'scalar' ? authenticatorSection(String(name.value)) : '';
  return `hub.config.${section === '' ? 'CustomAuthenticator' : section}`;
}

function turnText(turn: (text: string) => string): (value: Tree) => Tree {
  return (value) =>
    value.kind === 'scalar' && typeof value.value === 'string'
      ? { ...value, value: turn(value.value) }
      : value;
}

function turnFlagOver(value: Tree): Tree {
  return value.kind === 'scalar' && typeof value.value === 'boolean'
    ? { ...value, value: !value.value }
    : value;
}

function written(tree: Tree): Pick<Tree, 'place' | 'path'> {
  return { place: tree.place, path: tree.path };
}
