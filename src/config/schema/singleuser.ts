import { z } from 'zod';
import { cluster, replaced, secret, section } from './fate.ts';
import { json, jsonItems, jsonList, jsonMap, labels } from './passthrough.ts';
import { image, imageKeys, networkPolicy, resources } from './pods.ts';
import {
  byteSize,
  command,
  cores,
  count,
  environment,
  files,
  flag,
  names,
  seconds,
  text,
  word,
} from './scalars.ts';

const { name, tag, pullPolicy, pullSecrets } = imageKeys;

const affinity = section({ required: jsonList, preferred: jsonList });

/** `singleuser.*`: the environment that each user gets. */
export const singleuserSchema = section({
  image: section({ name, tag, pullPolicy: cluster(pullPolicy), pullSecrets: cluster(pullSecrets) }),
  memory: section({ limit: byteSize, guarantee: byteSize }),
  cpu: section({ limit: cores, guarantee: cores }),
  storage: section({
    type: word('none', 'dynamic', 'static'),
    capacity: cluster(text),
    homeMountPath: cluster(text),
    static: cluster(section({ pvcName: text, subPath: text })),
    dynamic: cluster(
      section({
        pvcNameTemplate: text,
        storageAccessModes: z.array(
          word('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'),
        ),
        storageClass: text,
        subPath: text,
        volumeNameTemplate: text,
      }),
    ),
    extraLabels: cluster(labels),
    extraVolumes: cluster(jsonItems),
    extraVolumeMounts: cluster(jsonItems),
  }),
  lifecycleHooks: section({
    postStart: section({
      exec: section({ command: names }),
      httpGet: cluster(jsonMap),
      tcpSocket: cluster(jsonMap),
      sleep: cluster(jsonMap),
    }),
    preStop: cluster(jsonMap),
  }),
  extraEnv: secret(environment),
  cmd: command,
  defaultUrl: text,
  startTimeout: seconds,
  profileList: cluster(jsonItems),
  extraFiles: secret(cluster(files)),
  podNameTemplate: cluster(text),
  networkPolicy: cluster(networkPolicy),
  initContainers: cluster(jsonItems),
  nodeSelector: cluster(labels),
  extraTolerations: cluster(jsonList),
  extraNodeAffinity: cluster(affinity),
  extraPodAffinity: cluster(affinity),
  extraPodAntiAffinity: cluster(affinity),
  cloudMetadata: cluster(section({ blockWithIptables: flag, ip: text })),
  events: cluster(flag),
  extraAnnotations: cluster(labels),
  extraContainers: cluster(jsonItems),
  extraLabels: cluster(labels),
  extraPodConfig: cluster(jsonMap),
  extraResource: cluster(section({ guarantees: jsonMap, limits: jsonMap })),
  fsGid: cluster(count),
  uid: cluster(count),
  networkTools: cluster(section({ image, resources })),
  serviceAccountName: cluster(text),
  allowPrivilegeEscalation: cluster(flag),
  /** Removed from the chart long ago; it chose how pods were packed. */
  schedulerStrategy: replaced('a setting of old clusters', json),
});

export type SingleuserValues = z.infer<typeof singleuserSchema>;
