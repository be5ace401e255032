import { nearest } from '../nearest.ts';
import type { Fate } from '../schema/fate.ts';
import { isEmpty, type MapTree, nodeAt } from '../tree.ts';
import { allKeys, findKey, type KeyDescription } from './keys.ts';
import { originOf } from './origin.ts';

export interface ExplainedFile {
  readonly lifted: MapTree;
  readonly generation: Parameters<typeof originOf>[0]['generation'];
}

/** What a key does, what it may be, what it is by default, and where its value comes from; undefined: there is no such key. */
export function explainKey(name: string, file: ExplainedFile | null): string | undefined {
  const key = findKey(name);
  if (key === undefined) return undefined;
  const below = [...allKeys(key.name)].slice(1).filter((other) => !isBelowAnother(other.name, key.name));
  const lines = [
    key.name === name ? key.name : `${name}: today's name is ${key.name}`,
    ...(key.meaning === null ? [] : [`  ${key.meaning}`]),
    `  May be: ${key.form}.${key.isSecret ? ' It is a secret and is never shown.' : ''}`,
    `  ${describeUse(key.fate)}`,
    ...(below.length > 0
      ? [`  Keys below it: ${below.map((one) => one.name.split('.').at(-1)).join(', ')}.`]
      : []),
    ...(below.length > 0 ? [] : describeDefaults(key)),
    ...(key.otherNames.length > 0 ? [`  Also called: ${key.otherNames.join(', ')}.`] : []),
    ...(file === null || below.length > 0 ? [] : [`  Here: ${describeHere(key, file)}.`]),
  ];
  return lines.join('\n');
}

/** The names most like one that there is not. */
export function suggestKey(name: string): string | undefined {
  return nearest(
    name,
    [...allKeys()].map((key) => key.name),
  );
}

function isBelowAnother(name: string, parent: string): boolean {
  return name
    .slice(parent.length)
    .replace(/^(\[\])?\./, '')
    .includes('.');
}

/** What becomes of a key, in a sentence. */
export function describeUse(fate: Fate | undefined): string {
  switch (fate?.kind) {
    case undefined:
      return 'Used.';
    case 'cluster':
      return 'Read for Kubernetes; not used on one machine.';
    case 'later':
      return fate.instead === null ? 'Not supported yet.' : `Not supported yet; instead: ${fate.instead}.`;
    case 'command':
      if (fate.isThere) return `Used by \`${fate.command}\`, not by the hub.`;
      return `Checked; for \`${fate.command}\`, which this version does not have yet.`;
    case 'replaced':
      return `Sets up ${fate.software}, which Polder does not need.`;
    case 'unneeded':
      return `Not used: ${fate.because}.`;
    case 'refused':
      return `Cannot be followed: ${fate.because}. ${fate.help}`;
  }
}

function describeDefaults({ defaults, isSecret }: KeyDescription): readonly string[] {
  const show = (value: unknown) => (value === undefined ? 'none' : isSecret ? '…' : JSON.stringify(value));
  if (defaults.length === 1) return [`  Default: ${show(defaults[0]!.value)}.`];
  return ['  Default:', ...defaults.map(({ chart, value }) => `    ${chart}: ${show(value)}`)];
}

function describeHere(key: KeyDescription, file: ExplainedFile): string {
  const node = nodeAt(file.lifted, key.name.split('.'));
  if (node === undefined || (node.kind === 'scalar' && node.value === null)) {
    return `not said, so ${originOf(file, undefined)}`;
  }
  const value = key.isSecret || isEmpty(node) ? '' : ` (${originOf(file, node)})`;
  return `said as \`${node.path}\`${value === '' ? `, ${originOf(file, node)}` : value}`;
}
