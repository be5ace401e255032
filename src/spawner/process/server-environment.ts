/** What single-user servers find in their environment: nothing of the hub's own, but what is named here. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { ServerSpec } from '../spawner.ts';

export interface EnvironmentParts {
  readonly spec: ServerSpec;
  readonly python: string;
  readonly home: string;
  readonly port: number;
  readonly marker: string;
  /** Folder with Jupyter configuration of ours. */
  readonly jupyterConfig: string;
  /** For all servers, below what the spec says. */
  readonly common: Readonly<Record<string, string>>;
}

/** Names that say how this machine speaks and what time it has; not secret, and programs go wrong without. */
const inherited = ['LANG', 'LANGUAGE', 'LC_ALL', 'LC_CTYPE', 'TZ'];

/** The part that all servers have, which the prepared parent has too. */
export function commonEnvironment(
  parts: Pick<EnvironmentParts, 'python' | 'jupyterConfig' | 'common'>,
): Record<string, string> {
  return {
    LANG: 'C.UTF-8',
    ...pick(process.env, inherited),
    PATH: `${dirname(parts.python)}:/usr/local/bin:/usr/bin:/bin`,
    SHELL: existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh',
    JUPYTER_CONFIG_PATH: parts.jupyterConfig,
    ...parts.common,
  };
}

export function serverEnvironment(parts: EnvironmentParts): Record<string, string> {
  const { spec, home } = parts;
  const configured = { ...commonEnvironment(parts), ...spec.environment };
  const jupyterPath = configured.JUPYTER_CONFIG_PATH;
  return {
    ...configured,
    ...(jupyterPath === parts.jupyterConfig
      ? {}
      : { JUPYTER_CONFIG_PATH: `${jupyterPath}:${parts.jupyterConfig}` }),
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

function pick(from: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of names) if (from[name] !== undefined) found[name] = from[name];
  return found;
}
