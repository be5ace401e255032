/** Which repositories the mirror keeps, and what opens them, from what a course says. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config, Secrets } from '../config/config.ts';
import { courseSource } from '../notebooks/course-source.ts';
import { withoutSuffix } from '../notebooks/mirror/mirror-address.ts';
import type { Origin } from '../notebooks/mirror/origin.ts';

/** What the mirror's own process is told. */
export interface MirrorProcessSettings {
  readonly origins: readonly Origin[];
  /** Tokens of servers derive from it. */
  readonly key: string;
  readonly folder: string;
  readonly host: string;
  readonly port: number;
  readonly debug: boolean;
}

/**
 * The repositories of `notebooks.git`, and the one that a `gitpuller` hook fetches: it is as public as the line itself.
 * @param except an address that something else stands in for
 */
export function mirroredSources(
  { notebooks, server }: Config,
  except: string | null = null,
): readonly string[] {
  const hook = server.postStart && courseSource(server.postStart)?.address;
  const sources = [
    ...notebooks.git.map(({ source }) => source),
    ...(hook && /^https?:/.test(hook) ? [hook] : []),
  ];
  const byName = new Map(
    sources.filter((source) => source !== except).map((source) => [withoutSuffix(source), source]),
  );
  return [...byName.values()];
}

/** @param secretsFolder with a folder for each Secret that the course names, a file for each key; null: there are none */
export async function originsOf(
  config: Config,
  secrets: Pick<Secrets, 'notebooks'>,
  options: { readonly sources: readonly string[]; readonly secretsFolder: string | null },
): Promise<readonly Origin[]> {
  return await Promise.all(
    options.sources.map(async (source): Promise<Origin> => {
      const said = config.notebooks.git.find((one) => withoutSuffix(one.source) === withoutSuffix(source));
      const opens = said && secrets.notebooks?.[said.source];
      const kept = async (key: string) =>
        said?.existingSecret && options.secretsFolder !== null
          ? await readSecret(join(options.secretsFolder, said.existingSecret, key))
          : null;
      const token = (await kept('token')) ?? opens?.token ?? null;
      return {
        source,
        login: token === null ? null : { username: (await kept('username')) ?? said!.username, token },
        deployKey: (await kept('deployKey')) ?? opens?.deployKey ?? null,
        knownHosts: (await kept('knownHosts')) ?? said?.knownHosts ?? null,
      };
    }),
  );
}

async function readSecret(file: string): Promise<string | null> {
  return existsSync(file) ? (await readFile(file, 'utf8')).trimEnd() : null;
}
