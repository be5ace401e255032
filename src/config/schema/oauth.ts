/** `hub.config.OAuthenticator` and its children: logging in at another place. */
import { z } from 'zod';
import { fateOf, later, refused, secret, section, unneeded } from './fate.ts';
import { json, jsonMap, labels } from './passthrough.ts';
import { flag, names, text } from './scalars.ts';

/** A Python set or list, which older versions also took as one text. */
export const textOrNames = z.union([text.transform((one) => (one === '' ? [] : [one])), names]);

const traits = {
  login_service: text,
  client_id: secret(text),
  client_secret: secret(text),
  oauth_callback_url: text,
  authorize_url: text,
  token_url: text,
  userdata_url: text,
  userdata_from_id_token: flag,
  userdata_params: labels,
  userdata_token_method: z.enum(['header', 'url']),
  token_params: secret(labels),
  extra_authorize_params: labels,
  username_claim: text,
  scope: names,
  allowed_scopes: later(null, names),
  allowed_groups: names,
  admin_groups: names,
  auth_state_groups_key: text,
  allow_existing_users: flag,
  basic_auth: flag,
  enable_pkce: flag,
  validate_server_cert: flag,
  http_request_kwargs: later(null, jsonMap),
  logout_redirect_url: text,
  custom_403_message: text,
  auto_login: flag,
  enable_auth_state: flag,
  auth_refresh_age: z.number().min(0),
  manage_groups: flag,
  // Python's: a values file cannot hold one.
  modify_auth_state_hook: later(null, json),
  refresh_user_hook: later(null, json),
};

const askingGoogle = refused(
  'groups of Google Workspace cannot be asked for, so that others would be let in, or nobody',
  'Name those who are let in with `allowed_users`, or their domain with `hosted_domain`.',
);

/** How CILogon's institutions name their people. */
const identityProvider = section({
  username_derivation: section({
    username_claim: text,
    action: z.enum(['strip_idp_domain', 'prefix']),
    domain: text,
    prefix: text,
  }),
  allow_all: flag,
  allowed_domains: names,
});

export const oauthSections = {
  OAuthenticator: section(traits),
  GenericOAuthenticator: section({
    ...traits,
    // Polder's own: where it is said, nothing else needs to be.
    issuer: text,
    claim_groups_key: text,
    userdata_method: unneeded('who logs in is always asked for with GET', text),
  }),
  Auth0OAuthenticator: section({
    ...traits,
    auth0_domain: text,
    auth0_subdomain: text,
    allow_unverified_email: flag,
  }),
  AzureAdOAuthenticator: section({
    ...traits,
    tenant_id: text,
    user_groups_claim: text,
    graph_url: later(null, text),
  }),
  BitbucketOAuthenticator: section({ ...traits, allowed_teams: names }),
  CILogonOAuthenticator: section({
    ...traits,
    cilogon_host: text,
    allowed_idps: z.record(z.string(), identityProvider),
    skin: text,
    shown_idps: later(null, names),
    idps: later(null, json),
    idp: later('`allowed_idps`', text),
    strip_idp_domain: later('`allowed_idps`', flag),
    additional_username_claims: later(null, names),
  }),
  GitHubOAuthenticator: section({
    ...traits,
    github_url: text,
    github_api: text,
    allowed_organizations: names,
    populate_teams_in_auth_state: later(null, flag),
  }),
  GitLabOAuthenticator: section({
    ...traits,
    gitlab_url: text,
    gitlab_api: text,
    gitlab_api_version: later(null, json),
    allowed_gitlab_groups: names,
    allowed_project_ids: z.array(z.union([z.number(), text]).transform(String)),
  }),
  GlobusOAuthenticator: section({
    ...traits,
    identity_provider: text,
    allowed_globus_groups: names,
    admin_globus_groups: names,
    globus_groups_url: later(null, text),
    revocation_url: later(null, text),
    username_from_email: later(null, flag),
    exclude_tokens: later(null, names),
    globus_local_endpoint: later(null, text),
    revoke_tokens_on_logout: later(null, flag),
    allow_refresh_tokens: later(null, flag),
  }),
  GoogleOAuthenticator: section({
    ...traits,
    hosted_domain: textOrNames,
    google_api_url: text,
    user_info_url: later('`userdata_url`', text),
    strip_domain: later(null, flag),
    include_nested_groups: later(null, flag),
    google_service_account_keys: secret(later(null, json)),
    gsuite_administrator: later(null, json),
    allowed_google_groups: askingGoogle,
    admin_google_groups: askingGoogle,
  }),
  OpenShiftOAuthenticator: section({
    ...traits,
    openshift_url: text,
    openshift_auth_api_url: text,
    openshift_rest_api_url: text,
    ca_certs: later('the environment variable NODE_EXTRA_CA_CERTS', text),
    validate_cert: flag,
  }),
};

type Shape = Readonly<Record<string, z.ZodType>>;
const allTraits: Shape = Object.assign({}, ...Object.values(oauthSections).map((one) => one.shape));

/** Another place to log in at, beside the chosen one: the class, and its traits as far as they are used. */
export const otherLoginSchema = z
  .strictObject({
    class: text,
    prefix: text,
    allow_all: flag,
    allowed_users: names,
    admin_users: names,
    ...(Object.fromEntries(
      Object.entries(allTraits).filter(([, trait]) => fateOf(trait) === undefined),
    ) as typeof traits),
  })
  .partial();
