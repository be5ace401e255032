import { z } from 'zod';
import { later, refused, secret, section, unneeded } from './fate.ts';
import { kubeSpawnerSchema } from './kube-spawner.ts';
import { flag, names, text } from './scalars.ts';

/** Traits that are known and mean nothing yet. */
const laterTraits = (...traits: readonly string[]) =>
  Object.fromEntries(traits.map((trait) => [trait, later()]));

const blocked = refused(
  'users cannot be kept out by name yet, so that they would get in',
  'Name those who are let in with `allowed_users` instead.',
);

const pattern = refused(
  'names are not held against a pattern yet, so that others would get in',
  'Name those who are let in with `allowed_users` instead.',
);

/**
 * `hub.config.<Class>.<trait>`: JupyterHub's own settings. Those that also have a key of the chart are moved to it first
 * (`legacy/traits.ts`) and are not here.
 */
export const hubConfigSchema = section({
  JupyterHub: section({
    authenticator_class: text,
    cookie_max_age_days: z.number().positive(),
    admin_access: flag,
    spawner_class: refused('there is one spawner, which starts processes', 'Leave it out.'),
    load_groups: later(),
    load_roles: later(),
    services: secret(later()),
    api_tokens: secret(later()),
    service_tokens: secret(later()),
    db_url: secret(unneeded('the hub keeps its own database in the data folder')),
    db_kwargs: unneeded('the hub keeps its own database in the data folder'),
    upgrade_db: unneeded('the hub upgrades its database itself'),
    tornado_settings: unneeded('it sets up a web server that is not part of Polder'),
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
      'custom_scopes',
      'oauth_token_expires_in',
      'token_expires_in_max_seconds',
      'active_user_window',
      'trusted_alt_names',
      'trusted_downstream_ips',
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
    ),
  }),
  Authenticator: section({
    admin_users: names,
    allowed_users: names,
    allow_all: flag,
    blocked_users: blocked,
    username_pattern: pattern,
    ...laterTraits(
      'enable_auth_state',
      'auth_refresh_age',
      'refresh_pre_spawn',
      'refresh_pre_stop',
      'any_allow_config',
      'allow_existing_users',
      'otp_prompt',
      'request_otp',
      'username_map',
      'delete_invalid_users',
      'post_auth_hook',
      'manage_groups',
      'manage_roles',
      'reset_managed_roles_on_startup',
      'auto_login',
      'auto_login_oauth2_authorize',
    ),
  }),
  DummyAuthenticator: section({ password: secret(text) }),
  SharedPasswordAuthenticator: section({
    user_password: secret(text),
    admin_password: secret(text),
    password_groups: secret(later()),
  }),
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
  }),
  CryptKeeper: section({ keys: secret(later()), n_threads: later() }),
});

/** How long a cookie may be valid where the file does not say, in days: JupyterHub's own. */
export const DEFAULT_SESSION_DAYS = 14;
