import { type Finding, findingAt } from '../finding.ts';
import { nearest } from '../nearest.ts';
import { entryAt, isEmpty, type MapTree, nodeAt, type Tree, withEntry, withoutEntry } from '../tree.ts';
import { liftPython } from './python.ts';
import type { Rule } from './rule.ts';
import { LEGACY_RULES } from './rules.ts';
import { describeTwice } from './said-twice.ts';
import { RENAMED_TRAITS, TRAIT_RULES } from './traits.ts';

export interface Lifted {
  readonly tree: MapTree;
  readonly findings: readonly Finding[];
}

/** Moves old names to today's, and traits to the chart's keys. Nodes keep the place and the name that the file gave them. */
export function liftTree(file: MapTree): Lifted {
  const legacy = applyRules(file, LEGACY_RULES, { newWins: false });
  const leftover = takeAuth(legacy.tree);
  const python = liftPython(leftover.tree);
  const traits = applyRules(python.tree, [...RENAMED_TRAITS, ...TRAIT_RULES], { newWins: true });
  return {
    tree: traits.tree,
    findings: [...legacy.findings, ...leftover.findings, ...python.findings, ...traits.findings],
  };
}

/** @param options.newWins whether what is moved replaces what stands at its new name. */
function applyRules(file: MapTree, rules: readonly Rule[], options: { readonly newWins: boolean }): Lifted {
  const findings: Finding[] = [];
  let tree = file;
  for (const rule of rules) {
    const from = rule.from.split('.');
    const entry = entryAt(tree, from);
    if (entry === undefined || rule.when?.(file) === false) continue;
    const to = typeof rule.to === 'string' ? rule.to : rule.to(file);
    tree = withoutEntry(tree, from);
    if (to === undefined) continue;
    const moved = { key: entry.key, value: rule.turn === undefined ? entry.value : rule.turn(entry.value) };
    const target = to.split('.');
    // What stands in the way is no map: validation says so.
    if (isBlocked(tree, target)) continue;
    const standing = nodeAt(tree, target);
    if (standing === undefined || standing.path === entry.value.path) {
      tree = withEntry(tree, target, moved);
      continue;
    }
    const [kept, dropped] = options.newWins ? [moved.value, standing] : [standing, moved.value];
    if (options.newWins) tree = withEntry(tree, target, moved);
    findings.push(describeTwice(kept, dropped));
  }
  return { tree, findings };
}

function isBlocked(tree: MapTree, target: readonly string[]): boolean {
  return target.slice(0, -1).some((_, index) => {
    const node = nodeAt(tree, target.slice(0, index + 1));
    return node !== undefined && node.kind !== 'map' && !isEmpty(node);
  });
}

/** What is left under `auth` after lifting is known to no chart. */
function takeAuth(file: MapTree): Lifted {
  const auth = nodeAt(file, ['auth']);
  if (auth === undefined) return { tree: file, findings: [] };
  const known = LEGACY_RULES.map((rule) => rule.from).filter((name) => name.startsWith('auth.'));
  const findings: Finding[] = [];
  const visit = (node: MapTree, above: string): void => {
    for (const [key, entry] of node.entries) {
      const name = `${above}.${key}`;
      if (known.some((other) => other.startsWith(`${name}.`))) {
        if (entry.value.kind === 'map') visit(entry.value, name);
        else if (!isEmpty(entry.value)) findings.push(describeNoMap(entry.value));
        continue;
      }
      const siblings = known
        .filter((other) => other.startsWith(`${above}.`))
        .map((other) => other.slice(above.length + 1).split('.')[0] ?? '');
      const meant = nearest(key, siblings);
      findings.push(
        findingAt(
          { place: entry.key, path: entry.value.path },
          {
            code: 'unknown-key',
            severity: meant === undefined ? 'warning' : 'error',
            message: `No version of the chart knows \`${entry.value.path}\`.`,
            help: meant === undefined ? 'Leave it out.' : `Did you mean \`${above}.${meant}\`?`,
          },
        ),
      );
    }
  };
  if (auth.kind === 'map') visit(auth, 'auth');
  else if (!isEmpty(auth)) findings.push(describeNoMap(auth));
  return { tree: withoutEntry(file, ['auth']), findings };
}

function describeNoMap(node: Tree): Finding {
  const help =
    node.kind === 'scalar' && node.plain?.includes(':')
      ? 'Put a blank after the colon.'
      : 'Write its keys below it, indented.';
  return findingAt(node, {
    code: 'wrong-type',
    severity: 'error',
    message: 'This must be a map of keys.',
    help,
  });
}
