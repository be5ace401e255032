/** What does the same as a piece of Python that cannot run here; the first that fits counts. */
export const HINTS: readonly { readonly pattern: RegExp; readonly help: string }[] = [
  {
    pattern: /\.pre_spawn_hook/,
    help: 'Give servers their environment with `singleuser.extraEnv`, and commands with `singleuser.lifecycleHooks.postStart`.',
  },
  { pattern: /\.modify_pod_hook/, help: 'Say what it changes with `singleuser.extraPodConfig`.' },
  {
    pattern: /\.(profile_list|options_form|options_from_form|apply_user_options)/,
    help: 'Say the choices with `singleuser.profileList`.',
  },
  { pattern: /\.(environment|env_keep)\b/, help: 'Set environment with `singleuser.extraEnv`.' },
  {
    pattern: /\.(volumes|volume_mounts)\b/,
    help: 'Use `singleuser.storage.extraVolumes` and `extraVolumeMounts`.',
  },
  { pattern: /\.services\b/, help: 'Say services with `hub.services`.' },
  { pattern: /\.load_(roles|groups)\b/, help: 'Write roles out in `hub.loadRoles`.' },
  {
    pattern: /\.(template_paths|template_vars|logo_file)\b/,
    help: 'Use `course.name`, `course.welcome` and `course.contact`.',
  },
  {
    pattern: /\.(admin_users|allowed_users|whitelist)\b/,
    help: 'Write the names out in `hub.config.Authenticator`.',
  },
  {
    pattern: /\b(get_config|get_secret_value|z2jh|os\.environ|getenv)\b/,
    help: 'Put the value itself into the key that this sets.',
  },
  {
    pattern: /class\s+\w+\(.*(Authenticator|Spawner)|\.(authenticator_class|spawner_class)\b/,
    help: 'This is not possible: ways to log in and to start servers are part of Polder.',
  },
  {
    pattern: /_hook\b|extra_handlers|^(async\s+)?def\s/,
    help: 'This is not possible: no code of others runs in the hub.',
  },
];
