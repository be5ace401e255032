import type { z } from 'zod';
import { type Finding, findingAt } from './finding.ts';
import { nearest } from './nearest.ts';
import { type Fate, fateOf, shapeOf } from './schema/fate.ts';
import { valuesSchema } from './schema/values.ts';
import { type Entry, isEmpty, type MapTree } from './tree.ts';

/** Everything in the (lifted) file that is not used here: unknown keys, and known ones with what becomes of them. */
export function findUnused(file: MapTree): readonly Finding[] {
  const findings: Finding[] = [];
  const visit = (map: MapTree, schema: z.core.$ZodType, names: readonly string[]): void => {
    const shape = shapeOf(schema);
    if (shape === undefined) return;
    for (const [key, entry] of map.entries) {
      const name = [...names, key];
      if (names.join('.') === 'hub.config' && !Object.hasOwn(shape, key)) {
        findings.push(...describeSection(entry, key));
        continue;
      }
      if (!Object.hasOwn(shape, key)) {
        findings.push(describeUnknown(entry, name, shape));
        continue;
      }
      const below = shape[key]!;
      const fate = fateOf(below);
      if (fate !== undefined) {
        if (!isEmpty(entry.value)) findings.push(describeFate(entry, fate));
      } else if (entry.value.kind === 'map') {
        visit(entry.value, below, name);
      } else if (shapeOf(below) !== undefined && isEmpty(entry.value)) {
        const message = `\`${entry.value.path}\` has nothing below it.`;
        const help = 'Indent what belongs to it, or leave it out.';
        findings.push(findingAt(entry.value, { code: 'empty-section', severity: 'warning', message, help }));
      }
    }
  };
  visit(file, valuesSchema, []);
  return findings;
}

function describeFate(entry: Entry, fate: Fate): Finding {
  const at = { place: entry.key, path: entry.value.path };
  const name = `\`${entry.value.path}\``;
  switch (fate.kind) {
    case 'cluster':
      return findingAt(at, {
        code: 'cluster-only',
        severity: 'note',
        message: `${name} is about a cluster and is not used on one machine.`,
      });
    case 'later':
      return findingAt(at, {
        code: 'not-supported-yet',
        severity: 'warning',
        message: `${name} is not supported yet and is not used.`,
        help: fate.instead === null ? null : `Instead: ${fate.instead}.`,
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

function describeUnknown(
  entry: Entry,
  name: readonly string[],
  siblings: Readonly<Record<string, z.core.$ZodType>>,
): Finding {
  const key = name.at(-1) ?? '';
  const meant = nearest(key, Object.keys(siblings));
  const elsewhere = meant === undefined ? homesOf(key) : [];
  const help =
    meant !== undefined
      ? `Did you mean \`${[...name.slice(0, -1), meant].join('.')}\`?`
      : elsewhere.length === 1
        ? `There is \`${elsewhere[0]}\`: look at the indentation.`
        : 'Leave it out.';
  return findingAt(
    { place: entry.key, path: entry.value.path },
    {
      code: 'unknown-key',
      severity: meant === undefined && elsewhere.length !== 1 ? 'warning' : 'error',
      message: `There is no key \`${entry.value.path}\`.`,
      help,
    },
  );
}

/** A section of `hub.config` that we have no schema of: another class, or not a class at all. */
function describeSection(entry: Entry, section: string): readonly Finding[] {
  const at = { place: entry.key, path: entry.value.path };
  if (!/^[A-Z]/.test(section)) {
    const known = Object.keys(shapeOf(valuesSchema.shape.hub.unwrap().shape.config) ?? {});
    const meant = nearest(section, known);
    return [
      findingAt(at, {
        code: 'config-section-name',
        severity: 'error',
        message: `\`${section}\` is not a class: names of classes begin with a capital letter, and JupyterHub refuses others.`,
        help: meant === undefined ? null : `Did you mean \`hub.config.${meant}\`?`,
      }),
    ];
  }
  // Another way to log in than the one chosen is reported with the login.
  if (section.endsWith('Authenticator')) return [];
  return [describeFate(entry, { kind: 'later', instead: null })];
}

/** Where else in the schema a key of this name stands. */
function homesOf(key: string): readonly string[] {
  const homes: string[] = [];
  const visit = (schema: z.core.$ZodType, name: string): void => {
    for (const [child, below] of Object.entries(shapeOf(schema) ?? {})) {
      const path = name === '' ? child : `${name}.${child}`;
      if (child === key && !path.startsWith('hub.config')) homes.push(path);
      visit(below, path);
    }
  };
  visit(valuesSchema, '');
  return homes;
}
