import { describe, expect, test } from 'vitest';
import { PLAIN_RECIPE, withTraits } from './pod-recipe.ts';
import { profileSlug, recipeFor } from './profiles.ts';

const profiles = [
  { display_name: 'Small machine', default: true, kubespawner_override: { mem_limit: '1G' } },
  {
    display_name: 'Large',
    slug: 'big',
    kubespawner_override: { mem_limit: '8G', environment: { SIZE: 'large', GONE: null } },
    profile_options: {
      image: {
        choices: {
          base: { kubespawner_override: { image: 'base:1' } },
          matlab: { default: true, kubespawner_override: { image: 'matlab:1' } },
        },
        unlisted_choice: {
          enabled: true,
          validation_regex: 'quay\\.example/[a-z]+',
          validation_message: 'An image of quay.example.',
          kubespawner_override: { image: '{value}:latest' },
        },
      },
    },
  },
];
const recipe = { ...PLAIN_RECIPE, environment: { HERE: '1', GONE: 'x' } };
const chosen = (options: Parameters<typeof recipeFor>[1]) => recipeFor({ recipe, profiles }, options);

describe('a profile', () => {
  test('is the default one where none is chosen', () => {
    expect(chosen({}).memLimit).toBe(1024 ** 3);
  });

  test('adds to what the course says, and takes out what it sets to null', () => {
    const { memLimit, environment, image } = chosen({ profile: 'big' });
    expect({ memLimit, environment, image }).toEqual({
      memLimit: 8 * 1024 ** 3,
      environment: { HERE: '1', SIZE: 'large' },
      image: 'matlab:1',
    });
  });

  test('has options, and a text of one’s own where it allows one', () => {
    expect(chosen({ profile: 'big', image: 'base' }).image).toBe('base:1');
    const own = { profile: 'big', 'image--unlisted-choice': 'quay.example/mine' };
    expect(chosen(own).image).toBe('quay.example/mine:latest');
  });

  test.each([
    [{ profile: 'huge' }, 'does not offer “huge”'],
    [{ profile: 'big', image: 'windows' }, 'does not offer “windows” for “image”'],
    [{ profile: 'big', image: 'constructor' }, 'does not offer “constructor”'],
    [{ profile: 'big', 'image--unlisted-choice': 'quay.example/mine; rm' }, 'is not possible'],
    [{ profile: 'big', 'image--unlisted-choice': 7 }, 'does not offer'],
  ])('that is not on offer ends the start: %j', (options, words) => {
    expect(() => chosen(options)).toThrow(words);
  });

  test('is called by its slug, or by what is left of its name', () => {
    expect(profiles.map(profileSlug)).toEqual(['small-machine', 'big']);
    expect(profileSlug({ display_name: 'Café XL (GPU)' })).toBe('cafe-xl-gpu');
  });
});

describe('traits', () => {
  test('that there are none of, and values of another form, are said', () => {
    const set = (traits: Parameters<typeof withTraits>[1]) => () =>
      withTraits(recipe, traits, { merge: true });
    expect(set({ mem_limits: '1G' })).toThrow('“mem_limits”');
    expect(set({ node_selector: 'ssd' })).toThrow('“node_selector”');
    expect(set({ image: ['a'] })).toThrow('“image”');
    expect(set({ cmd: [1] })).toThrow('“cmd”');
  });

  test('take each other’s place in `hub.config`, and are put together in profiles', () => {
    const traits = { environment: { NEW: '2' } };
    expect(withTraits(recipe, traits, { merge: false }).environment).toEqual({ NEW: '2' });
    expect(withTraits(recipe, traits, { merge: true }).environment).toEqual({
      HERE: '1',
      GONE: 'x',
      NEW: '2',
    });
  });
});
