import { describe, expect, it } from 'vitest';
import { languageNamed, preferredLanguage } from './language.ts';

describe('the language that a browser asks for', () => {
  it.each([
    ['nl-BE,nl;q=0.9,en;q=0.8', 'nl'],
    ['fr,de;q=0.9,en;q=0.3,nl;q=0.5', 'nl'],
    ['en;q=0.5, nl;q=0.5', 'en'],
    ['nl;q=0, en;q=0.1', 'en'],
    ['fr', undefined],
    ['*', undefined],
    ['', undefined],
    [';;,=,q', undefined],
  ])('“%s” is %s', (header, language) => {
    expect(preferredLanguage(header)).toBe(language);
  });
});

it('a language is named by its tag, whatever its region and case', () => {
  expect(['NL', 'nl-BE', ' en ', 'nld', ''].map(languageNamed)).toEqual([
    'nl',
    'nl',
    'en',
    undefined,
    undefined,
  ]);
});
