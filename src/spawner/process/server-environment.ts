/** What single-user servers find in their environment: nothing of the hub's own, but what is named here. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ServerSpec } from '../spawner.ts';
import type { JupyterFolder } from './jupyter-config.ts';

export interface EnvironmentParts {
  readonly spec: ServerSpec;
  readonly python: string;
  readonly home: string;
  readonly port: number;
  readonly marker: string;
  /** Folders of ours that Jupyter looks into too. */
  readonly jupyter: JupyterFolder;
  /** For all servers, below what the spec says. */
  readonly common: Readonly<Record<string, string>>;
}

/** Names that say how this machine speaks and what time it has; not secret, and programs go wrong without. */
const inherited = ['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'TZ'];

/** The part that all servers have, which the prepared parent has too. */
export function commonEnvironment(
  parts: Pick<EnvironmentParts, 'python' | 'jupyter' | 'common'>,
): Record<string, string> {
  return {
    LANG: 'C.UTF-8',
    ...pick(process.env, inherited),
    PATH: `${dirname(parts.python)}:/usr/local/bin:/usr/bin:/bin`,
    SHELL: existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh',
    ...foldersFor(parts.jupyter),
    ...parts.common,
  };
}

export function serverEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { spec, home } = parts;
  const configured = { ...commonEnvironment(parts), ...spec.environment };
  return {
    ...configured,
    ...appended(foldersFor(parts.jupyter), configured),
    HOME: home,
    USER: spec.owner.name,
    LOGNAME: spec.owner.name,
    // Where a shell would look for its own idea of the folder.
    PWD: home,
    JUPYTERHUB_SERVICE_URL: `http://127.0.0.1:${parts.port}${spec.path}`,
    [markerName]: parts.marker,
  };
}

/** Everything that a run starts carries this; it is how what a dead parent left behind is found. */
export const markerName = 'POLDER_RUN';

function foldersFor({ config, data }: JupyterFolder): Record<string, string> {
  return { JUPYTER_CONFIG_PATH: config, ...(data === null ? {} : { JUPYTER_PATH: data }) };
}

/** Where the course has folders of its own, ours come after them. */
function appended(
  ours: Readonly<Record<string, string>>,
  configured: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ours).map(([name, folder]) => {
      const theirs = configured[name];
      return [name, theirs && theirs !== folder ? `${theirs}:${folder}` : folder];
    }),
  );
}

function pick(from: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) if (from[name] !== undefined) found[name] = from[name];
  return found;
}
