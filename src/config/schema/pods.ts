/** Sub-trees that the chart repeats for each of its pods. */
import { z } from 'zod';
import { cluster, replaced, section } from './fate.ts';
import { json, jsonList, jsonMap, labels, numberOrText } from './passthrough.ts';
import { count, flag, text, word } from './scalars.ts';

const pullKeys = { pullPolicy: word('', 'Always', 'IfNotPresent', 'Never'), pullSecrets: jsonList };

/** A container image; `singleuser.image` alone is one of the course. */
export const imageKeys = { name: text, tag: text, ...pullKeys };

export const image = section(imageKeys);

/** An image of software that is not part of Polder. */
export const replacedImage = (software: string) => replaced(software, image);

export const resources = section({ limits: jsonMap, requests: jsonMap, claims: jsonList });

export const networkPolicy = section({
  enabled: flag,
  ingress: jsonList,
  egress: jsonList,
  egressAllowRules: section({
    cloudMetadataServer: flag,
    dnsPortsCloudMetadataServer: flag,
    dnsPortsKubeSystemNamespace: flag,
    dnsPortsPrivateIPs: flag,
    nonPrivateIPs: flag,
    privateIPs: flag,
  }),
  interNamespaceAccessLabels: word('accept', 'ignore'),
  allowedIngressPorts: z.array(numberOrText),
});

export const disruptionBudget = section({
  enabled: flag,
  maxUnavailable: numberOrText,
  minAvailable: numberOrText,
});

export const serviceAccount = section({ create: flag, name: text, annotations: labels });

export const probe = section({
  enabled: flag,
  initialDelaySeconds: count,
  periodSeconds: count,
  failureThreshold: count,
  timeoutSeconds: count,
  successThreshold: count,
});

export const deploymentStrategy = section({ type: word('Recreate', 'RollingUpdate'), rollingUpdate: json });

const serviceType = word('ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName');

const serviceKeys = {
  type: serviceType,
  annotations: labels,
  extraPorts: jsonList,
  loadBalancerIP: text,
  ipFamilyPolicy: word('SingleStack', 'PreferDualStack', 'RequireDualStack'),
  ipFamilies: z.array(word('IPv4', 'IPv6')),
};

export const hubService = section({
  ...serviceKeys,
  ports: section({ appProtocol: text, nodePort: count }),
});

export const proxyService = section({
  ...serviceKeys,
  labels,
  nodePorts: section({ http: count, https: count }),
  disableHttpPort: flag,
  externalIPs: z.array(text),
  loadBalancerSourceRanges: z.array(text),
});

/** What every pod of ours has: hub and proxy. */
export const podKeys = {
  revisionHistoryLimit: cluster(count),
  networkPolicy: cluster(networkPolicy),
  pdb: cluster(disruptionBudget),
  nodeSelector: cluster(labels),
  tolerations: cluster(jsonList),
  labels: cluster(labels),
  annotations: cluster(labels),
  resources: cluster(resources),
  podSecurityContext: cluster(jsonMap),
  containerSecurityContext: cluster(jsonMap),
  livenessProbe: cluster(probe),
  readinessProbe: cluster(probe),
  serviceAccount: cluster(serviceAccount),
  extraPodSpec: cluster(jsonMap),
};
