import type { z } from 'zod';
import { type Finding, findingAt } from './finding.ts';
import { chosenSection } from './legacy/authenticators.ts';
import { CLASS_NAMES, isKindOf, traitsOf } from './legacy/classes.ts';
import { TRAIT_RULES } from './legacy/traits.ts';
import { nearest, squash } from './nearest.ts';
import { type Fate, fateOf, itemShapeOf, shapeOf } from './schema/fate.ts';
import { valuesSchema } from './schema/values.ts';
import { type Entry, isEmpty, type ListTree, type MapTree, type Tree } from './tree.ts';

/** Whoever has more unknown keys than this has the wrong file. */
const MAX_SUGGESTIONS = 100;

/** Everything in the (lifted) file that is not used here: unknown keys, and known ones with what becomes of them. */
export function findUnused(file: MapTree): readonly Finding[] {
  const findings: Finding[] = [];
  const chosen = chosenSection(file);
  let unknown = 0;
  const visit = (
    map: MapTree,
    schema: z.core.$ZodType,
    names: readonly string[],
    inCluster: boolean,
  ): void => {
    const shape = shapeOf(schema) ?? itemShapeOf(schema);
    if (shape === undefined) return;
    for (const [key, entry] of map.entries) {
      const name = [...names, key];
      // It stayed where it is because another way to log in was chosen, which is told with the login.
      if (TRAIT_RULES.some(({ from, when }) => when !== undefined && from === name.join('.'))) continue;
      if (names.join('.') === 'hub.config' && !Object.hasOwn(shape, key)) {
        findings.push(...describeSection(entry, key, chosen));
        continue;
      }
      if (!Object.hasOwn(shape, key)) {
        if (isTrait(name)) {
          if (!isEmpty(entry.value)) findings.push(describeFate(entry, { kind: 'later', instead: null }));
          continue;
        }
        unknown += 1;
        findings.push(describeUnknown(entry, name, unknown > MAX_SUGGESTIONS ? [] : siblingsOf(name, shape)));
        continue;
      }
      const below = shape[key]!;
      const fate = fateOf(below);
      if (fate !== undefined) {
        // What is not there yet can be switched off all the same.
        if (fate.kind === 'later' && isFalse(entry.value)) continue;
        if (!inCluster) for (const written of writtenIn(entry)) findings.push(describeFate(written, fate));
        // Of what is used elsewhere, the keys are held against the schema all the same.
        if (entry.value.kind === 'map') visit(entry.value, below, name, true);
        if (entry.value.kind === 'list') visitItems(entry.value, below, name, true);
      } else if (entry.value.kind === 'map') {
        visit(entry.value, below, name, inCluster);
      } else if (entry.value.kind === 'list') {
        visitItems(entry.value, below, name, inCluster);
      } else if (shapeOf(below) !== undefined && isEmpty(entry.value)) {
        const message = `\`${entry.value.path}\` has nothing below it.`;
        const help = 'Indent what belongs to it, or leave it out.';
        findings.push(findingAt(entry.value, { code: 'empty-section', severity: 'warning', message, help }));
      }
    }
  };
  function visitItems(
    list: ListTree,
    schema: z.core.$ZodType,
    names: readonly string[],
    inCluster: boolean,
  ): void {
    if (itemShapeOf(schema) === undefined) return;
    const each = [...names.slice(0, -1), `${names.at(-1)}[]`];
    for (const item of list.items) if (item.kind === 'map') visit(item, schema, each, inCluster);
  }
  visit(file, valuesSchema, [], false);
  return isOfAnotherKind(file) ? [...findings, describeOtherKind(file)] : findings;
}

function isFalse(node: Tree): boolean {
  return node.kind === 'scalar' && node.value === false;
}

/** The entry itself, or those that were moved into it from elsewhere; nothing where nothing is said. */
function writtenIn(entry: Entry): readonly Entry[] {
  if (isEmpty(entry.value)) return [];
  if (entry.value.kind !== 'map') return [entry];
  const own = entry.value.path;
  const children = [...entry.value.entries.values()];
  const moved = children.filter(({ value: { path } }) => path !== own && !path.startsWith(`${own}.`));
  const itself = moved.length < children.length ? [entry] : [];
  return [...itself, ...moved.flatMap(writtenIn)];
}

function describeFate(entry: Entry, fate: Fate): Finding {
  const at = { place: entry.key, path: entry.value.path };
  const name = `\`${entry.value.path}\``;
  switch (fate.kind) {
    case 'cluster':
      return findingAt(at, {
        code: 'cluster-only',
        severity: 'note',
        message: `${name} is read for Kubernetes, and is not used on one machine.`,
      });
    case 'later':
      return findingAt(at, {
        code: 'not-supported-yet',
        severity: 'warning',
        message: `${name} is not supported yet and is not used.`,
        help: fate.instead === null ? null : `Instead: ${fate.instead}.`,
      });
    case 'command':
      return findingAt(at, {
        code: fate.isThere ? 'used-elsewhere' : 'used-later',
        severity: 'note',
        message: fate.isThere
          ? `${name} is used by \`${fate.command}\`, not by the hub.`
          : `${name} is checked; it is for \`${fate.command}\`, which this version does not have yet.`,
      });
    case 'replaced':
      return findingAt(at, {
        code: 'other-software',
        severity: 'note',
        message: `${name} sets up ${fate.software}, which Polder does not need, and is not used.`,
      });
    case 'unneeded':
      return findingAt(at, {
        code: 'not-needed',
        severity: 'note',
        message: `${name} is not used: ${fate.because}.`,
      });
    case 'refused':
      return findingAt(at, {
        code: 'not-possible',
        severity: 'error',
        message: `${name} cannot be followed: ${fate.because}.`,
        help: fate.help,
      });
  }
}

function describeUnknown(entry: Entry, name: readonly string[], siblings: readonly string[]): Finding {
  const key = name.at(-1) ?? '';
  const part = name.length === 1 ? valuesBelow(entry) : undefined;
  if (part !== undefined) {
    const { path } = part.value;
    return findingAt(
      { place: part.key, path },
      {
        code: 'values-of-a-part',
        severity: 'error',
        message: `The values stand below \`${path}\`, as for a chart that JupyterHub's is a part of; none of them is read.`,
        help: 'Give a file with those values alone: what stands below that line, without its indentation.',
      },
    );
  }
  const near = nearest(key, siblings);
  const meant = near === undefined ? homeOf(key, name.slice(0, -1)) : [...name.slice(0, -1), near].join('.');
  return findingAt(
    { place: entry.key, path: entry.value.path },
    {
      code: 'unknown-key',
      severity: meant === undefined && !mustBeHeard(name) ? 'warning' : 'error',
      message: `There is no key \`${entry.value.path}\`.`,
      help: meant === undefined ? 'Leave it out.' : `Did you mean \`${meant}\`?`,
    },
  );
}

/** Whether nothing in it is, or may be meant to be, of a course: read on, it would be an open one. */
function isOfAnotherKind(file: MapTree): boolean {
  const known = Object.keys(valuesSchema.shape);
  const keys = [...file.entries];
  const isStrange = ([key, entry]: readonly [string, Entry]) =>
    nearest(key, known) === undefined && valuesBelow(entry) === undefined;
  return keys.length > 0 && keys.length <= MAX_SUGGESTIONS && keys.every(isStrange);
}

function describeOtherKind(file: MapTree): Finding {
  const [first] = file.entries.values();
  return findingAt(
    { place: first?.key ?? file.place, path: '' },
    {
      code: 'no-values',
      severity: 'error',
      message: 'None of the keys is one of a course: this is another kind of file.',
      help: 'A course begins with keys such as `singleuser:`, `hub:` and `auth:`.',
    },
  );
}

/** The entry in which the values of the chart stand, itself or one not far below it. */
function valuesBelow(entry: Entry, depth = 0): Entry | undefined {
  const { value } = entry;
  if (value.kind !== 'map' || depth > 3) return undefined;
  if (['singleuser', 'hub', 'proxy', 'auth'].some((key) => value.entries.get(key)?.value.kind === 'map'))
    return entry;
  for (const below of value.entries.values()) {
    const found = valuesBelow(below, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Volumes are students' work, and a rule that goes unheard lets strangers in: there, everything that is said must be heard. */
function mustBeHeard(name: readonly string[]): boolean {
  const isAboutVolumes = ['singleuser.storage', 'hub.db'].includes(name.slice(0, 2).join('.'));
  return isAboutVolumes || /^(whitelist|blacklist|allow|allowed|block|blocked|deny)/i.test(name.at(-1) ?? '');
}

/** The keys that may stand beside `name`, those that are moved elsewhere before validation among them. */
function siblingsOf(name: readonly string[], shape: Readonly<Record<string, unknown>>): readonly string[] {
  const parent = `${name.slice(0, -1).join('.')}.`;
  const moved = TRAIT_RULES.map((rule) => rule.from).filter((from) => from.startsWith(parent));
  return [...Object.keys(shape), ...moved.map((from) => from.slice(parent.length)), ...traitsIn(name)];
}

/** Whether the class of this section has such a trait, of its own or from those it comes from. */
function isTrait(name: readonly string[]): boolean {
  return traitsIn(name).includes(name.at(-1) ?? '');
}

function traitsIn([hub, config, section, trait, ...below]: readonly string[]): readonly string[] {
  const isInSection = hub === 'hub' && config === 'config' && trait !== undefined && below.length === 0;
  return isInSection && section !== undefined ? traitsOf(section) : [];
}

/** A section of `hub.config` that we have no schema of: another class, or not a class at all. */
function describeSection(entry: Entry, section: string, chosen: string): readonly Finding[] {
  const at = { place: entry.key, path: entry.value.path };
  if (!/^[A-Z]/.test(section)) {
    const known = Object.keys(shapeOf(valuesSchema.shape.hub.unwrap().shape.config) ?? {});
    const meant = nearest(section, [...known, ...CLASS_NAMES]);
    const home = Object.hasOwn(valuesSchema.shape, section) ? section : undefined;
    return [
      findingAt(at, {
        code: 'config-section-name',
        severity: 'error',
        message: `\`${entry.value.path}\` is not a class: names of classes begin with a capital letter, and JupyterHub refuses others.`,
        help:
          meant === undefined
            ? home === undefined
              ? null
              : `Did you mean \`${home}\`, which stands at the left margin?`
            : `Did you mean \`hub.config.${meant}\`?`,
      }),
    ];
  }
  const traits = traitsOf(section);
  if (traits.length > 0) {
    // Whether this way to log in is the chosen one, and whether it is there, is told with the login.
    if (entry.value.kind !== 'map') return [];
    return [...entry.value.entries]
      .filter(([trait]) => !traits.includes(trait))
      .map(([trait, below]) => describeUnknown(below, ['hub', 'config', section, trait], traits));
  }
  const meant = isKindOf(chosen, section) ? undefined : nearest(section, CLASS_NAMES);
  if (meant !== undefined) return [describeUnknown(entry, ['hub', 'config', section], CLASS_NAMES)];
  if (section.endsWith('Authenticator')) return [];
  return [describeFate(entry, { kind: 'later', instead: null })];
}

/** The right name in the wrong place is mostly a slip of the indentation: the place nearest to `parent`, if it is one. */
function homeOf(key: string, parent: readonly string[]): string | undefined {
  if (key.length > 100) return undefined;
  const shared = (home: string): number => {
    const steps = home.split('.');
    const end = parent.findIndex((step, index) => steps[index] !== step);
    return end === -1 ? parent.length : end;
  };
  const homes = HOMES.get(squash(key)) ?? [];
  const most = Math.max(...homes.map(shared));
  const best = homes.filter((home) => shared(home) === most);
  return best.length === 1 ? best[0] : undefined;
}

/** For every name of a key, where in the schema it stands. */
const HOMES = collectHomes();

function collectHomes(): ReadonlyMap<string, readonly string[]> {
  const homes = new Map<string, string[]>();
  const visit = (schema: z.core.$ZodType, name: string): void => {
    for (const [key, below] of Object.entries(shapeOf(schema) ?? {})) {
      const path = name === '' ? key : `${name}.${key}`;
      homes.set(squash(key), [...(homes.get(squash(key)) ?? []), path]);
      visit(below, path);
    }
  };
  visit(valuesSchema, '');
  return homes;
}
