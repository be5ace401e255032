import { z } from 'zod';
import { cluster, later, laterAs, refused, replaced, secret, section, unneeded } from './fate.ts';
import { hubConfigSchema } from './hub-config.ts';
import { json, jsonItems, jsonList, jsonMap, labels } from './passthrough.ts';
import { deploymentStrategy, hubService, podKeys, replacedImage } from './pods.ts';
import { roleSchema } from './rights.ts';
import { count, environment, files, flag, names, text, word } from './scalars.ts';
import { serviceSchema } from './services.ts';

const ON_PAGES = '`course.name`, `course.welcome` and `course.contact` are shown on the pages';

/** `hub.*`: what the hub does, and (only on a cluster) the pod it runs in. */
export const hubSchema = section({
  ...podKeys,
  config: hubConfigSchema,
  baseUrl: text.regex(/^\/?[\w.~\-/]*$/, 'A base URL is a path such as `/` or `/courses/`.'),
  cookieSecret: secret(text),
  concurrentSpawnLimit: count,
  activeServerLimit: count,
  allowNamedServers: flag,
  namedServerLimitPerUser: count,
  shutdownOnLogout: flag,
  redirectToServer: flag,
  extraEnv: secret(environment),
  authenticatePrometheus: laterAs(flag),
  consecutiveFailureLimit: unneeded(
    'the hub goes on when starts fail in a row, and counts the failures in its metrics',
    count,
  ),
  extraConfig: refused(
    'it is Python for another hub and cannot run here',
    'Say what it sets with keys instead: `singleuser.*`, `hub.*` or `hub.config.<Class>.<trait>`.',
  ),
  extraFiles: secret(cluster(files)),
  services: secret(z.record(z.string(), serviceSchema)),
  loadRoles: z.record(z.string(), roleSchema),
  templatePaths: later(ON_PAGES, names),
  templateVars: later(ON_PAGES, jsonMap),
  existingSecret: cluster(text),
  db: section({
    type: word('sqlite-pvc', 'sqlite-memory', 'mysql', 'postgres', 'other'),
    url: secret(text),
    password: secret(text),
    upgrade: unneeded('the hub brings its database up to date when it starts', flag),
    pvc: cluster(
      section({
        annotations: labels,
        selector: jsonMap,
        storage: text,
        accessModes: names,
        storageClassName: text,
        subPath: text,
      }),
    ),
  }),
  image: replacedImage('the hub of JupyterHub'),
  command: replaced('the hub of JupyterHub', names),
  args: replaced('the hub of JupyterHub', names),
  service: cluster(hubService),
  deploymentStrategy: cluster(deploymentStrategy),
  initContainers: cluster(jsonList),
  extraContainers: cluster(jsonList),
  extraVolumes: cluster(jsonItems),
  extraVolumeMounts: cluster(jsonItems),
  lifecycle: cluster(section({ postStart: json, preStop: json })),
});

export type HubValues = z.infer<typeof hubSchema>;
