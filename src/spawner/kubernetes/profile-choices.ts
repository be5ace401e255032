/** `singleuser.profileList` as people are asked about it. */

import type { Json } from '../../domain/server.ts';
import type { OwnValue, ProfileOption, ServerChoices, ServerProfile } from '../../domain/server-choices.ts';
import { isMap, itemsOf, type JsonItems, type JsonMap, type PodRecipe, withTraits } from './pod-recipe.ts';
import { mapOf, profileSlug } from './profiles.ts';

export function choicesOf({
  recipe,
  profiles,
}: {
  readonly recipe: PodRecipe;
  readonly profiles: JsonItems;
}): ServerChoices {
  return itemsOf(profiles)
    .filter(isMap)
    .map((profile) => choiceOf(profile, recipe));
}

function choiceOf(profile: JsonMap, recipe: PodRecipe): ServerProfile {
  const slug = profileSlug(profile);
  const options = Object.entries(mapOf(profile.profile_options));
  const changed = new Set(options.flatMap(([, option]) => traitsChangedBy(mapOf(option))));
  const chosen = recipeOf(profile, recipe);
  return {
    slug,
    title: textOf(profile.display_name) ?? slug,
    description: withoutMarkup(textOf(profile.description)),
    isDefault: profile.default === true,
    memory: changed.has('mem_limit') ? null : (chosen?.memLimit ?? null),
    cpu: changed.has('cpu_limit') ? null : (chosen?.cpuLimit ?? null),
    image: changed.has('image') ? null : (chosen?.image ?? null),
    options: options.map(([name, option]) => optionOf(name, mapOf(option))),
  };
}

function optionOf(name: string, option: JsonMap): ProfileOption {
  return {
    name,
    title: textOf(option.display_name) ?? name,
    values: Object.entries(mapOf(option.choices)).map(([value, choice]) => ({
      value,
      title: textOf(mapOf(choice).display_name) ?? value,
      isDefault: mapOf(choice).default === true,
    })),
    own: ownOf(mapOf(option.unlisted_choice)),
  };
}

function ownOf(unlisted: JsonMap): OwnValue | null {
  if (unlisted.enabled !== true) return null;
  return {
    title: textOf(unlisted.display_name) ?? 'Your own value',
    titleAmongValues: textOf(unlisted.display_name_in_choices) ?? 'Other…',
    pattern: textOf(unlisted.validation_regex),
    message: textOf(unlisted.validation_message),
  };
}

/** Traits that some value of an option sets. */
function traitsChangedBy(option: JsonMap): readonly string[] {
  const all = [...Object.values(mapOf(option.choices)), option.unlisted_choice ?? null];
  return all.flatMap((choice) => Object.keys(mapOf(mapOf(choice).kubespawner_override)));
}

/** Null where the profile cannot be used: whoever chooses it is told why when it starts. */
function recipeOf(profile: JsonMap, recipe: PodRecipe): PodRecipe | null {
  try {
    return withTraits(recipe, mapOf(profile.kubespawner_override), { merge: true });
  } catch {
    return null;
  }
}

/** KubeSpawner shows markup in descriptions; our pages take text only, and so tags are left out. */
function withoutMarkup(text: string | null): string | null {
  if (text === null) return null;
  const plain = text
    .replace(/<\/?[a-z][^>]*>/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return plain === '' ? null : plain;
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
