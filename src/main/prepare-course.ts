/** What must be so before a hub of a course runs: a file without errors, and what its servers need of this machine. */
import { dirname, join, resolve } from 'node:path';
import type { Config, Secrets } from '../config/config.ts';
import { countFindings, formatFindings } from '../config/format.ts';
import type { Generation } from '../config/generations.ts';
import { loadConfig } from '../config/load.ts';
import { findingsOfCluster } from '../config/one-machine.ts';
import { HubError } from '../domain/errors.ts';
import { portProblem } from '../lib/free-port.ts';
import { provideCourseRepository } from '../notebooks/course-repository.ts';
import { preparePythonEnvironment } from '../spawner/process/python-environment.ts';
import { type SettingsAsRead, settingsAsRead } from './shown-settings.ts';
import type { SpawnerKind } from './spawner-kind.ts';

/** Which course a command is for, and how its files are to be read. */
export interface CourseFiles {
  /** For `up`, empty: `config.yaml` here, else the example. */
  readonly configFiles: readonly string[];
  readonly data?: string | undefined;
  readonly accept: readonly string[];
  /** Which chart the files are for, where they do not say it. */
  readonly generation?: Generation | undefined;
}

/** What `polder up` and `polder hub` are told alike. */
export interface CourseOptions extends CourseFiles {
  readonly spawner: SpawnerKind;
  readonly kubeconfig?: string | undefined;
  readonly namespace?: string | undefined;
  readonly schedulerName?: string | undefined;
  readonly priorityClass?: string | undefined;
  /** Each `NAME=VALUE`. */
  readonly podLabel: readonly string[];
  readonly pullSecret: readonly string[];
  readonly filesSecret?: string | undefined;
  readonly python?: string | undefined;
  readonly online: boolean;
  readonly strictHooks: boolean;
  /** What this hub has counts from now on, whatever others of its database had. */
  readonly takeOver: boolean;
  /** Where what set-up installs is kept. */
  readonly cache: string;
}

/** @throws HubError where the course cannot run as the file says; what is wrong has been said. */
export async function checkedConfig(
  files: readonly string[],
  { accept, generation, spawner }: CourseFiles & { readonly spawner?: SpawnerKind },
  say: (line: string) => void,
): Promise<{ readonly config: Config; readonly secrets: Secrets; readonly shown: SettingsAsRead }> {
  const loaded = await loadConfig(files, { accept, generation });
  // Notes are for `polder check`: a start shows what someone should act on.
  const findings = spawner === 'kubernetes' ? findingsOfCluster(loaded.findings) : loaded.findings;
  const urgent = findings.filter((finding) => finding.severity !== 'note');
  say(formatFindings(urgent, { color: process.stdout.isTTY, sources: loaded.sources }));
  if (loaded.config === undefined) {
    throw new HubError(
      'conflict',
      `${countFindings(loaded.findings, 'error')} in ${files.join(', ')}: nothing was started.`,
    );
  }
  const { config, secrets } = loaded;
  return { config, secrets, shown: await settingsAsRead(files, loaded) };
}

/** Which cluster pods run in. */
export interface ClusterOptions {
  /** Null: `KUBECONFIG`, `~/.kube/config`, or that of the pod that we are in. */
  readonly kubeconfig: string | null;
  /** Null: the one that the kubeconfig, or the pod that we are in, names. */
  readonly namespace: string | null;
  /** The scheduler and the priority of users' pods; null: the cluster's own. */
  readonly schedulerName: string | null;
  readonly priorityClassName: string | null;
  /** What the policies of the chart know students' pods by. */
  readonly podLabels: Readonly<Record<string, string>>;
  /** Secrets for pulling images, beside those of the file. */
  readonly pullSecrets: readonly string[];
  /** The Secret that holds the files of `singleuser.extraFiles`, each under its name; null: none does. */
  readonly filesSecret: string | null;
}

export function clusterOf(options: CourseOptions): ClusterOptions {
  const { kubeconfig, namespace, schedulerName, priorityClass, podLabel, pullSecret, filesSecret } = options;
  return {
    kubeconfig: kubeconfig === undefined ? null : resolve(kubeconfig),
    namespace: namespace ?? null,
    schedulerName: schedulerName ?? null,
    priorityClassName: priorityClass ?? null,
    podLabels: Object.fromEntries(podLabel.map(labelOf)),
    pullSecrets: pullSecret,
    filesSecret: filesSecret ?? null,
  };
}

/** @throws HubError `invalid` for what is no `NAME=VALUE` */
function labelOf(pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
  throw new HubError('invalid', `--pod-label: write NAME=VALUE, such as release=jhub, in place of ${pair}.`);
}

/** The interpreter of the servers' environment; null where servers are no processes. */
export async function pythonOf(options: CourseOptions, say: (line: string) => void): Promise<string | null> {
  if (options.spawner !== 'process') return null;
  const { cache, python: given } = options;
  const { python } = await preparePythonEnvironment({ cache, python: given, log: say });
  return python;
}

/** What the course's command is told of where the notebooks are. */
export async function hookEnvironmentOf(
  config: Config,
  place: { readonly configFile: string; readonly data: string },
  options: CourseOptions,
  say: (line: string) => void,
): Promise<Readonly<Record<string, string>>> {
  if (config.server.postStart === null || options.spawner !== 'process') return {};
  const provided = await provideCourseRepository({
    command: config.server.postStart,
    folder: join(dirname(resolve(place.configFile)), 'notebooks'),
    data: place.data,
    online: options.online,
  });
  if (provided.message !== null) say(provided.message);
  return provided.environment;
}

/** @throws HubError where nothing could listen there */
export async function checkPort({
  host,
  port,
}: {
  readonly host: string;
  readonly port: number;
}): Promise<void> {
  const problem = await portProblem(host, port);
  if (problem === null) return;
  const words =
    problem === 'EADDRINUSE'
      ? `Port ${port} on ${host} is in use. Choose another one with --port.`
      : problem === 'EACCES'
        ? `Port ${port} may be used by root only. Choose one above 1023 with --port.`
        : `${host} is no address of this machine (${problem}). Choose another one with --host.`;
  throw new HubError('conflict', words);
}
