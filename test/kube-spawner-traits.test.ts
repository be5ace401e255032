import { expect, test } from 'vitest';
import { TRAIT_RULES } from '../src/config/legacy/traits.ts';
import { checkText } from '../src/config/load.ts';
import { PLAIN_RECIPE, withTraits } from '../src/spawner/kubernetes/pod-recipe.ts';

/** All that KubeSpawner 7 can be told in `hub.config.KubeSpawner`, by what kind of value it takes. */
const TRAITS = {
  true: `k8s_api_verify_ssl events_enabled enable_user_namespaces services_enabled automount_service_account_token
    storage_pvc_ensure delete_pvc remember_pvc_name privileged allow_privilege_escalation handle_legacy_names
    delete_stopped_pods`,
  some: `k8s_api_ssl_ca_cert k8s_api_host user_namespace_template namespace ip working_dir service_account
    dns_name_template pod_name_template pod_connect_ip pvc_name_template component_label secret_name_template
    secret_mount_path hub_connect_ip image storage_class scheduler_name priority_class_name profile_form_template
    slow_spawn_message modify_pod_hook after_pod_created_hook get_pod_url`,
  '7': `k8s_api_threadpool_workers k8s_api_request_timeout k8s_api_request_retry_timeout hub_connect_port uid gid
    fs_gid delete_grace_period slow_spawn_message_threshold slow_spawn_message_frequency`,
  safe: 'slug_scheme',
  Always: 'image_pull_policy',
  '1G': 'storage_capacity',
  '[ReadWriteOnce]': 'storage_access_modes',
  '[some]': 'cmd',
  '[80]': 'supplemental_gids',
  '{ some: value }': `user_namespace_labels user_namespace_annotations common_labels extra_labels extra_annotations
    node_selector container_security_context pod_security_context storage_extra_annotations storage_extra_labels
    storage_selector lifecycle_hooks extra_container_config extra_pod_config extra_resource_guarantees
    extra_resource_limits`,
  '[{ name: some }]': `image_pull_secrets volumes volume_mounts init_containers extra_containers tolerations
    node_affinity_preferred node_affinity_required pod_affinity_preferred pod_affinity_required
    pod_anti_affinity_preferred pod_anti_affinity_required profile_list`,
  '[/some]': 'additional_profile_form_template_paths',
};

const MOVED = new Set(TRAIT_RULES.map(({ from }) => from.replace('hub.config.KubeSpawner.', '')));
const TOLD = ['not-supported-yet', 'not-needed', 'not-possible'];

const cases = Object.entries(TRAITS).flatMap(([value, names]) =>
  names.split(/\s+/).map((trait) => [trait, value] as const),
);

test.each(cases)('%s is followed, or whoever checks the file is told', (trait, value) => {
  const { findings } = checkText(`hub: {config: {KubeSpawner: {${trait}: ${value}}}}`, 'config.yaml');
  const codes = findings.filter(({ path }) => path.endsWith(`.${trait}`)).map(({ code }) => code);
  expect(codes).not.toContain('unknown-key');
  const isFollowed = MOVED.has(trait) || Object.hasOwn(PLAIN_RECIPE, fieldOf(trait));
  expect(codes.some((code) => TOLD.includes(code))).toBe(!isFollowed);
});

test.each(cases.filter(([trait]) => !MOVED.has(trait) && !Object.hasOwn(PLAIN_RECIPE, fieldOf(trait))))(
  '%s stops no start',
  (trait) => {
    expect(withTraits(PLAIN_RECIPE, { [trait]: 'some' }, { merge: false })).toEqual(PLAIN_RECIPE);
  },
);

function fieldOf(trait: string): string {
  return trait.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
