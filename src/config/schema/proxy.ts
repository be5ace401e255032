import { cluster, replaced, secret, section } from './fate.ts';
import { clusterSection } from './pods.ts';
import { flag, names, text } from './scalars.ts';

/** `proxy.*`: how the course is reached. */
export const proxySchema = section({
  secretToken: secret(text),
  https: section({
    enabled: flag,
    type: text,
    hosts: names,
    letsencrypt: section({ contactEmail: text, acmeServer: text }),
    manual: section({ key: secret(text), cert: secret(text) }),
    secret: section({ name: text, key: text, crt: text }),
  }),
  service: clusterSection(
    'type',
    'labels',
    'annotations',
    'nodePorts',
    'disableHttpPort',
    'extraPorts',
    'externalIPs',
    'loadBalancerIP',
    'loadBalancerSourceRanges',
    'ipFamilyPolicy',
    'ipFamilies',
  ),
  chp: replaced('configurable-http-proxy'),
  traefik: replaced('Traefik'),
  nginx: replaced('an nginx ingress'),
  lego: replaced('kube-lego'),
  secretSync: replaced('a container that copies certificates'),
  labels: cluster(),
  annotations: cluster(),
  deploymentStrategy: cluster(),
});
