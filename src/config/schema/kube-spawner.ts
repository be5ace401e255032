import { z } from 'zod';
import { cluster, later, section, unneeded } from './fate.ts';
import { json, jsonItems, jsonList, jsonMap, labels } from './passthrough.ts';
import { count, flag, names, text } from './scalars.ts';

const CLUSTER_ACCESS = 'the cluster itself tells the hub where it is and how to know it';
const REQUEST_LIMITS = 'requests to the cluster have limits of their own';

/** `hub.config.KubeSpawner`: the traits that no key of the chart sets; the others are moved to theirs first. */
export const kubeSpawnerSchema = section({
  ...clusterTraits(flag, ['automount_service_account_token', 'storage_pvc_ensure', 'privileged']),
  ...clusterTraits(text, [
    'working_dir',
    'component_label',
    'image',
    'scheduler_name',
    'priority_class_name',
    'notebook_dir',
    'ip',
  ]),
  ...clusterTraits(count, ['gid', 'port']),
  ...clusterTraits(labels, ['common_labels', 'storage_extra_annotations']),
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
  // Every user's pod is in the namespace of the hub, and is reached at its own address.
  enable_user_namespaces: later('one course for each namespace', flag),
  user_namespace_template: later(null, text),
  user_namespace_labels: later(null, labels),
  user_namespace_annotations: later(null, labels),
  namespace: later('install the course in the namespace in which its servers are to run', text),
  services_enabled: later(null, flag),
  pod_connect_ip: later(null, text),
  // Volumes stay until somebody deletes them by hand: `false` is followed.
  delete_pvc: later('delete a volume claim by hand, when nobody needs its files any more', flag),
  delete_grace_period: later('`terminationGracePeriodSeconds` in `singleuser.extraPodConfig`', count),
  slow_spawn_message: later(null, text),
  slow_spawn_message_threshold: later(null, count),
  slow_spawn_message_frequency: later(null, count),
  http_timeout: later('`singleuser.startTimeout`', count),
  remember_pvc_name: unneeded('volumes are found by whose they are, whatever their names', flag),
  handle_legacy_names: unneeded('pods and volumes are found by whose they are, whatever their names', flag),
  delete_stopped_pods: unneeded('the pod of a server that stopped is always deleted', flag),
  poll_interval: unneeded('pods are watched, not asked for', count),
  dns_name_template: unneeded('pods are reached at their addresses', text),
  secret_name_template: unneeded('servers have no certificates of their own', text),
  secret_mount_path: unneeded('servers have no certificates of their own', text),
  hub_connect_ip: unneeded('servers reach the hub at its Service', text),
  hub_connect_port: unneeded('servers reach the hub at its Service', count),
  k8s_api_host: unneeded(CLUSTER_ACCESS, text),
  k8s_api_ssl_ca_cert: unneeded(CLUSTER_ACCESS, text),
  k8s_api_verify_ssl: unneeded(CLUSTER_ACCESS, flag),
  k8s_api_threadpool_workers: unneeded('there are no threads to count', count),
  k8s_api_request_timeout: unneeded(REQUEST_LIMITS, count),
  k8s_api_request_retry_timeout: unneeded(REQUEST_LIMITS, count),
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
