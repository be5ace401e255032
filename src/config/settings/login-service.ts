import type { LoginProvider, LoginProviderOptions, LoginServiceConfig, Secrets } from '../config.ts';
import { type Generation, isUpTo } from '../generations.ts';
import { isKindOf } from '../legacy/classes.ts';
import type { Values } from '../schema/values.ts';
import { readEnvironment } from './environment.ts';

export interface LoginServiceSettings {
  readonly service: LoginServiceConfig;
  readonly secrets: Pick<Secrets, 'loginClientSecret' | 'loginTokenParams'>;
  readonly traits: ServiceTraits;
  readonly allowedMemberships: readonly string[];
  readonly adminMemberships: readonly string[];
  readonly logoutUrl: string | null;
  /** Whether `openid` was not asked for, though the service wants it. */
  readonly addsOpenid: boolean;
}

/** The sections of `hub.config` that set up a service, and the provider of each. */
const SECTIONS = {
  GenericOAuthenticator: 'generic',
  Auth0OAuthenticator: 'auth0',
  AzureAdOAuthenticator: 'azuread',
  BitbucketOAuthenticator: 'bitbucket',
  CILogonOAuthenticator: 'cilogon',
  GitHubOAuthenticator: 'github',
  GitLabOAuthenticator: 'gitlab',
  GlobusOAuthenticator: 'globus',
  GoogleOAuthenticator: 'google',
  OpenShiftOAuthenticator: 'openshift',
} as const satisfies Record<string, LoginProvider>;

type ServiceSection = keyof typeof SECTIONS;
type HubConfig = NonNullable<NonNullable<Values['hub']>['config']>;
type Everything<T> = T extends unknown ? { [K in keyof T]?: T[K] } : never;
type Merge<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;

/** The traits of all sections in one: each reads only those that its class has. */
export type ServiceTraits = Partial<Merge<Everything<NonNullable<HubConfig[ServiceSection]>>>>;

/** The section that sets up the service of a class, where it is one that works. */
export function serviceSection(className: string): ServiceSection | undefined {
  return (Object.keys(SECTIONS) as ServiceSection[]).find((section) => isKindOf(className, section));
}

/** @param section the one that is chosen; the class may be a variant of it */
export function readLoginService(
  values: Values,
  section: ServiceSection,
  { className, generation }: { readonly className: string; readonly generation: Generation },
): LoginServiceSettings {
  const config = values.hub?.config ?? {};
  const traits: ServiceTraits = { ...config.OAuthenticator, ...config[section] };
  const environment = readEnvironment(values.hub?.extraEnv);
  const from = (...names: readonly string[]) => names.map((name) => environment[name]).find(Boolean);
  const provider = SECTIONS[section];
  const prefix = provider === 'azuread' ? 'AAD' : provider.toUpperCase();
  const isGeneric = provider === 'generic';
  const old = isUpTo(generation, '2');
  const service: Omit<LoginServiceConfig, 'scope'> = {
    provider,
    className,
    title: traits.login_service || from('LOGIN_SERVICE') || null,
    clientId: traits.client_id ?? from(`${prefix}_CLIENT_ID`, 'OAUTH_CLIENT_ID') ?? '',
    callbackUrl: traits.oauth_callback_url || from('OAUTH_CALLBACK_URL') || null,
    issuer: traits.issuer || null,
    authorizeUrl: traits.authorize_url || from('OAUTH2_AUTHORIZE_URL') || null,
    tokenUrl: traits.token_url || from('OAUTH2_TOKEN_URL') || null,
    userdataUrl: traits.userdata_url || from('OAUTH2_USERDATA_URL') || null,
    usernameClaim: traits.username_claim || (isGeneric && from('OAUTH2_USERNAME_KEY')) || null,
    groupsClaim: groupsClaimOf(traits, provider),
    keepsAuthState: traits.enable_auth_state ?? config.Authenticator?.enable_auth_state ?? false,
    // 0 is JupyterHub's word for never.
    renewSeconds: (traits.auth_refresh_age ?? config.Authenticator?.auth_refresh_age ?? 300) || null,
    managesGroups: traits.manage_groups ?? config.Authenticator?.manage_groups ?? false,
    userdataFromIdToken: traits.userdata_from_id_token ?? false,
    userdataParams: traits.userdata_params ?? {},
    tokenInUrl: (traits.userdata_token_method ?? from('OAUTH2_USERDATA_REQUEST_TYPE')) === 'url',
    authorizeParams: traits.extra_authorize_params ?? {},
    // Until OAuthenticator 16 the generic one used HTTP Basic.
    basicAuth:
      traits.basic_auth ?? (from('OAUTH2_BASIC_AUTH') ?? String(isGeneric && old)).toLowerCase() === 'true',
    pkce: traits.enable_pkce ?? true,
    options: readOptions(traits, provider, from),
  };
  const scope = traits.scope ?? null;
  const addsOpenid = wantsOpenid(service) && !(scope ?? DEFAULT_OPENID[provider] ?? []).includes('openid');
  return {
    service: { ...service, scope: addsOpenid ? ['openid', ...(scope ?? [])] : scope },
    secrets: {
      loginClientSecret:
        (traits.client_secret ?? from(`${prefix}_CLIENT_SECRET`, 'OAUTH_CLIENT_SECRET')) || null,
      loginTokenParams: traits.token_params ?? null,
    },
    traits,
    allowedMemberships: allowedMembershipsOf(traits),
    adminMemberships: [
      ...named('group', traits.admin_groups),
      ...named('globus-group', traits.admin_globus_groups),
    ],
    logoutUrl: traits.logout_redirect_url || from('OAUTH_LOGOUT_REDIRECT_URL') || null,
    addsOpenid,
  };
}

/** Whose own scopes have it. */
const DEFAULT_OPENID: { readonly [provider in LoginProvider]?: readonly string[] } = {
  auth0: ['openid'],
  azuread: ['openid'],
  cilogon: ['openid'],
  globus: ['openid'],
  google: ['openid'],
};

/** Without that scope, Keycloak since 19 and others refuse to say who somebody is. */
function wantsOpenid(service: Omit<LoginServiceConfig, 'scope'>): boolean {
  if (service.provider !== 'generic') return DEFAULT_OPENID[service.provider] !== undefined;
  const { issuer, authorizeUrl, userdataUrl, userdataFromIdToken } = service;
  return (
    issuer !== null ||
    userdataFromIdToken ||
    /openid-connect|oidc|\/oauth2\/(?:[^/]+\/)?v1\//i.test(authorizeUrl ?? '') ||
    /\/userinfo$/i.test(userdataUrl ?? '')
  );
}

/** The path within what the service says: OAuthenticator's begins with where it kept that. */
function groupsClaimOf(traits: ServiceTraits, provider: LoginProvider): string | null {
  const own = provider === 'azuread' ? traits.user_groups_claim || 'groups' : null;
  const key = traits.claim_groups_key || traits.auth_state_groups_key;
  return key ? key.replace(/^(?:\w+_user|user)\./, '') : own;
}

function allowedMembershipsOf(traits: ServiceTraits): readonly string[] {
  const idps = Object.entries(traits.allowed_idps ?? {});
  return [
    ...named('group', traits.allowed_groups),
    ...named('organization', traits.allowed_organizations),
    ...named('gitlab-group', traits.allowed_gitlab_groups),
    ...named('project', traits.allowed_project_ids),
    ...named('team', traits.allowed_teams),
    ...named('globus-group', traits.allowed_globus_groups),
    ...idps.flatMap(([id, { allow_all, allowed_domains = [] }]) => [
      ...(allow_all ? [`idp:${id}`] : []),
      ...allowed_domains.map((domain) => `idp:${id} ${domain.toLowerCase()}`),
    ]),
  ];
}

function named(kind: string, names: readonly string[] | undefined): readonly string[] {
  return (names ?? []).map((name) => `${kind}:${name}`);
}

function readOptions(
  traits: ServiceTraits,
  provider: LoginProvider,
  from: (...names: readonly string[]) => string | undefined,
): LoginProviderOptions {
  const addresses: { readonly [provider in LoginProvider]?: readonly (string | undefined)[] } = {
    github: [traits.github_url || from('GITHUB_URL'), traits.github_api],
    gitlab: [traits.gitlab_url || from('GITLAB_URL'), traits.gitlab_api],
    google: [undefined, traits.google_api_url || from('GOOGLE_API_URL')],
    auth0: [auth0Domain(traits, from)],
    cilogon: [traits.cilogon_host || from('CILOGON_HOST')],
    openshift: [
      traits.openshift_auth_api_url || traits.openshift_url || from('OPENSHIFT_URL'),
      traits.openshift_rest_api_url || from('OPENSHIFT_REST_API_URL') || traits.openshift_url,
    ],
  };
  const [url, apiUrl] = addresses[provider] ?? [];
  const domains = traits.hosted_domain ?? from('HOSTED_DOMAIN')?.split(';').filter(Boolean) ?? [];
  return {
    url: addressOf(url),
    apiUrl: addressOf(apiUrl),
    tenant: traits.tenant_id || from('AAD_TENANT_ID') || null,
    hostedDomains: domains.map((domain) => domain.toLowerCase()),
    identityProvider: traits.identity_provider || from('IDENTITY_PROVIDER') || null,
    identityProviders: Object.fromEntries(
      Object.entries(traits.allowed_idps ?? {}).map(([id, { username_derivation: rule = {} }]) => [
        id,
        {
          usernameClaim: rule.username_claim ?? 'eppn',
          action: rule.action === undefined ? 'none' : rule.action === 'prefix' ? 'prefix' : 'strip',
          text: (rule.action === 'prefix' ? rule.prefix : rule.domain) ?? '',
        },
      ]),
    ),
    skin: traits.skin || null,
    allowUnverifiedEmail: traits.allow_unverified_email ?? false,
  };
}

function auth0Domain(
  traits: ServiceTraits,
  from: (...names: readonly string[]) => string | undefined,
): string | undefined {
  const subdomain = traits.auth0_subdomain || from('AUTH0_SUBDOMAIN');
  return traits.auth0_domain || from('AUTH0_DOMAIN') || (subdomain ? `${subdomain}.auth0.com` : undefined);
}

/** With a scheme and without a slash at its end. */
function addressOf(host: string | undefined): string | null {
  if (!host) return null;
  return (/^https?:\/\//.test(host) ? host : `https://${host}`).replace(/\/+$/, '');
}
