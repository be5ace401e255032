/** `polder check`: says what a config.yaml means and what is wrong with it. */
import { withFindings } from '../config/accept.ts';
import { describeAdmission } from '../config/admission.ts';
import { type Finding, findingAt } from '../config/finding.ts';
import { countFindings, formatFindings } from '../config/format.ts';
import { type Generation, nameOfChart } from '../config/generations.ts';
import { type LoadedConfig, type LoadOptions, loadConfig } from '../config/load.ts';
import { findingsOfCluster } from '../config/one-machine.ts';
import type { Tree } from '../config/tree.ts';
import type { SpawnerKind } from './spawner-kind.ts';

export interface CheckOptions {
  readonly files: readonly string[];
  /** Manifests that the course needs in a cluster beside its files. */
  readonly manifests?: readonly string[] | undefined;
  /** Where in a cluster it runs. */
  readonly namespace?: string | undefined;
  /** What servers are to be; nothing is said of one machine where they are pods. */
  readonly spawner?: SpawnerKind;
  /** Look at the cluster too. */
  readonly cluster?: boolean;
  /** Which one. */
  readonly kubeconfig?: string | undefined;
  /** Warnings count as errors. */
  readonly strict: boolean;
  /** Errors to let pass, each `CODE@PATH`. */
  readonly accept: readonly string[];
  /** Which chart the files are for, where they do not say it. */
  readonly generation?: Generation | undefined;
  /** A key to explain, in place of the findings. */
  readonly explain?: string | undefined;
  /** Findings as JSON, for programs. */
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly color?: boolean;
}

/** @returns the exit code: 0 where the course would run as the file says, 1 where not, 2 where the command is wrong. */
export async function checkCommand(options: CheckOptions): Promise<0 | 1 | 2> {
  const { files, strict, accept, generation, json, out, color = false } = options;
  if (options.explain !== undefined) return explain(options.explain, files, { accept, generation, out });
  if (files.length === 0) {
    out('Name at least one file: polder check -f config.yaml\n');
    return 2;
  }
  const { manifests = [], namespace } = options;
  const read = await loadConfig(files, { accept, generation, manifests, namespace });
  const isForCluster = options.cluster || options.spawner === 'kubernetes';
  const loaded = isForCluster ? await withCluster(read, options) : read;
  const failing = strict ? ['error', 'warning'] : ['error'];
  const exitCode = loaded.findings.some(({ severity }) => failing.includes(severity)) ? 1 : 0;
  if (json) {
    out(`${JSON.stringify({ generation: loaded.generation, findings: loaded.findings }, null, 2)}\n`);
    return exitCode;
  }
  const found = formatFindings(loaded.findings, { color, sources: loaded.sources });
  if (found !== '') out(`${found}\n\n`);
  if (loaded.config !== undefined) out(`${describeAdmission(loaded.config.login)}\n`);
  if (loaded.mark !== null) out(`${describeMark(loaded.generation, loaded.mark)}\n`);
  const counts = (['error', 'warning', 'note'] as const).map((severity) =>
    countFindings(loaded.findings, severity),
  );
  out(`${[...files, ...manifests].join(', ')}: ${counts.join(', ')}.\n`);
  return exitCode;
}

async function withCluster(loaded: LoadedConfig, options: CheckOptions): Promise<LoadedConfig> {
  const own = findingsOfCluster(loaded.findings);
  if (!options.cluster) return { ...loaded, findings: own };
  return { ...loaded, findings: withFindings(own, await inCluster(loaded, options), options.accept) };
}

/** @throws HubError where the cluster does not answer */
async function inCluster(
  loaded: LoadedConfig,
  { kubeconfig, namespace }: CheckOptions,
): Promise<readonly Finding[]> {
  if (loaded.config === undefined) {
    const message =
      'The cluster was not looked at: the file has errors, so that it is not known what the course needs.';
    return [
      findingAt(null, { code: 'cluster-not-checked', severity: 'note', message, help: 'Mend these first.' }),
    ];
  }
  const { looking, namespaceIn, openCluster } = await import('./status.ts');
  const { checkCluster } = await import('../deploy/check-cluster.ts');
  const { readCluster } = await import('../deploy/cluster-view.ts');
  await using api = await openCluster(kubeconfig);
  const place = loaded.manifests.length > 0 ? loaded.namespace : await namespaceIn(api, namespace);
  return await looking(readCluster(api, place).then((view) => checkCluster(api, view, loaded)));
}

/** With an explanation of no key there is nothing wrong, whatever the files say. */
async function explain(
  name: string,
  files: readonly string[],
  { out, ...options }: LoadOptions & { readonly out: (text: string) => void },
): Promise<0 | 2> {
  const { explainKey, suggestKey } = await import('../config/explain/explain.ts');
  const file = files.length === 0 ? null : await loadConfig(files, options);
  const text = explainKey(name, file);
  if (text === undefined) {
    const meant = suggestKey(name);
    out(`There is no key ${name}.${meant === undefined ? '' : ` Did you mean ${meant}?`}\n`);
    return 2;
  }
  out(`${text}\n`);
  return 0;
}

function describeMark(generation: Generation, mark: Tree): string {
  return `Read as a file for ${nameOfChart(generation)}, because of \`${mark.path}\` (${mark.place.file}:${mark.place.line}).`;
}
