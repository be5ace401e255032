/**
 * The classes that `hub.config` sets up, each with its own traits in all its versions: as the packages jupyterhub 0.9 to 6,
 * kubespawner 0.10 to 7, oauthenticator 0.8 to 17 and their smaller neighbours publish them. By these it is known which
 * name is misspelled, and which one only means nothing here.
 */
interface TraitClass {
  readonly parent: string | null;
  /** Joined with blanks. */
  readonly traits: string;
}

const CLASSES: { readonly [name: string]: TraitClass | undefined } = {
  Authenticator: {
    parent: null,
    traits: `enable_auth_state reconcile_auth_state_hook auth_refresh_age auth_refresh_strict refresh_pre_spawn
      refresh_pre_stop admin_users any_allow_config whitelist allowed_users allow_all allow_existing_users blocked_users
      blacklist otp_prompt request_otp username_pattern username_map delete_invalid_users post_auth_hook manage_groups
      manage_roles reset_managed_roles_on_startup auto_login auto_login_oauth2_authorize`,
  },
  DummyAuthenticator: { parent: 'Authenticator', traits: 'password' },
  SharedPasswordAuthenticator: {
    parent: 'Authenticator',
    traits: 'user_password admin_password password_groups',
  },
  NullAuthenticator: { parent: 'Authenticator', traits: '' },
  LocalAuthenticator: {
    parent: 'Authenticator',
    traits: 'create_system_users add_user_cmd uids group_whitelist allowed_groups',
  },
  PAMAuthenticator: {
    parent: 'LocalAuthenticator',
    traits:
      'executor_threads encoding service open_sessions check_account admin_groups pam_normalize_username',
  },
  FirstUseAuthenticator: {
    parent: 'Authenticator',
    traits: 'dbm_path create_users min_password_length check_passwords_on_startup',
  },
  HMACAuthenticator: { parent: 'Authenticator', traits: 'secret_key' },
  LDAPAuthenticator: {
    parent: 'Authenticator',
    traits: `server_address server_port use_ssl tls_strategy tls_kwargs bind_dn_template allowed_groups
      group_search_filter group_attributes valid_username_regex lookup_dn user_search_base user_attribute
      lookup_dn_search_filter lookup_dn_search_user lookup_dn_search_password lookup_dn_user_dn_attribute escape_userdn
      search_filter attributes auth_state_attributes use_lookup_dn_username`,
  },
  LTIAuthenticator: { parent: 'Authenticator', traits: 'consumers' },
  LTI11Authenticator: {
    parent: 'Authenticator',
    traits: 'config_description config_icon config_title consumers username_key uri_scheme',
  },
  LTI13Authenticator: {
    parent: 'Authenticator',
    traits: `authorize_url client_id jwks_algorithms issuer jwks_endpoint username_key uri_scheme tool_name
      tool_description`,
  },
  NativeAuthenticator: {
    parent: 'Authenticator',
    traits: `recaptcha_key recaptcha_secret tos self_approval_server secret_key allow_self_approval_for
      self_approval_email check_common_password minimum_password_length allowed_failed_logins seconds_before_next_try
      enable_signup open_signup ask_email_on_signup import_from_firstuse firstuse_db_path
      delete_firstuse_db_after_import allow_2fa`,
  },
  TmpAuthenticator: { parent: 'Authenticator', traits: 'login_service force_new_server' },
  OAuthenticator: {
    parent: 'Authenticator',
    traits: `login_service allowed_groups admin_groups auth_state_groups_key modify_auth_state_hook authorize_url
      token_url userdata_from_id_token userdata_url username_claim refresh_user_hook logout_redirect_url userdata_params
      userdata_token_method token_params custom_403_message scope allowed_scopes extra_authorize_params
      oauth_callback_url basic_auth enable_pkce client_id client_secret validate_server_cert http_request_kwargs`,
  },
  GenericOAuthenticator: {
    parent: 'OAuthenticator',
    traits: 'claim_groups_key username_key extra_params tls_verify userdata_method',
  },
  GitHubOAuthenticator: {
    parent: 'OAuthenticator',
    traits: `github_url github_api allowed_organizations populate_teams_in_auth_state github_client_id
      github_client_secret github_organization_whitelist`,
  },
  GitLabOAuthenticator: {
    parent: 'OAuthenticator',
    traits: `gitlab_url gitlab_api_version gitlab_api allowed_gitlab_groups allowed_project_ids gitlab_group_whitelist
      gitlab_project_id_whitelist`,
  },
  GoogleOAuthenticator: {
    parent: 'OAuthenticator',
    traits: `google_api_url google_service_account_keys gsuite_administrator allowed_google_groups admin_google_groups
      include_nested_groups strip_domain hosted_domain google_group_whitelist user_info_url`,
  },
  AzureAdOAuthenticator: { parent: 'OAuthenticator', traits: 'user_groups_claim tenant_id graph_url' },
  Auth0OAuthenticator: {
    parent: 'OAuthenticator',
    traits: 'auth0_domain auth0_subdomain allow_unverified_email username_key',
  },
  BitbucketOAuthenticator: { parent: 'OAuthenticator', traits: 'allowed_teams team_whitelist' },
  CILogonOAuthenticator: {
    parent: 'OAuthenticator',
    traits: `cilogon_host idps skin idp_whitelist idp strip_idp_domain shown_idps additional_username_claims
      allowed_idps`,
  },
  GlobusOAuthenticator: {
    parent: 'OAuthenticator',
    traits: `revocation_url globus_groups_url identity_provider username_from_email exclude_tokens
      globus_local_endpoint revoke_tokens_on_logout allowed_globus_groups admin_globus_groups allow_refresh_tokens`,
  },
  MWOAuthenticator: { parent: 'OAuthenticator', traits: 'mw_index_url index_url executor_threads' },
  OkpyOAuthenticator: { parent: 'OAuthenticator', traits: '' },
  OpenShiftOAuthenticator: {
    parent: 'OAuthenticator',
    traits: 'openshift_url openshift_auth_api_url openshift_rest_api_url ca_certs validate_cert',
  },
  Spawner: {
    parent: null,
    traits: `group_overrides oauth_roles oauth_client_allowed_scopes server_token_scopes ip port
      consecutive_failure_limit start_timeout http_timeout poll_interval poll_jitter debug options_form options_from_form
      apply_user_options env_keep environment cmd args notebook_dir default_url disable_user_config mem_limit cpu_limit
      mem_guarantee cpu_guarantee progress_ready_hook pre_spawn_hook post_stop_hook auth_state_hook hub_connect_url
      ssl_alt_names ssl_alt_names_include_local`,
  },
  // Its own traits are all in the schema.
  KubeSpawner: { parent: 'Spawner', traits: '' },
  LocalProcessSpawner: { parent: 'Spawner', traits: '' },
  SimpleLocalProcessSpawner: {
    parent: 'LocalProcessSpawner',
    traits: 'interrupt_timeout term_timeout kill_timeout popen_kwargs shell_cmd',
  },
  Proxy: { parent: null, traits: 'should_start extra_routes' },
  ConfigurableHTTPProxy: { parent: 'Proxy', traits: '' },
};

/** Every trait that a class has of its own or inherits; none of a class that we do not know. */
export function traitsOf(name: string): readonly string[] {
  return lineageOf(name).flatMap((one) => CLASSES[one]?.traits.split(/\s+/).filter(Boolean) ?? []);
}

/** Whether what is said of `section` is said of `name` too: it is that class, or comes from it. */
export function isKindOf(name: string, section: string): boolean {
  return lineageOf(name).includes(section);
}

/** The names of all classes that are known. */
export const CLASS_NAMES: readonly string[] = Object.keys(CLASSES);

function lineageOf(name: string): readonly string[] {
  const known = Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined;
  if (known !== undefined) return known.parent === null ? [name] : [name, ...lineageOf(known.parent)];
  // Every way to log in elsewhere has a variant that makes accounts on the machine of the hub.
  const inner = /^Local(?=\w+OAuthenticator$)/.test(name) ? name.slice('Local'.length) : undefined;
  return inner === undefined ? [name] : [name, 'LocalAuthenticator', ...lineageOf(inner)];
}
