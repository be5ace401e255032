/**
 * From a course's file to what the cluster is asked for. One file a case: values with a first line that says for whom
 * (`# user, server, options`), `----------`, the claim (or `null`) and the pod. `UPDATE_FIXTURES=1` rewrites what is
 * expected; read the difference before you keep it.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { checkText } from '../src/config/load.ts';
import { kubernetesSettingsOf } from '../src/main/kubernetes-settings.ts';
import { claimManifest } from '../src/spawner/kubernetes/claim-manifest.ts';
import { podManifest } from '../src/spawner/kubernetes/pod-manifest.ts';
import { recipeFor } from '../src/spawner/kubernetes/profiles.ts';

const FOLDER = join(import.meta.dirname, 'fixtures/pods');
const PART_LINE = '----------\n';

for (const name of (await readdir(FOLDER)).sort()) {
  test(`fixture ${name}`, async () => {
    const path = join(FOLDER, name);
    const [input = '', expected] = (await readFile(path, 'utf8')).split(PART_LINE);
    const actual = stringify(manifestsOf(input), { lineWidth: 120 });
    if (process.env.UPDATE_FIXTURES === '1') await writeFile(path, input + PART_LINE + actual);
    else expect(actual).toBe(expected);
  });
}

function manifestsOf(input: string) {
  const [, user, server, options] = /^# (\S+), (\S*), (.*)\n/.exec(input)!;
  const loaded = checkText(input, 'config.yaml');
  if (loaded.config === undefined) throw new Error(JSON.stringify(loaded.findings));
  const settings = kubernetesSettingsOf(loaded.config, loaded.secrets, {
    namespace: 'jhub',
    instance: 'course',
    schedulerName: null,
    priorityClassName: null,
    podLabels: {},
    pullSecrets: [],
    filesSecret: 'singleuser',
    labExtension: true,
  });
  const userOptions = JSON.parse(options!);
  const recipe = recipeFor(settings, userOptions);
  const spec = {
    serverId: 'srv-0001',
    attempt: 2,
    owner: { id: 7, name: user! },
    serverName: server!,
    path: '/user/somebody/',
    environment: { JUPYTERHUB_API_TOKEN: 'a-token', JUPYTERHUB_OAUTH_SCOPES: '["{username}"]' },
    command: null,
    postStart: null,
    memory: { limit: null, guarantee: null },
    cpu: { limit: null, guarantee: null },
    userOptions,
  } as const;
  const claim = recipe.storagePvcEnsure ? claimManifest(recipe, spec, settings) : null;
  const claimName = claim === null ? null : (claim as { metadata: { name: string } }).metadata.name;
  return { claim, pod: podManifest(recipe, spec, claimName, settings) };
}
