/** `polder mirror`: the mirror alone, as it runs in a cluster. */
import { once } from 'node:events';
import { HubError } from '../domain/errors.ts';
import { mirrorKey } from '../notebooks/mirror/server-token.ts';
import { sharedKeys } from './keys.ts';
import { serveMirror } from './mirror-process.ts';
import { mirroredSources, originsOf } from './mirror-settings.ts';
import { type CourseFiles, checkedConfig } from './prepare-course.ts';

export interface MirrorOptions extends CourseFiles {
  readonly host: string;
  readonly port: number;
  /** Where repositories are kept; what is in it may be lost without harm. */
  readonly folder: string;
  readonly secrets?: string | undefined;
}

/** Runs until SIGTERM or SIGINT. @throws HubError with what to do, before anything runs. */
export async function mirrorCommand(options: MirrorOptions, say: (line: string) => void): Promise<void> {
  const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const { config, secrets } = await checkedConfig(options.configFiles, options, say);
  const sources = mirroredSources(config);
  if (sources.length === 0) {
    throw new HubError(
      'invalid',
      'The file names no repository to mirror: neither `notebooks.git`, nor a `gitpuller` hook.',
    );
  }
  const key = process.env.POLDER_MIRROR_KEY || mirrorKey(sharedKeys(secrets, process.env).proxyToken);
  const origins = await originsOf(config, secrets, { sources, secretsFolder: options.secrets ?? null });
  const { host, port, folder } = options;
  await serveMirror(
    { origins, key, folder, host, port, debug: config.hub.debug },
    { ended, greet: (url) => say(`The mirror answers at ${url} (${sources.join(', ')})`) },
  );
}
