import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hubWords } from './hub-words.ts';
import { languages } from './texts.ts';

describe('what the hub says', () => {
  it('is said in Dutch, with the names that stand in it', () => {
    const said = hubWords(languages.nl, 'You cannot be let in under this name. Ask R. Jansen ({}) for help.');
    expect(String(said)).toBe('Je wordt onder deze naam niet toegelaten. Vraag R. Jansen ({}) om hulp.');
  });

  it('is said in Dutch whatever the cluster added', () => {
    const said = hubWords(languages.nl, 'The image quay.io/course:1 cannot be fetched: i/o timeout');
    expect(String(said)).toBe('Het image quay.io/course:1 kan niet worden opgehaald: i/o timeout');
  });

  it('is marked as English where there are no words for it, and escaped', () => {
    expect(String(hubWords(languages.nl, 'Out of <cheese>.'))).toBe(
      '<span lang="en">Out of &lt;cheese&gt;.</span>',
    );
    expect(String(hubWords(languages.en, 'Out of <cheese>.'))).toBe('Out of &lt;cheese&gt;.');
  });

  it.each(Object.values(languages))('has no words in $languageName for what it does not say', ({ hub }) => {
    const root = new URL('../../../', import.meta.url);
    const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('/texts/') && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(new URL(file, root), 'utf8').replace(/\$\{[^}]*\}/g, '{}'))
      .join('');
    expect(Object.keys(hub).filter((sentence) => !sources.includes(sentence))).toEqual([]);
  });
});
