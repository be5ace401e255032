import type { MapTree } from '../tree.ts';
import { chosenSection } from './authenticators.ts';
import { CLASS_NAMES, isKindOf } from './classes.ts';
import type { Rule } from './rule.ts';

/** Ways to log in, general ones before those that come from them. */
const AUTHENTICATOR_CLASSES = CLASS_NAMES.filter(
  (name) => name !== 'Authenticator' && isKindOf(name, 'Authenticator'),
);

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
  // What is said of a way to log in that was not chosen must let nobody in.
  ...AUTHENTICATOR_CLASSES.flatMap((section) =>
    moves(`hub.config.${section}`, 'hub.config.Authenticator', {
      admin_users: 'admin_users',
      allowed_users: 'allowed_users',
      allow_all: 'allow_all',
      blocked_users: 'blocked_users',
      username_pattern: 'username_pattern',
    }).map((rule) => ({ ...rule, when: (file: MapTree) => isKindOf(chosenSection(file), section) })),
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
  { from: 'hub.config.JupyterHub.authenticate_prometheus', to: 'hub.authenticatePrometheus' },
  { from: 'hub.config.JupyterHub.template_vars', to: 'hub.templateVars' },
  { from: 'hub.config.JupyterHub.template_paths', to: 'hub.templatePaths' },
  { from: 'hub.config.Spawner.consecutive_failure_limit', to: 'hub.consecutiveFailureLimit' },
  { from: 'hub.config.KubeSpawner.slug_scheme', to: 'polder.naming' },
  ...moves('hub.config.KubeSpawner', 'singleuser', {
    pod_name_template: 'podNameTemplate',
    pvc_name_template: 'storage.dynamic.pvcNameTemplate',
    volume_name_template: 'storage.dynamic.volumeNameTemplate',
    storage_access_modes: 'storage.dynamic.storageAccessModes',
    storage_class: 'storage.dynamic.storageClass',
    storage_capacity: 'storage.capacity',
    storage_extra_labels: 'storage.extraLabels',
    image_pull_policy: 'image.pullPolicy',
    image_pull_secrets: 'image.pullSecrets',
    node_selector: 'nodeSelector',
    extra_labels: 'extraLabels',
    extra_annotations: 'extraAnnotations',
    init_containers: 'initContainers',
    extra_containers: 'extraContainers',
    extra_pod_config: 'extraPodConfig',
    extra_resource_guarantees: 'extraResource.guarantees',
    extra_resource_limits: 'extraResource.limits',
    events_enabled: 'events',
    service_account: 'serviceAccountName',
    allow_privilege_escalation: 'allowPrivilegeEscalation',
    uid: 'uid',
    fs_gid: 'fsGid',
    profile_list: 'profileList',
  }),
];

/** Traits that were called otherwise once, of classes that log people in. */
export const RENAMED_TRAITS: readonly Rule[] = [
  ...['Authenticator', ...AUTHENTICATOR_CLASSES].flatMap((section) =>
    renames(section, { whitelist: 'allowed_users', blacklist: 'blocked_users' }),
  ),
  ...renames('GenericOAuthenticator', {
    username_key: 'username_claim',
    extra_params: 'token_params',
    tls_verify: 'validate_server_cert',
  }),
  ...renames('Auth0OAuthenticator', { username_key: 'username_claim' }),
  ...renames('BitbucketOAuthenticator', { team_whitelist: 'allowed_teams' }),
  ...renames('CILogonOAuthenticator', { idp_whitelist: 'allowed_idps' }),
  ...renames('GitHubOAuthenticator', {
    github_organization_whitelist: 'allowed_organizations',
    github_client_id: 'client_id',
    github_client_secret: 'client_secret',
  }),
  ...renames('GitLabOAuthenticator', {
    gitlab_group_whitelist: 'allowed_gitlab_groups',
    gitlab_project_id_whitelist: 'allowed_project_ids',
  }),
  ...renames('GoogleOAuthenticator', { google_group_whitelist: 'allowed_google_groups' }),
  ...renames('LocalAuthenticator', { group_whitelist: 'allowed_groups' }),
];

function renames(section: string, keys: Readonly<Record<string, string>>): readonly Rule[] {
  return moves(`hub.config.${section}`, `hub.config.${section}`, keys);
}

function moves(from: string, to: string, keys: Readonly<Record<string, string>>): readonly Rule[] {
  return Object.entries(keys).map(([trait, key]) => ({ from: `${from}.${trait}`, to: `${to}.${key}` }));
}
