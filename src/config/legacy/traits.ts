import type { Rule } from './rule.ts';

/**
 * Traits of JupyterHub's classes that a key of the chart sets as well. In `hub.config` they win over the chart's key, as
 * the chart applies them last; the more special class wins over the general one, so it stands later.
 */
export const TRAIT_RULES: readonly Rule[] = [
  ...moves('hub.config.JupyterHub', 'hub', {
    base_url: 'baseUrl',
    cookie_secret: 'cookieSecret',
    concurrent_spawn_limit: 'concurrentSpawnLimit',
    active_server_limit: 'activeServerLimit',
    allow_named_servers: 'allowNamedServers',
    named_server_limit_per_user: 'namedServerLimitPerUser',
    shutdown_on_logout: 'shutdownOnLogout',
    redirect_to_server: 'redirectToServer',
  }),
  { from: 'hub.config.JupyterHub.admin_users', to: 'hub.config.Authenticator.admin_users' },
  { from: 'hub.config.JupyterHub.proxy_auth_token', to: 'proxy.secretToken' },
  { from: 'hub.config.ConfigurableHTTPProxy.auth_token', to: 'proxy.secretToken' },
  { from: 'hub.config.Authenticator.whitelist', to: 'hub.config.Authenticator.allowed_users' },
  ...['DummyAuthenticator', 'SharedPasswordAuthenticator'].flatMap((section) =>
    moves(`hub.config.${section}`, 'hub.config.Authenticator', {
      admin_users: 'admin_users',
      allowed_users: 'allowed_users',
      allow_all: 'allow_all',
      blocked_users: 'blocked_users',
      username_pattern: 'username_pattern',
    }),
  ),
  ...['Spawner', 'KubeSpawner'].flatMap((section) =>
    moves(`hub.config.${section}`, 'singleuser', {
      mem_limit: 'memory.limit',
      mem_guarantee: 'memory.guarantee',
      cpu_limit: 'cpu.limit',
      cpu_guarantee: 'cpu.guarantee',
      environment: 'extraEnv',
      cmd: 'cmd',
      default_url: 'defaultUrl',
      start_timeout: 'startTimeout',
      lifecycle_hooks: 'lifecycleHooks',
    }),
  ),
];

function moves(from: string, to: string, keys: Readonly<Record<string, string>>): readonly Rule[] {
  return Object.entries(keys).map(([trait, key]) => ({ from: `${from}.${trait}`, to: `${to}.${key}` }));
}
