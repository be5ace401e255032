/**
 * What people may choose of a server before it starts. What is chosen rides in the options of the server, in the words
 * of JupyterHub's API: `{ profile: 'large', image: 'matlab' }`, or `{ …, 'image--unlisted-choice': 'own/image' }`.
 */
import type { Json } from './server.ts';

/** Empty: nothing to choose from. */
export type ServerChoices = readonly ServerProfile[];

export interface ServerProfile {
  /** What it is called in a choice. */
  readonly slug: string;
  readonly title: string;
  /** Text, without markup; null: nothing more is said of it. */
  readonly description: string | null;
  readonly isDefault: boolean;
  /** Of its servers, as far as no option changes it; null where there is none, or it depends. Bytes, cores. */
  readonly memory: number | null;
  readonly cpu: number | null;
  readonly image: string | null;
  readonly options: readonly ProfileOption[];
}

export interface ProfileOption {
  readonly name: string;
  readonly title: string;
  readonly values: readonly OptionValue[];
  /** A text of one's own in place of a value; null: not allowed. */
  readonly own: OwnValue | null;
}

export interface OptionValue {
  readonly value: string;
  readonly title: string;
  readonly isDefault: boolean;
}

export interface OwnValue {
  /** What the text is called, and what stands for it among the values. */
  readonly title: string;
  readonly titleAmongValues: string;
  /** A regular expression that the whole text has to match; null: any text. */
  readonly pattern: string | null;
  /** What to say of a text that does not; null: the course does not say. */
  readonly message: string | null;
}

/** Options of a server. */
type Options = { readonly [key: string]: Json };

/** Why a choice is not possible, and of which option. */
export interface ChoiceProblem {
  readonly kind: 'no_such_profile' | 'no_such_value' | 'text_missing' | 'text_refused';
  readonly option: ProfileOption | null;
}

/** Whether there is anything to ask: one profile without options is what everybody gets. */
export function hasChoice(choices: ServerChoices): boolean {
  return choices.length > 1 || choices.some(({ options }) => options.some(isOpen));
}

export function defaultProfile(choices: ServerChoices): ServerProfile | undefined {
  return choices.find(({ isDefault }) => isDefault) ?? choices[0];
}

export function defaultValue({ values }: ProfileOption): OptionValue | undefined {
  return values.find(({ isDefault }) => isDefault) ?? values[0];
}

/** The name under which a text of one's own rides in the options. */
export function ownValueName(option: Pick<ProfileOption, 'name'>): string {
  return `${option.name}--unlisted-choice`;
}

/** What is wrong with the choice in `options`; undefined where nothing is. */
export function choiceProblem(choices: ServerChoices, options: Options): ChoiceProblem | undefined {
  const profile = choices.find(({ slug }) => slug === options.profile);
  if (!profile) return { kind: 'no_such_profile', option: null };
  for (const option of profile.options) {
    const kind = optionProblem(option, options);
    if (kind !== undefined) return { kind, option };
  }
  return undefined;
}

/**
 * As a whole: a pattern without `$` must not let anything follow that its author did not think of. A pattern that cannot
 * be read, since it was written for another language, lets nothing through.
 */
export function matchesWhole(pattern: string, text: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    return false;
  }
}

function optionProblem(option: ProfileOption, options: Options): ChoiceProblem['kind'] | undefined {
  const text = options[ownValueName(option)];
  if (text !== undefined) {
    if (option.own === null || typeof text !== 'string') return 'no_such_value';
    if (text === '') return 'text_missing';
    const { pattern } = option.own;
    return pattern === null || matchesWhole(pattern, text) ? undefined : 'text_refused';
  }
  const value = options[option.name];
  if (value === undefined) return undefined;
  return option.values.some((one) => one.value === value) ? undefined : 'no_such_value';
}

function isOpen({ values, own }: ProfileOption): boolean {
  return values.length > 1 || own !== null;
}
