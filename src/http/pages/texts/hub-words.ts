/** What the hub says in English (its errors, the steps of a start), in the language of the page. */
import { type Html, html } from '../html.ts';
import type { Texts } from './texts.ts';

/** Where the language has no words for it, it stays English, and is marked as such for who has it read aloud. */
export function hubWords({ language, hub }: Texts, sentence: string): Html {
  if (language === 'en') return html`${sentence}`;
  const translated = translate(hub, sentence);
  return translated === undefined ? html`<span lang="en">${sentence}</span>` : html`${translated}`;
}

function translate(hub: Texts['hub'], sentence: string): string | undefined {
  if (Object.hasOwn(hub, sentence)) return hub[sentence];
  for (const [pattern, translation] of Object.entries(hub)) {
    if (!pattern.includes('{}')) continue;
    const values = new RegExp(`^${pattern.split('{}').map(escapePattern).join('(.+)')}$`, 's').exec(sentence);
    if (values === null) continue;
    const [, ...found] = values;
    return translation.replace(/\{\}/g, () => found.shift() ?? '');
  }
  return undefined;
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
