/** What a deployment changes, from what is there and what is to be. Values of secrets are never among it. */
import { readManifests } from '../config/manifests/manifest.ts';
import { leaves, showPath } from '../config/tree.ts';

export interface ObjectChange {
  readonly kind: string;
  readonly name: string;
  /** `kept`: no longer part of the deployment, and left where it is. */
  readonly what: 'new' | 'changed' | 'removed' | 'kept';
  /** What is different in it; empty unless it is changed. */
  readonly values: readonly ValueChange[];
}

export interface ValueChange {
  readonly path: string;
  /** Null where there is none; '…' where it is not shown. */
  readonly before: string | null;
  readonly after: string | null;
}

interface Flat {
  readonly kind: string;
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

/** @param before both are YAML with several documents */
export function changesBetween(before: string, after: string): readonly ObjectChange[] {
  const [old, next] = [flatten(before), flatten(after)];
  const changes: ObjectChange[] = [];
  for (const [key, { kind, name, values }] of next) {
    const was = old.get(key);
    if (was === undefined) changes.push({ kind, name, what: 'new', values: [] });
    else {
      const changed = valueChanges(was.values, values, kind);
      if (changed.length > 0) changes.push({ kind, name, what: 'changed', values: changed });
    }
  }
  for (const [key, { kind, name, values }] of old) {
    if (!next.has(key)) changes.push({ kind, name, what: isKept(values) ? 'kept' : 'removed', values: [] });
  }
  return changes;
}

/** By Helm's annotation for it. */
function isKept(values: ReadonlyMap<string, string>): boolean {
  return [...values].some(([path, value]) => path.includes('helm.sh/resource-policy') && value === 'keep');
}

function flatten(text: string): ReadonlyMap<string, Flat> {
  const { manifests } = readManifests(text, 'manifest');
  return new Map(
    manifests.map(({ kind, name, namespace, tree }) => [
      `${kind}/${namespace ?? ''}/${name}`,
      {
        kind,
        name,
        values: new Map([...leaves(tree)].map(({ node, path }) => [showPath(path), String(node.value)])),
      },
    ]),
  );
}

function valueChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  kind: string,
): readonly ValueChange[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].flatMap((path) => {
    const [was, is] = [before.get(path) ?? null, after.get(path) ?? null];
    if (was === is) return [];
    const shown = (value: string | null) => (value === null ? null : isSecret(kind, path) ? '…' : value);
    return { path, before: shown(was), after: shown(is) };
  });
}

/** Secrets as such, and keys of other objects that are called as one. */
function isSecret(kind: string, path: string): boolean {
  if (kind === 'Secret') return /^(data|stringData)\b/.test(path);
  return /(pass|secret|token|credential)/i.test(path.split('.').at(-1)!) || /\.env\[\d+\]\.value$/.test(path);
}

const CLAIM = 'PersistentVolumeClaim';

/** Volumes that would go, and with them what is on them. */
export function removedVolumes(changes: readonly ObjectChange[]): readonly string[] {
  return changes.filter(({ kind, what }) => kind === CLAIM && what === 'removed').map(({ name }) => name);
}

/** What the changes mean, one line each. */
export function describeChanges(changes: readonly ObjectChange[]): readonly string[] {
  const isFirst = changes.length > 0 && changes.every(({ what }) => what === 'new');
  if (changes.length === 0) return ['Nothing changes: what runs is what the file says.'];
  if (isFirst) {
    const kinds = Map.groupBy(changes, ({ kind }) => kind);
    const counts = [...kinds].map(([kind, alike]) => `${alike.length} × ${kind}`);
    return [`A first installation: ${counts.join(', ')}.`];
  }
  return changes.flatMap(({ kind, name, what, values }) => {
    if (what === 'removed')
      return [`- ${kind} ${name}${kind === CLAIM ? ': what is on it goes with it' : ''}`];
    if (what === 'kept') return [`  ${kind} ${name}: no longer used, and kept`];
    if (what === 'new') return [`+ ${kind} ${name}`];
    const restarts = kind === 'Deployment' && values.some(({ path }) => path.startsWith('spec.template'));
    return [
      `~ ${kind} ${name}${restarts ? ': is started anew, while students work on' : ''}`,
      ...values.map(
        ({ path, before, after }) => `    ${path}: ${describeValue(before)} → ${describeValue(after)}`,
      ),
    ];
  });
}

function describeValue(value: string | null): string {
  if (value === null) return '(none)';
  const line = value.split('\n')[0]!;
  return line.length > 80 || line !== value ? `${line.slice(0, 80)}…` : line;
}
