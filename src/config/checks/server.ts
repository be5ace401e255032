import { type Finding, findingAt, lineOf } from '../finding.ts';
import { changesProgram } from '../settings/environment.ts';
import { entryAt, isEmpty, leaves, nodeAt } from '../tree.ts';
import type { Check, CheckedFile } from './check.ts';
import { textAt } from './nodes.ts';
import { placeholderIn } from './placeholders.ts';

/** What each user's server gets: image, storage, limits, environment. */
export const checkServer: Check = (file) => [
  ...checkImage(file),
  ...checkStorage(file),
  ...checkMountedNotebooks(file),
  ...checkLimits(file),
  ...checkEnvironment(file),
];

const NAME = /^[a-z0-9]+([._:/-]+[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;

function checkImage({ tree }: CheckedFile): readonly Finding[] {
  const image = nodeAt(tree, ['singleuser', 'image']);
  if (image === undefined || isEmpty(image)) return [];
  const findings = (
    [
      ['name', NAME, 'letters must be small, and there can be no blanks or brackets'],
      ['tag', TAG, 'a tag has letters, digits, dots and dashes only'],
    ] as const
  ).flatMap(([key, pattern, rule]) => {
    const node = nodeAt(image, [key]);
    const isPlaceholder =
      node?.kind === 'scalar' && placeholderIn(node.value, ['singleuser', 'image', key]) !== undefined;
    if (
      node?.kind !== 'scalar' ||
      typeof node.value !== 'string' ||
      isPlaceholder ||
      pattern.test(node.value)
    )
      return [];
    const message = `No image can be called this: ${rule}.`;
    return findingAt(node, { code: 'image-reference', severity: 'error', message });
  });
  const message = 'The image is for a cluster; on one machine servers run in a Python environment there.';
  return [...findings, findingAt(image, { code: 'image-not-used', severity: 'note', message })];
}

function checkStorage({ tree, values }: CheckedFile): readonly Finding[] {
  const type = nodeAt(tree, ['singleuser', 'storage', 'type']);
  if (type?.kind !== 'scalar') return [];
  const findings: Finding[] = [];
  if (type.value === 'none') {
    findings.push(
      findingAt(type, {
        code: 'work-not-kept',
        severity: 'note',
        message: "On a cluster, a student's work goes when their server stops; on one machine it is kept.",
        help: 'Use `type: dynamic` to keep it on a cluster too.',
      }),
    );
  }
  for (const other of ['dynamic', 'static']) {
    const block = entryAt(tree, ['singleuser', 'storage', other]);
    if (block === undefined || isEmpty(block.value) || type.value === other) continue;
    if (other === 'dynamic' && type.value !== 'none') continue;
    findings.push(
      findingAt(
        { place: block.key, path: block.value.path },
        {
          code: 'storage-conflict',
          severity: 'warning',
          message: `\`${block.value.path}\` is not used: the type is \`${type.value}\` (${lineOf(type.place, block.key)}).`,
          help: `Leave it out, or write \`type: ${other}\`.`,
        },
      ),
    );
  }
  if (type.value === 'static' && values !== undefined && !values.singleuser?.storage?.static?.pvcName) {
    findings.push(
      findingAt(type, {
        code: 'missing-value',
        severity: 'error',
        message: 'Static storage needs the name of the claim that holds it.',
        help: 'Set `singleuser.storage.static.pvcName`.',
      }),
    );
  }
  return findings;
}

/** A volume over the very folder that `gitpuller` fills: the pull fails, and with it every start. */
function checkMountedNotebooks({ tree }: CheckedFile): readonly Finding[] {
  const command = nodeAt(tree, ['singleuser', 'lifecycleHooks', 'postStart', 'exec', 'command']);
  const mounts = nodeAt(tree, ['singleuser', 'storage', 'extraVolumeMounts']);
  if (command?.kind !== 'list' || mounts === undefined) return [];
  const words = command.items.map((item) => (item.kind === 'scalar' ? String(item.value) : ''));
  const target = words[0] === 'gitpuller' ? words[3] : undefined;
  if (target === undefined || target === '') return [];
  const home = textAt(tree, ['singleuser', 'storage', 'homeMountPath']) ?? '/home/jovyan';
  const folder = target.startsWith('/') ? target : `${home}/${target}`;
  return [...leaves(mounts)].flatMap(({ node, path }) => {
    if (path.at(-1) !== 'mountPath' || String(node.value).replace(/\/+$/, '') !== folder) return [];
    return findingAt(node, {
      code: 'notebooks-mounted-over',
      severity: 'warning',
      message: `A volume is mounted where \`gitpuller\` (${lineOf(command.place, node.place)}) puts the notebooks: on a cluster the pull fails, and with it every start.`,
      help: 'Mount the volume elsewhere, or leave one of the two out.',
    });
  });
}

function checkLimits({ tree, values }: CheckedFile): readonly Finding[] {
  if (values === undefined) return [];
  return (['memory', 'cpu'] as const).flatMap((kind) => {
    const guarantee = nodeAt(tree, ['singleuser', kind, 'guarantee']);
    const { limit, guarantee: amount } = values.singleuser?.[kind] ?? {};
    if (guarantee === undefined || limit === undefined || amount === undefined || amount <= limit) return [];
    const message = 'More is guaranteed than the limit allows.';
    const help = 'Make the guarantee as large as the limit, or smaller.';
    return findingAt(guarantee, { code: 'guarantee-above-limit', severity: 'error', message, help });
  });
}

function checkEnvironment({ tree }: CheckedFile): readonly Finding[] {
  return ['singleuser', 'hub'].flatMap((part) => {
    const environment = nodeAt(tree, [part, 'extraEnv']);
    if (environment === undefined || environment.kind === 'scalar') return [];
    const entries =
      environment.kind === 'list'
        ? environment.items.map((item) => ({ name: textAt(item, ['name']) ?? '', entry: item }))
        : [...environment.entries].map(([name, { value }]) => ({ name, entry: value }));
    return entries.flatMap(({ name, entry }) => {
      if (part === 'hub' && changesProgram(name)) {
        const message = `\`${name}\` is not given to the hub: it would run other code in it.`;
        return findingAt(entry, { code: 'environment-not-given', severity: 'warning', message });
      }
      if (entry.kind !== 'map' || entry.entries.has('value')) return [];
      const message = `\`${entry.path}\` comes from a cluster and is not set on one machine.`;
      return findingAt(entry, { code: 'environment-from-cluster', severity: 'warning', message });
    });
  });
}
