/** `polder deploy`: brings a course up in a cluster, or makes one that runs there what the file says. */
import { createInterface } from 'node:readline/promises';
import { withFindings } from '../config/accept.ts';
import { effectiveValues } from '../config/explain/effective.ts';
import type { Finding } from '../config/finding.ts';
import { countFindings, formatFindings } from '../config/format.ts';
import type { Generation } from '../config/generations.ts';
import { checkText, type LoadedConfig, loadConfig } from '../config/load.ts';
import { findingsOfCluster } from '../config/one-machine.ts';
import { applyManifest, provideNamespace } from '../deploy/apply-manifests.ts';
import { changesBetween, describeChanges, removedVolumes } from '../deploy/changes.ts';
import { checkCluster } from '../deploy/check-cluster.ts';
import { readCluster } from '../deploy/cluster-view.ts';
import {
  type InstalledRelease,
  installedRelease,
  installRelease,
  type Release,
  renderRelease,
} from '../deploy/helm.ts';
import { describeLastLines } from '../deploy/last-lines.ts';
import { followRollout } from '../deploy/rollout.ts';
import { describeTrouble } from '../deploy/status.ts';
import { HubError } from '../domain/errors.ts';
import { packagePath } from '../lib/asset.ts';
import { looking, namespaceIn, openCluster } from './status.ts';

export interface DeployOptions {
  readonly files: readonly string[];
  readonly manifests: readonly string[];
  /** Undefined: that of the kubeconfig, else what the manifests say, else `jhub`. */
  readonly namespace: string | undefined;
  readonly release: string;
  /** Undefined: the chart of this package. */
  readonly chart: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly accept: readonly string[];
  readonly generation: Generation | undefined;
  /** Do not ask. */
  readonly yes: boolean;
  /** Go on where volumes are removed by it, with what is on them. */
  readonly removeVolumes: boolean;
  /** Show what would change, and change nothing. */
  readonly dryRun: boolean;
  /** How long to wait until students can log in. */
  readonly timeoutSeconds: number;
  /** How long something may be wrong until it is believed to stay so. */
  readonly patienceSeconds: number;
  readonly color: boolean;
  readonly say: (line: string) => void;
}

/**
 * @returns the exit code: 0 where students can log in, 1 where something is wrong, 2 where nobody said yes
 * @throws HubError
 */
export async function deployCommand(options: DeployOptions): Promise<0 | 1 | 2> {
  const { files, manifests, kubeconfig, say, yes, dryRun } = options;
  if (files.includes('-')) {
    throw new HubError(
      'invalid',
      'Helm reads the files too, so that they cannot come from the standard input.',
    );
  }
  await using api = await openCluster(kubeconfig);
  const said = options.namespace ?? (manifests.length > 0 ? null : await namespaceIn(api, undefined));
  const { accept, generation } = options;
  const loaded = await loadConfig(files, { accept, generation, manifests, namespace: said });
  const { namespace } = loaded;
  const view = await looking(readCluster(api, namespace));
  const lacking = loaded.config === undefined ? [] : await looking(checkCluster(api, view, loaded));
  const findings = withFindings(findingsOfCluster(loaded.findings), lacking, accept);
  if (!isFit(findings, loaded, options)) return 1;

  const release: Release = {
    name: options.release,
    namespace,
    chart: options.chart ?? packagePath('chart'),
    files,
    kubeconfig,
  };
  const installed = await installedRelease(release);
  // The cluster cannot be asked about what is in a namespace that is not there.
  const next = await renderRelease(release);
  const changes = changesBetween(installed?.manifest ?? '', next.manifest);
  say(`Release ${release.name} in the namespace ${namespace} of ${api.url}:`);
  for (const line of changedValues(installed, loaded)) say(`  ${line}`);
  for (const line of describeChanges(changes)) say(`  ${line}`);
  for (const { kind, name } of loaded.manifests) say(`  ${kind} ${name}: made, or made what its file says`);
  if (dryRun) return 0;
  const lost = removedVolumes(changes);
  if (lost.length > 0 && !options.removeVolumes) {
    say(`Nothing was changed: the volume ${lost.join(', ')} would be removed, with what is on it.`);
    say('Keep a copy first (for the database: polder backup), then say --remove-volumes.');
    return 1;
  }
  if (!yes && !(await isConfirmed())) {
    say('Nothing was changed.');
    return 2;
  }
  await looking(provideNamespace(api, namespace));
  for (const manifest of loaded.manifests) {
    await looking(applyManifest(api, manifest, namespace));
    say(`✓ ${manifest.kind} ${manifest.name}`);
  }
  const { version } = await installRelease(release);
  say(`✓ Helm has revision ${version} of ${release.name}; waiting until students can log in.`);
  return await waitUntilOpen(api, namespace, loaded, options);
}

async function waitUntilOpen(
  api: Awaited<ReturnType<typeof openCluster>>,
  namespace: string,
  { values }: LoadedConfig,
  { say, timeoutSeconds, patienceSeconds }: DeployOptions,
): Promise<0 | 1> {
  const baseUrl = `/${values?.hub?.baseUrl ?? '/'}/`.replace(/\/+/g, '/');
  const followed = followRollout(api, { namespace, baseUrl, timeoutSeconds, patienceSeconds, say });
  const { open, openAsBefore, status, troubles, logs } = await looking(followed);
  if (open) {
    say('✓ The login page answers: students can log in.');
    say(
      status.address === null
        ? `It has no address outside of the cluster yet. To try it: kubectl -n ${namespace} port-forward service/proxy-public 8000:80`
        : `Students go to ${status.address}`,
    );
    return 0;
  }
  say(
    openAsBefore
      ? 'What ran before still answers, but the new one does not come up:'
      : `Students cannot log in${troubles.length > 0 ? ':' : ` after ${timeoutSeconds} s, and the cluster does not say why.`}`,
  );
  for (const trouble of troubles) say(describeTrouble(trouble));
  say(describeLastLines(logs));
  say(
    `What was installed stays: mend the reason and deploy again, or \`helm rollback\`. \`polder status -n ${namespace}\` says how it goes.`,
  );
  return 1;
}

/** Says what stands against it. */
function isFit(
  findings: readonly Finding[],
  { sources }: LoadedConfig,
  { color, say, files }: DeployOptions,
): boolean {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const urgent = findings.filter(({ severity }) => severity !== 'note');
  const text = formatFindings(urgent, { color, sources });
  if (text !== '') say(`${text}\n`);
  if (errors.length > 0)
    say(`${countFindings(errors, 'error')} with ${files.join(', ')}: nothing was changed.`);
  return errors.length === 0;
}

/** What the files say now and did not say, secrets aside. */
function changedValues(installed: InstalledRelease | null, loaded: LoadedConfig): readonly string[] {
  if (installed === null) return [];
  const before = checkText(installed.values, 'installed', { generation: loaded.generation });
  const was = new Map(
    effectiveValues(before.lifted, before.generation).map(({ key, value }) => [key, value]),
  );
  const is = new Map(effectiveValues(loaded.lifted, loaded.generation).map(({ key, value }) => [key, value]));
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [old, now] = [was.get(key) ?? '(none)', is.get(key) ?? '(none)'];
    return old === now ? [] : [`${key}: ${old} → ${now}`];
  });
}

/** @throws HubError where nobody can be asked */
async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new HubError('invalid', 'Nobody can be asked here: say --yes to go on, or --dry-run to only look.');
  }
  const asked = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^(y|yes|j|ja)$/i.test((await asked.question('Go on? [y/N] ')).trim());
  } finally {
    asked.close();
  }
}
