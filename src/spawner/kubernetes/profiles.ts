/**
 * `singleuser.profileList`: which of the pods on offer a student chose. The choice comes in the server's options as
 * `profile` and, for each option of the profile, its own name: `{ profile: 'large', image: 'matlab' }`.
 */
import type { Json } from '../../domain/server.ts';
import { matchesWhole } from '../../domain/server-choices.ts';
import { SpawnError } from '../spawner.ts';
import { isMap, itemsOf, type JsonItems, type JsonMap, type PodRecipe, withTraits } from './pod-recipe.ts';

/** The course's recipe with what the student chose. @throws SpawnError for a choice that is not on offer */
export function recipeFor(
  { recipe, profiles }: { readonly recipe: PodRecipe; readonly profiles: JsonItems },
  userOptions: JsonMap,
): PodRecipe {
  return chosenOverrides(profiles, userOptions).reduce(
    (chosen, traits) => withTraits(chosen, traits, { merge: true }),
    recipe,
  );
}

/**
 * What the chosen profile and its options set, in the order in which it counts; empty without profiles.
 * @throws SpawnError for a choice that is not on offer
 */
export function chosenOverrides(profiles: JsonItems, userOptions: JsonMap): readonly JsonMap[] {
  const offered = itemsOf(profiles).filter(isMap);
  if (offered.length === 0) return [];
  const profile = chosenProfile(offered, userOptions.profile);
  const options = Object.entries(mapOf(profile.profile_options));
  return [
    mapOf(profile.kubespawner_override),
    ...options.map(([name, option]) => overrideOf(name, mapOf(option), userOptions)),
  ];
}

/** What a profile is called in a choice: its slug, or what is left of its name. */
export function profileSlug(profile: JsonMap): string {
  if (typeof profile.slug === 'string') return profile.slug;
  return String(profile.display_name ?? '')
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

function chosenProfile(offered: readonly JsonMap[], choice: Json | undefined): JsonMap {
  if (choice === undefined || choice === null || choice === '') {
    return offered.find(({ default: isDefault }) => isDefault === true) ?? offered[0]!;
  }
  const chosen = offered.find((profile) => profileSlug(profile) === choice);
  if (chosen) return chosen;
  throw notOnOffer(`“${String(choice)}”`, offered.map(profileSlug));
}

function overrideOf(name: string, option: JsonMap, userOptions: JsonMap): JsonMap {
  const choices = mapOf(option.choices);
  const unlisted = userOptions[`${name}--unlisted-choice`];
  if (unlisted !== undefined && unlisted !== null && unlisted !== '') {
    return unlistedOverride(name, mapOf(option.unlisted_choice), unlisted);
  }
  const chosen = userOptions[name];
  if (chosen === undefined || chosen === null || chosen === '') {
    const all = Object.values(choices).filter(isMap);
    const first = all.find(({ default: isDefault }) => isDefault === true) ?? all[0];
    return mapOf(first?.kubespawner_override);
  }
  if (typeof chosen !== 'string' || !Object.hasOwn(choices, chosen)) {
    throw notOnOffer(`“${String(chosen)}” for “${name}”`, Object.keys(choices));
  }
  return mapOf(mapOf(choices[chosen]).kubespawner_override);
}

/** A text of the student's own, where the profile allows one: it takes the place of `{value}`. */
function unlistedOverride(name: string, unlisted: JsonMap, text: Json): JsonMap {
  if (unlisted.enabled !== true) throw notOnOffer(`a value of one's own for “${name}”`, []);
  const pattern = unlisted.validation_regex;
  if (typeof text !== 'string') throw notOnOffer(`that value for “${name}”`, []);
  if (typeof pattern === 'string' && !matchesWhole(pattern, text)) {
    const message = unlisted.validation_message;
    throw new SpawnError(`“${text}” is not possible for “${name}”.`, {
      hint: typeof message === 'string' ? message : 'Choose another value, or one of those on offer.',
    });
  }
  return fillIn(mapOf(unlisted.kubespawner_override), text) as JsonMap;
}

function fillIn(value: Json, text: string): Json {
  if (typeof value === 'string') return value.replaceAll('{value}', text);
  if (Array.isArray(value)) return value.map((item: Json) => fillIn(item, text));
  if (isMap(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillIn(item, text)]));
  return value;
}

export function mapOf(value: Json | undefined): JsonMap {
  return isMap(value) ? value : {};
}

function notOnOffer(what: string, offered: readonly string[]): SpawnError {
  return new SpawnError(`This course does not offer ${what}.`, {
    hint: offered.length === 0 ? 'Choose one of those on offer.' : `Choose one of: ${offered.join(', ')}.`,
  });
}
