/**
 * Markup that cannot be broken by what is put into it. Everything in a hole is escaped, unless it is itself the result
 * of `html`; there is no other way to markup. Templates where escaping is not enough are refused.
 */

/** What may stand in a hole: text and numbers are escaped, lists are joined, `null`, `undefined` and `false` are nothing. */
export type Fragment = Html | string | number | null | undefined | false | readonly Fragment[];

export class Html {
  readonly #markup: string;

  /** Only `html` makes these. */
  constructor(key: typeof makerKey, markup: string) {
    if (key !== makerKey) throw new TypeError('Markup is made by html`…` only.');
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

const makerKey = Symbol('html');

/** Of each template, the holes that stand between attributes: they take markup only. */
const tagHoles = new WeakMap<TemplateStringsArray, ReadonlySet<number>>();

/**
 * @throws TypeError where a hole stands in a place that escaping does not make safe: an attribute without double
 * quotes, an event handler, a `style` attribute, a script, a style sheet, a comment; and for text between attributes.
 */
export function html(strings: TemplateStringsArray, ...holes: readonly Fragment[]): Html {
  let markupOnly = tagHoles.get(strings);
  if (markupOnly === undefined) {
    markupOnly = inspectHoles(strings);
    tagHoles.set(strings, markupOnly);
  }
  let markup = strings[0] ?? '';
  for (const [index, hole] of holes.entries()) {
    if (markupOnly.has(index) && hole && !(hole instanceof Html)) {
      throw new TypeError(`Text cannot stand in a tag: …${markup.slice(-60)}`);
    }
    markup += render(hole) + (strings[index + 1] ?? '');
  }
  return new Html(makerKey, markup);
}

function render(fragment: Fragment): string {
  if (fragment === null || fragment === undefined || fragment === false) return '';
  if (fragment instanceof Html) return fragment.toString();
  if (typeof fragment === 'string') return escapeHtml(fragment);
  if (typeof fragment === 'number') return String(fragment);
  return fragment.map(render).join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}

function inspectHoles(strings: readonly string[]): ReadonlySet<number> {
  const markupOnly = new Set<number>();
  let before = '';
  for (const [index, string] of strings.slice(0, -1).entries()) {
    before += string;
    const place = placeAtEnd(before);
    if (place === 'between attributes') markupOnly.add(index);
    else if (place !== 'safe')
      throw new TypeError(`A hole of this template stands ${place}: …${before.slice(-60)}`);
    // Stands for what the hole will hold, which closes nothing and opens nothing.
    if (place === 'safe') before += 'x';
  }
  return markupOnly;
}

/** Where something that follows `markup` would stand: `safe`, `between attributes`, or a place that is refused. */
function placeAtEnd(markup: string): string {
  if (markup.lastIndexOf('<!--') > markup.lastIndexOf('-->')) return 'in a comment';
  if (/<(script|style)\b[^>]*>(?![\s\S]*<\/\1>)/i.test(markup)) return 'in a script or a style sheet';
  const tag = /<[a-z/]?[^<>]*$/i.exec(emptyQuotes(markup))?.[0];
  if (tag === undefined) return 'safe';
  if (/^<\/?[a-z0-9-]*$/i.test(tag)) return 'in the name of a tag';
  const attribute = /([^\s"'<>/=]+)="$/.exec(tag)?.[1];
  if (attribute === undefined)
    return /['=]\s*$/.test(tag) ? 'in an attribute without double quotes' : 'between attributes';
  return /^(on.*|style|srcdoc)$/i.test(attribute) ? `in the attribute “${attribute}”` : 'safe';
}

/** Empties quoted attributes, the last open one too, so that no `>` within them is taken for the end of a tag. */
function emptyQuotes(markup: string): string {
  return markup.replace(/="[^"]*"/g, '=""').replace(/="(?!")[^"]*$/, '="');
}
