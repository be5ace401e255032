/** A choice as the fields of a form, by the names that KubeSpawner's form gives them. */
import type { Json } from '../../domain/server.ts';
import {
  ownValueName,
  type ProfileOption,
  type ServerChoices,
  type ServerProfile,
} from '../../domain/server-choices.ts';
import { field } from './page-context.ts';

/** Among the values of an option: a text of one's own. */
export const OWN_VALUE = 'unlisted-choice';

export function optionField({ slug }: ServerProfile, { name }: ProfileOption): string {
  return `profile-option-${slug}--${name}`;
}

export function ownValueField(profile: ServerProfile, option: ProfileOption): string {
  return optionField(profile, { ...option, name: ownValueName(option) });
}

/** What a form or a query chooses, as options of a server; undefined where it says nothing of it. */
export function choiceOf(
  fields: unknown,
  choices: ServerChoices,
): Readonly<Record<string, string>> | undefined {
  const slug = field(fields, 'profile');
  if (slug === undefined) return undefined;
  const profile = choices.find((one) => one.slug === slug);
  const choice: Record<string, string> = { profile: slug };
  for (const option of profile?.options ?? []) {
    const value = field(fields, optionField(profile!, option));
    const text = field(fields, ownValueField(profile!, option))?.trim();
    if (value === OWN_VALUE) choice[ownValueName(option)] = text ?? '';
    else if (value !== undefined) choice[option.name] = value;
    else if (text) choice[ownValueName(option)] = text;
  }
  return choice;
}

/** The fields that would choose what the options of a server say. */
export function fieldsOf(
  options: { readonly [key: string]: Json },
  choices: ServerChoices,
): Readonly<Record<string, Json>> {
  const profile = choices.find(({ slug }) => slug === options.profile);
  if (!profile) return {};
  const fields: Record<string, Json> = { profile: profile.slug };
  for (const option of profile.options) {
    const text = options[ownValueName(option)];
    fields[optionField(profile, option)] = text === undefined ? (options[option.name] ?? null) : OWN_VALUE;
    fields[ownValueField(profile, option)] = text ?? null;
  }
  return fields;
}
