import type { z } from 'zod';
import { cluster, later, laterAs, replaced, secret, section, unneeded } from './fate.ts';
import { traefikSchema } from './kubernetes.ts';
import { jsonMap, labels } from './passthrough.ts';
import { deploymentStrategy, image, podKeys, proxyService, replacedImage, resources } from './pods.ts';
import { environment, flag, names, text, word } from './scalars.ts';

const CHP = 'configurable-http-proxy';

/** `proxy.*`: how the course is reached. `chp` is about the proxy's pod, whichever proxy runs in it. */
export const proxySchema = section({
  secretToken: secret(text),
  https: section({
    enabled: flag,
    type: word('', 'letsencrypt', 'manual', 'offload', 'secret'),
    hosts: names,
    letsencrypt: section({ contactEmail: text, acmeServer: text }),
    manual: section({ key: secret(text), cert: secret(text) }),
    secret: section({ name: text, key: text, crt: text }),
  }),
  service: cluster(proxyService),
  chp: section({
    ...podKeys,
    command: replaced(CHP, names),
    extraCommandLineFlags: later('environment variables and `polder proxy` have the options', names),
    extraEnv: secret(laterAs(environment)),
    image: replacedImage(CHP),
    defaultTarget: unneeded('the hub answers what has no route', text),
    errorTarget: unneeded('the hub answers what has no route', text),
  }),
  traefik: traefikSchema,
  nginx: replaced('an nginx ingress', section({ image, proxyBodySize: text, resources })),
  lego: replaced('kube-lego', section({ image, resources })),
  secretSync: replaced(
    'a container that copies certificates',
    section({ containerSecurityContext: jsonMap, image, resources }),
  ),
  labels: cluster(labels),
  annotations: cluster(labels),
  deploymentStrategy: cluster(deploymentStrategy),
});

export type ProxyValues = z.infer<typeof proxySchema>;
