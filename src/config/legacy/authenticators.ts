import { type MapTree, nodeAt } from '../tree.ts';

/** The names by which files of all generations call an authenticator, and the section of `hub.config` that sets it up. */

interface AuthenticatorName {
  /** As `auth.type` has it. */
  readonly legacy: string | null;
  /** As `authenticator_class` has it: the short name, or the dotted one where there is none. */
  readonly current: string;
  /** The Python class, which is the name of its section. */
  readonly section: string;
}

export const AUTHENTICATORS: readonly AuthenticatorName[] = [
  { legacy: 'dummy', current: 'dummy', section: 'DummyAuthenticator' },
  { legacy: null, current: 'shared-password', section: 'SharedPasswordAuthenticator' },
  { legacy: 'google', current: 'google', section: 'GoogleOAuthenticator' },
  { legacy: 'github', current: 'github', section: 'GitHubOAuthenticator' },
  { legacy: 'cilogon', current: 'cilogon', section: 'CILogonOAuthenticator' },
  { legacy: 'gitlab', current: 'gitlab', section: 'GitLabOAuthenticator' },
  { legacy: 'azuread', current: 'azuread', section: 'AzureAdOAuthenticator' },
  { legacy: 'mediawiki', current: 'mediawiki', section: 'MWOAuthenticator' },
  { legacy: 'globus', current: 'globus', section: 'GlobusOAuthenticator' },
  { legacy: 'hmac', current: 'hmacauthenticator.HMACAuthenticator', section: 'HMACAuthenticator' },
  { legacy: 'ldap', current: 'ldapauthenticator.LDAPAuthenticator', section: 'LDAPAuthenticator' },
  { legacy: 'lti', current: 'ltiauthenticator.LTIAuthenticator', section: 'LTIAuthenticator' },
  { legacy: 'tmp', current: 'tmpauthenticator.TmpAuthenticator', section: 'TmpAuthenticator' },
  { legacy: null, current: 'generic-oauth', section: 'GenericOAuthenticator' },
  { legacy: null, current: 'auth0', section: 'Auth0OAuthenticator' },
  { legacy: null, current: 'bitbucket', section: 'BitbucketOAuthenticator' },
  { legacy: null, current: 'okpy', section: 'OkpyOAuthenticator' },
  { legacy: null, current: 'openshift', section: 'OpenShiftOAuthenticator' },
  { legacy: null, current: 'firstuse', section: 'FirstUseAuthenticator' },
  { legacy: null, current: 'native', section: 'NativeAuthenticator' },
  { legacy: null, current: 'null', section: 'NullAuthenticator' },
  { legacy: null, current: 'pam', section: 'PAMAuthenticator' },
];

/** What `auth.type: X` is in `authenticator_class`; X itself where it is none of the old names. */
export function currentAuthenticatorName(legacyType: string): string {
  return AUTHENTICATORS.find(({ legacy }) => legacy === legacyType)?.current ?? legacyType;
}

/** The section of an `authenticator_class`, short or dotted. */
export function authenticatorSection(className: string): string {
  const known = AUTHENTICATORS.find(({ current }) => current === className);
  return known?.section ?? className.split('.').at(-1) ?? className;
}

/** The section of `hub.config` that the chosen authenticator reads first. */
export function chosenSection(file: MapTree): string {
  const name = nodeAt(file, ['hub', 'config', 'JupyterHub', 'authenticator_class']);
  return authenticatorSection(
    name?.kind === 'scalar' && typeof name.value === 'string' ? name.value : 'dummy',
  );
}
