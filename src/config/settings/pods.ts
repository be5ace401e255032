import type { z } from 'zod';
import type { JsonMap } from '../json.ts';
import type { NetworkPolicyConfig, PodConfig } from '../kubernetes.ts';
import type { HubValues } from '../schema/hub.ts';
import type { networkPolicy } from '../schema/pods.ts';
import type { ProxyValues } from '../schema/proxy.ts';

type PodValues = Pick<HubValues, keyof HubValues & keyof NonNullable<ProxyValues['chp']>>;

/** What the file says about a pod of ours. */
export function readPod(pod: PodValues = {}): PodConfig {
  const { pdb, serviceAccount } = pod;
  return {
    revisionHistoryLimit: pod.revisionHistoryLimit ?? null,
    networkPolicy: readNetworkPolicy(pod.networkPolicy),
    disruptionBudget: {
      enabled: pdb?.enabled ?? false,
      maxUnavailable: pdb?.maxUnavailable ?? null,
      minAvailable: pdb?.minAvailable ?? null,
    },
    nodeSelector: pod.nodeSelector ?? {},
    tolerations: pod.tolerations ?? [],
    labels: pod.labels ?? {},
    annotations: pod.annotations ?? {},
    resources: asMap(pod.resources),
    podSecurityContext: asMap(pod.podSecurityContext),
    containerSecurityContext: asMap(pod.containerSecurityContext),
    livenessProbe: asMap(pod.livenessProbe),
    readinessProbe: asMap(pod.readinessProbe),
    serviceAccount: {
      create: serviceAccount?.create ?? true,
      name: serviceAccount?.name || null,
      annotations: serviceAccount?.annotations ?? {},
    },
    extraPodSpec: asMap(pod.extraPodSpec),
  };
}

export function readNetworkPolicy(policy: z.infer<typeof networkPolicy> = {}): NetworkPolicyConfig {
  const rules = Object.entries(policy.egressAllowRules ?? {}).filter((rule): rule is [string, boolean] => {
    return rule[1] !== undefined;
  });
  return {
    enabled: policy.enabled ?? true,
    ingress: policy.ingress ?? [],
    egress: policy.egress ?? [],
    egressAllowRules: Object.fromEntries(rules),
    interNamespaceAccessLabels: policy.interNamespaceAccessLabels ?? 'ignore',
    allowedIngressPorts: policy.allowedIngressPorts ?? [],
  };
}

/** Values came from a file and are JSON; what was optional in their schema is simply not there. */
export function asMap(values: object | undefined): JsonMap {
  return { ...(values as JsonMap | undefined) };
}
