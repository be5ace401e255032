import { z } from 'zod';
import { later, refused, secret, section, unneeded } from './fate.ts';
import { kubeSpawnerSchema } from './kube-spawner.ts';
import { oauthSections } from './oauth.ts';
import { customScopesSchema, groupsSchema, roleSchema } from './rights.ts';
import { count, flag, names, networks, text } from './scalars.ts';
import { serviceSchema } from './services.ts';

/** Traits that are known and mean nothing yet. */
const laterTraits = (...traits: readonly string[]) =>
  Object.fromEntries(traits.map((trait) => [trait, later()]));

const OWN_PROXY = 'the proxy is part of Polder';
const METRICS = 'measurements are read at `/hub/metrics`, and sent nowhere';
const AT_THE_START = 'it is about how JupyterHub itself is started';

/**
 * `hub.config.<Class>.<trait>`: JupyterHub's own settings. Those that also have a key of the chart are moved to it first
 * (`legacy/traits.ts`) and are not here.
 */
export const hubConfigSchema = section({
  JupyterHub: section({
    authenticator_class: text,
    cookie_max_age_days: z.number().positive(),
    spawn_throttle_retry_range: z
      .array(count)
      .length(2, 'This is two numbers: the shortest and the longest time.'),
    admin_access: flag,
    trusted_downstream_ips: networks,
    spawner_class: refused('there is one spawner, which starts processes', 'Leave it out.'),
    load_groups: groupsSchema,
    load_roles: z.array(roleSchema),
    custom_scopes: customScopesSchema,
    services: secret(z.array(serviceSchema)),
    api_tokens: secret(later()),
    service_tokens: secret(z.record(z.string(), text)),
    db_url: secret(unneeded('`hub.db` says where the database is')),
    db_kwargs: unneeded('`hub.db` says where the database is'),
    upgrade_db: unneeded('the hub upgrades its database itself'),
    tornado_settings: unneeded('it sets up a web server that is not part of Polder'),
    proxy_class: unneeded(OWN_PROXY),
    proxy_cmd: unneeded(OWN_PROXY),
    proxy_api_ip: unneeded(OWN_PROXY),
    proxy_api_port: unneeded(OWN_PROXY),
    proxy_check_interval: unneeded(OWN_PROXY),
    statsd_host: unneeded(METRICS),
    statsd_port: unneeded(METRICS),
    statsd_prefix: unneeded(METRICS),
    debug_proxy: later('`debug.enabled`'),
    pid_file: unneeded(AT_THE_START),
    config_file: unneeded(AT_THE_START),
    generate_config: unneeded(AT_THE_START),
    generate_certs: unneeded(AT_THE_START),
    answer_yes: unneeded(AT_THE_START),
    confirm_no_ssl: unneeded(AT_THE_START),
    data_files_path: unneeded(AT_THE_START),
    cleanup_servers: later(),
    cleanup_proxy: unneeded('hub and proxy are started and stopped together'),
    last_activity_interval: unneeded('activity is reported as it happens'),
    activity_resolution: unneeded('activity is reported as it happens'),
    subdomain_host: refused(
      'a domain for each user is not supported yet, and without it users are less apart than the file says',
      'Leave it out to run the course on one domain.',
    ),
    ...laterTraits(
      'extra_user_scopes',
      'oauth_token_expires_in',
      'oauth_require_pkce',
      'token_expires_in_max_seconds',
      'active_user_window',
      'trusted_alt_names',
      'ip',
      'port',
      'bind_url',
      'public_url',
      'hub_bind_url',
      'hub_connect_url',
      'hub_ip',
      'hub_port',
      'hub_connect_ip',
      'hub_routespec',
      'logo_file',
      'ssl_key',
      'ssl_cert',
      'internal_ssl',
      'forwarded_host_header',
      'api_page_default_limit',
      'api_page_max_limit',
      'implicit_spawn_seconds',
      'allow_existing_invalid_named_servers',
      'default_server_name',
      'init_spawners_timeout',
      'service_check_interval',
      'cookie_host_prefix_enabled',
      'cookie_secret_file',
      'log_level',
      'default_url',
      'user_redirect_hook',
      'use_legacy_stopped_server_status_code',
      'extra_handlers',
      'trust_user_provided_tokens',
      'subdomain_hook',
      'jinja_environment_options',
      'internal_certs_location',
      'recreate_internal_certs',
      'external_ssl_authorities',
      'hub_connect_port',
      'hub_socket_mode',
      'reset_db',
      'debug_db',
      'extra_log_file',
      'extra_log_handlers',
    ),
  }),
  Authenticator: section({
    admin_users: names,
    allowed_users: names,
    allow_all: flag,
    blocked_users: names,
    username_pattern: text,
    username_map: z.record(z.string(), text),
    allow_existing_users: flag,
    auto_login: flag,
    manage_groups: flag,
    ...laterTraits(
      'enable_auth_state',
      'auth_refresh_age',
      'auth_refresh_strict',
      'reconcile_auth_state_hook',
      'refresh_pre_spawn',
      'refresh_pre_stop',
      'any_allow_config',
      'otp_prompt',
      'request_otp',
      'delete_invalid_users',
      'post_auth_hook',
      'manage_roles',
      'reset_managed_roles_on_startup',
      'auto_login_oauth2_authorize',
    ),
  }),
  DummyAuthenticator: section({ password: secret(text) }),
  SharedPasswordAuthenticator: section({
    user_password: secret(text),
    admin_password: secret(text),
    password_groups: secret(later()),
  }),
  ...oauthSections,
  Spawner: section(
    laterTraits(
      'args',
      'notebook_dir',
      'http_timeout',
      'poll_interval',
      'debug',
      'env_keep',
      'options_form',
      'options_from_form',
      'apply_user_options',
      'group_overrides',
      'disable_user_config',
      'server_token_scopes',
      'oauth_client_allowed_scopes',
      'oauth_roles',
      'pre_spawn_hook',
      'post_stop_hook',
      'auth_state_hook',
      'progress_ready_hook',
      'ip',
      'port',
      'poll_jitter',
      'hub_connect_url',
      'ssl_alt_names',
      'ssl_alt_names_include_local',
    ),
  ),
  KubeSpawner: kubeSpawnerSchema,
  ConfigurableHTTPProxy: section({
    api_url: unneeded('hub and proxy find each other'),
    command: unneeded('the proxy is part of Polder'),
    should_start: unneeded('hub and proxy are started together'),
    debug: later('debug.enabled'),
    log_level: later('debug.enabled'),
    concurrency: unneeded('the hub sends routes as a stream'),
    check_running_interval: unneeded('the hub sends routes as a stream'),
    pid_file: unneeded('the process ids stand in the data folder'),
    command_umask: unneeded(OWN_PROXY),
  }),
  Proxy: section({ should_start: unneeded('hub and proxy are started together'), extra_routes: later() }),
  LocalProcessSpawner: section(
    laterTraits('interrupt_timeout', 'term_timeout', 'kill_timeout', 'popen_kwargs', 'shell_cmd'),
  ),
  SimpleLocalProcessSpawner: section(laterTraits('home_dir_template')),
  JupyterHubHTTPClient: section(laterTraits('session_options', 'connector_options')),
  CryptKeeper: section({ keys: secret(later()), n_threads: later() }),
});

/** How long a cookie may be valid where the file does not say, in days: JupyterHub's own. */
export const DEFAULT_SESSION_DAYS = 14;

/** When programs that find the course full may come back, in seconds: JupyterHub's own. */
export const DEFAULT_RETRY_RANGE = [30, 60] as const;
