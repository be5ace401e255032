import { type Finding, findingAt } from '../finding.ts';
import { TRAIT_RULES } from '../legacy/traits.ts';
import { nearest } from '../nearest.ts';
import { fateOf } from '../schema/fate.ts';
import { kubeSpawnerSchema } from '../schema/kube-spawner.ts';
import { type Entry, type MapTree, nodeAt, type Tree } from '../tree.ts';
import type { Check } from './check.ts';

/** What profiles set: a start with a trait that there is none of would fail, and only for those who choose it. */
export const checkProfiles: Check = ({ tree }) => {
  const profiles = nodeAt(tree, ['singleuser', 'profileList']);
  return profiles === undefined ? [] : overridesIn(profiles).flatMap(checkOverride);
};

const SECTION = 'hub.config.KubeSpawner.';
const traits: Readonly<Record<string, Parameters<typeof fateOf>[0]>> = kubeSpawnerSchema.shape;
const known: ReadonlySet<string> = new Set([
  ...Object.keys(traits),
  ...TRAIT_RULES.filter(({ from }) => from.startsWith(SECTION)).map(({ from }) => from.slice(SECTION.length)),
]);

/** Of profiles, of each value of their options, and of values of one's own. */
function overridesIn(node: Tree): readonly MapTree[] {
  if (node.kind === 'list') return node.items.flatMap(overridesIn);
  if (node.kind !== 'map') return [];
  return [...node.entries].flatMap(([key, { value }]) =>
    key === 'kubespawner_override' ? (value.kind === 'map' ? [value] : []) : overridesIn(value),
  );
}

function checkOverride(override: MapTree): readonly Finding[] {
  return [...override.entries].flatMap(([trait, entry]) => {
    if (!known.has(trait)) return [unknownTrait(trait, entry)];
    const fate = traits[trait] && fateOf(traits[trait]);
    return fate === undefined || fate.kind === 'cluster' ? [] : [unusedTrait(trait, entry)];
  });
}

function unknownTrait(trait: string, { key, value }: Entry): Finding {
  const near = nearest(trait, known);
  return findingAt(
    { place: key, path: value.path },
    {
      code: 'unknown-trait',
      severity: 'error',
      message: `Pods have nothing called \`${trait}\`: whoever chooses this would get no server.`,
      help: near === undefined ? 'Leave it out.' : `Did you mean \`${near}\`?`,
    },
  );
}

function unusedTrait(trait: string, { key, value }: Entry): Finding {
  return findingAt(
    { place: key, path: value.path },
    {
      code: 'trait-not-used',
      severity: 'warning',
      message: `A choice cannot change \`${trait}\`: it is not used here.`,
      help: 'Leave it out.',
    },
  );
}
