import type { z } from 'zod';
import { cluster, later, replaced, secret, section } from './fate.ts';
import { clusterSection } from './pods.ts';
import { byteSize, command, cores, environment, names, seconds, text, word } from './scalars.ts';

/** `singleuser.*`: the environment that each user gets. */
export const singleuserSchema = section({
  image: section({ name: text, tag: text, pullPolicy: cluster(), pullSecrets: cluster() }),
  memory: section({ limit: byteSize, guarantee: byteSize }),
  cpu: section({ limit: cores, guarantee: cores }),
  storage: section({
    type: word('none', 'dynamic', 'static'),
    capacity: cluster(text),
    homeMountPath: cluster(text),
    static: cluster(section({ pvcName: text, subPath: text })),
    dynamic: clusterSection(
      'pvcNameTemplate',
      'storageAccessModes',
      'storageClass',
      'subPath',
      'volumeNameTemplate',
    ),
    extraLabels: cluster(),
    extraVolumes: cluster(),
    extraVolumeMounts: cluster(),
  }),
  lifecycleHooks: section({
    postStart: section({
      exec: section({ command: names }),
      httpGet: cluster(),
      tcpSocket: cluster(),
      sleep: cluster(),
    }),
    preStop: later(),
  }),
  extraEnv: secret(environment),
  cmd: command,
  defaultUrl: text,
  startTimeout: seconds,
  profileList: later(),
  extraFiles: secret(later()),
  podNameTemplate: cluster(),
  networkPolicy: cluster(),
  initContainers: cluster(),
  nodeSelector: cluster(),
  extraTolerations: cluster(),
  extraNodeAffinity: clusterSection('required', 'preferred'),
  extraPodAffinity: clusterSection('required', 'preferred'),
  extraPodAntiAffinity: clusterSection('required', 'preferred'),
  cloudMetadata: clusterSection('blockWithIptables', 'ip'),
  events: cluster(),
  extraAnnotations: cluster(),
  extraContainers: cluster(),
  extraLabels: cluster(),
  extraPodConfig: cluster(),
  extraResource: clusterSection('guarantees', 'limits'),
  fsGid: cluster(),
  uid: cluster(),
  networkTools: replaced('a container that blocks addresses'),
  serviceAccountName: cluster(),
  allowPrivilegeEscalation: cluster(),
});

export type SingleuserValues = z.infer<typeof singleuserSchema>;
