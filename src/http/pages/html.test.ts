import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Fragment, html } from './html.ts';

const entities: Record<string, string> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};
const unescapeHtml = (markup: string) =>
  markup.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity] ?? entity);
const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('<', '>', '"', "'", '&', '/', '=', ' ', 'a', 'script', '-->', '&lt;') }),
);

describe('html', () => {
  it('lets nothing through that could end a text or an attribute, and loses nothing', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const inText = /^<p>([\s\S]*)<\/p>$/.exec(String(html`<p>${text}</p>`))?.[1] ?? '?';
        expect(inText).not.toMatch(/[<>"']/);
        expect(unescapeHtml(inText)).toBe(text);
        const inAttribute = /^<p title="([\s\S]*)">$/.exec(String(html`<p title="${text}">`))?.[1] ?? '?';
        expect(inAttribute).not.toMatch(/[<>"']/);
        expect(unescapeHtml(inAttribute)).toBe(text);
      }),
    );
  });

  it('escapes text at any depth of lists and once only', () => {
    const nested: fc.Arbitrary<Fragment> = fc.letrec<{ fragment: Fragment }>((tie) => ({
      fragment: fc.oneof(
        { depthSize: 'small' },
        hostile,
        fc.array(tie('fragment')),
        hostile.map((text) => html`${text}`),
      ),
    })).fragment;
    fc.assert(
      fc.property(nested, (fragment) => {
        const text = (part: Fragment): string =>
          Array.isArray(part)
            ? part.map(text).join('')
            : typeof part === 'string'
              ? part
              : unescapeHtml(String(part));
        expect(String(html`${fragment}`)).not.toMatch(/[<>"']/);
        expect(unescapeHtml(String(html`${fragment}`))).toBe(text(fragment));
      }),
    );
  });

  it('writes nothing for null, undefined and false, and zero as 0', () => {
    expect(String(html`[${null}${undefined}${false}${0}]`)).toBe('[0]');
  });

  it('keeps markup of its own kind as it is', () => {
    expect(String(html`<ul>${['<a>', 'b'].map((item) => html`<li>${item}</li>`)}</ul>`)).toBe(
      '<ul><li>&lt;a&gt;</li><li>b</li></ul>',
    );
  });

  it('takes nothing for markup that html has not made', () => {
    const lookalike = { toString: () => '<script>' } as unknown as Fragment;
    expect(() => html`${lookalike}`).toThrow(TypeError);
  });

  it.each([
    ['an attribute without quotes', () => html`<a href=${'x'}>`],
    ['an attribute in single quotes', () => html`<a href='${'x'}'>`],
    ['a tag, as text', () => html`<a ${'x'}>`],
    ['a tag, after a closed attribute, as text', () => html`<a href="${'x'}" ${'y'}>`],
    ['the name of a tag', () => html`<${'x'}>`],
    ['an event handler', () => html`<a onclick="${'x'}">`],
    ['a style attribute', () => html`<a title="${'a>b'}" style="${'x'}">`],
    ['a script', () => html`<script>let a = "${'x'}"</script>`],
    ['a style sheet', () => html`<style>a { color: ${'x'} }</style>`],
    ['a comment', () => html`<!-- ${'x'} -->`],
  ])('refuses a hole in %s', (_, template) => {
    expect(template).toThrow(TypeError);
  });

  it('accepts several holes in one attribute, and markup or nothing between attributes', () => {
    const input = (required: boolean) => html`<input name="${'n>'}"${required && html` required`}>`;
    expect(String(html`<a href="/x/${'a'}?b=${'c&d'}">${input(true)}${input(false)}</a>`)).toBe(
      '<a href="/x/a?b=c&amp;d"><input name="n&gt;" required><input name="n&gt;"></a>',
    );
  });
});
