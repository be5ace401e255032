import { describe, expect, test } from 'vitest';
import { hasChoice } from '../../domain/server-choices.ts';
import { PLAIN_RECIPE } from './pod-recipe.ts';
import { choicesOf } from './profile-choices.ts';

const recipe = { ...PLAIN_RECIPE, image: 'course:1', memLimit: 1024 ** 3 };
const image = {
  display_name: 'Software',
  choices: {
    base: { display_name: 'Base', kubespawner_override: { image: 'base:1' } },
    matlab: { default: true, kubespawner_override: { image: 'matlab:1' } },
  },
  unlisted_choice: { enabled: true, display_name: 'Own image', validation_regex: 'quay/.*' },
};
const profiles = [
  { display_name: 'Small', description: 'For <b>most</b>,<br>if x < 3 too.' },
  {
    display_name: 'Large',
    slug: 'big',
    default: true,
    kubespawner_override: { mem_limit: '8G', cpu_limit: 2 },
    profile_options: { image },
  },
];

describe('a list of profiles, as people are asked about it', () => {
  test('says what each has, except for what its options change', () => {
    const facts = choicesOf({ recipe, profiles }).map(({ options: _, ...profile }) => profile);
    expect(facts).toEqual([
      {
        slug: 'small',
        title: 'Small',
        description: 'For most , if x < 3 too.',
        isDefault: false,
        memory: 1024 ** 3,
        cpu: null,
        image: 'course:1',
      },
      {
        slug: 'big',
        title: 'Large',
        description: null,
        isDefault: true,
        memory: 8 * 1024 ** 3,
        cpu: 2,
        image: null,
      },
    ]);
  });

  test('has options by their names, and a text of one’s own where that is enabled', () => {
    expect(choicesOf({ recipe, profiles })[1]?.options).toEqual([
      {
        name: 'image',
        title: 'Software',
        values: [
          { value: 'base', title: 'Base', isDefault: false },
          { value: 'matlab', title: 'matlab', isDefault: true },
        ],
        own: { title: 'Own image', titleAmongValues: 'Other…', pattern: 'quay/.*', message: null },
      },
    ]);
    const off = { image: { ...image, unlisted_choice: { enabled: false } } };
    const [profile] = choicesOf({ recipe, profiles: [{ display_name: 'A', profile_options: off }] });
    expect(profile?.options[0]?.own).toBeNull();
  });

  test('asks only where there is something to choose', () => {
    const isAsked = (list: Parameters<typeof choicesOf>[0]['profiles']) =>
      hasChoice(choicesOf({ recipe, profiles: list }));
    expect([[], profiles.slice(0, 1), profiles.slice(1), profiles].map(isAsked)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  test('shows a profile that cannot be used, without what it would have', () => {
    const broken = [{ display_name: 'Broken', kubespawner_override: { mem_limits: '8G' } }];
    expect(choicesOf({ recipe, profiles: broken })[0]).toMatchObject({ slug: 'broken', memory: null });
  });
});
