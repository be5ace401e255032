import { z } from 'zod';
import { cluster, later, section } from './fate.ts';
import { json, jsonItems, jsonList, jsonMap, labels } from './passthrough.ts';
import { count, flag, names, text } from './scalars.ts';

/** `hub.config.KubeSpawner`: the traits that no key of the chart sets; the others are moved to theirs first. */
export const kubeSpawnerSchema = section({
  ...clusterTraits(flag, [
    'k8s_api_verify_ssl',
    'enable_user_namespaces',
    'services_enabled',
    'automount_service_account_token',
    'storage_pvc_ensure',
    'delete_pvc',
    'remember_pvc_name',
    'privileged',
    'delete_stopped_pods',
    'handle_legacy_names',
  ]),
  ...clusterTraits(text, [
    'k8s_api_ssl_ca_cert',
    'k8s_api_host',
    'user_namespace_template',
    'namespace',
    'working_dir',
    'dns_name_template',
    'pod_connect_ip',
    'component_label',
    'secret_name_template',
    'secret_mount_path',
    'hub_connect_ip',
    'image',
    'scheduler_name',
    'priority_class_name',
    'slow_spawn_message',
    'notebook_dir',
    'ip',
  ]),
  ...clusterTraits(count, [
    'k8s_api_threadpool_workers',
    'k8s_api_request_timeout',
    'k8s_api_request_retry_timeout',
    'hub_connect_port',
    'gid',
    'delete_grace_period',
    'slow_spawn_message_threshold',
    'slow_spawn_message_frequency',
    'http_timeout',
    'port',
  ]),
  ...clusterTraits(labels, [
    'user_namespace_labels',
    'user_namespace_annotations',
    'common_labels',
    'storage_extra_annotations',
  ]),
  ...clusterTraits(jsonMap, [
    'storage_selector',
    'container_security_context',
    'pod_security_context',
    'extra_container_config',
  ]),
  ...clusterTraits(jsonItems, [
    'volumes',
    'volume_mounts',
    'tolerations',
    'node_affinity_preferred',
    'node_affinity_required',
    'pod_affinity_preferred',
    'pod_affinity_required',
    'pod_anti_affinity_preferred',
    'pod_anti_affinity_required',
  ]),
  supplemental_gids: cluster(z.array(count)),
  args: cluster(names),
  debug: cluster(flag),
  poll_interval: cluster(count),
  group_overrides: later(null, jsonMap),
  additional_profile_form_template_paths: later(null, jsonList),
  profile_form_template: later(null, text),
  // Python's: a values file cannot hold one.
  modify_pod_hook: later(null, json),
  after_pod_created_hook: later(null, json),
  get_pod_url: later(null, json),
});

function clusterTraits<const K extends string, S extends z.ZodType>(
  schema: S,
  traits: readonly K[],
): Record<K, S> {
  return Object.fromEntries(traits.map((trait) => [trait, cluster(schema)])) as Record<K, S>;
}
