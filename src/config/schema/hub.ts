import type { z } from 'zod';
import { cluster, later, laterAs, refused, replaced, secret, section, unneeded } from './fate.ts';
import { hubConfigSchema } from './hub-config.ts';
import { podKeys } from './pods.ts';
import { count, environment, flag, text } from './scalars.ts';

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
  extraEnv: secret(laterAs(environment)),
  authenticatePrometheus: later(),
  consecutiveFailureLimit: unneeded(
    'the hub goes on when starts fail in a row, and counts the failures in its metrics',
  ),
  extraConfig: refused(
    'it is Python for another hub and cannot run here',
    'Say what it sets with keys instead: `singleuser.*`, `hub.*` or `hub.config.<Class>.<trait>`.',
  ),
  extraFiles: later(),
  services: secret(later()),
  loadRoles: later(),
  templatePaths: later('course.name, course.welcome and course.contact are shown on the pages'),
  templateVars: later('course.name, course.welcome and course.contact are shown on the pages'),
  existingSecret: cluster(),
  db: secret(unneeded('the hub keeps its own database in the data folder')),
  image: replaced('the hub of JupyterHub'),
  command: replaced('the hub of JupyterHub'),
  args: replaced('the hub of JupyterHub'),
  service: cluster(),
  deploymentStrategy: cluster(),
  initContainers: cluster(),
  extraContainers: cluster(),
  extraVolumes: cluster(),
  extraVolumeMounts: cluster(),
  lifecycle: cluster(),
});

export type HubValues = z.infer<typeof hubSchema>;
