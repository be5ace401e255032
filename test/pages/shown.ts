/** Reads a page as a test wants to: what is said, and what its forms would send. */
import type { Browser } from '../support/browser.ts';

export interface ShownForm {
  readonly action: string;
  /** Hidden fields and others with their values. */
  readonly fields: Readonly<Record<string, string>>;
  /** The words on its button. */
  readonly button: string;
}

export class ShownPage {
  readonly status: number;
  readonly headers: Headers;
  readonly markup: string;

  private constructor(status: number, headers: Headers, markup: string) {
    this.status = status;
    this.headers = headers;
    this.markup = markup;
  }

  static async of(response: Response): Promise<ShownPage> {
    return new ShownPage(response.status, response.headers, await response.text());
  }

  /** The text between tags, with entities read. */
  get text(): string {
    return readEntities(this.markup.replace(/<head>[\s\S]*<\/head>|<[^>]*>/g, ' ')).replace(/\s+/g, ' ');
  }

  get heading(): string {
    return readEntities((/<h1>([\s\S]*?)<\/h1>/.exec(this.markup)?.[1] ?? '').replace(/<[^>]*>/g, ''));
  }

  get forms(): readonly ShownForm[] {
    return [...this.markup.matchAll(/<form([^>]*)>([\s\S]*?)<\/form>/g)].map(
      ([, attributes = '', inner = '']) => ({
        action: attribute(attributes, 'action') ?? '',
        fields: Object.fromEntries(
          [...inner.matchAll(/<input([^>]*)>/g)].map(([, input = '']) => [
            attribute(input, 'name') ?? '',
            attribute(input, 'value') ?? '',
          ]),
        ),
        button: sendingButton(inner),
      }),
    );
  }

  /** The form whose button says so. @throws Error where there is none */
  form(button: string): ShownForm {
    const found = this.forms.find((form) => form.button === button);
    if (!found)
      throw new Error(`No form “${button}”, but ${this.forms.map((form) => `“${form.button}”`).join(', ')}`);
    return found;
  }

  /** Addresses of links, by their words. */
  get links(): ReadonlyMap<string, string> {
    return new Map(
      [...this.markup.matchAll(/<a\b([^>]*)>([\s\S]*?)<\/a>/g)].map(([, attributes = '', inner = '']) => [
        readEntities(inner.replace(/<[^>]*>/g, '')).trim(),
        attribute(attributes, 'href') ?? '',
      ]),
    );
  }
}

export async function show(
  browser: Browser,
  path: string,
  headers: Record<string, string> = {},
): Promise<ShownPage> {
  return ShownPage.of(await browser.get(path, headers));
}

/** Presses the button: sends its form, with `fields` filled in. Does not follow redirects. */
export function press(
  browser: Browser,
  page: ShownPage,
  { button, fields = {} }: { readonly button: string; readonly fields?: Readonly<Record<string, string>> },
): Promise<Response> {
  const form = page.form(button);
  return browser.post(form.action, { ...form.fields, ...fields });
}

/** The words of the last button that sends the form. */
function sendingButton(markup: string): string {
  const buttons = [...markup.matchAll(/<button(?![^>]*type="button")[^>]*>([\s\S]*?)<\/button>/g)];
  return readEntities((buttons.at(-1)?.[1] ?? '').replace(/<[^>]*>/g, ''));
}

function attribute(attributes: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)?.[1];
  return value === undefined ? undefined : readEntities(value);
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

function readEntities(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (entity, name: string) => entities[name] ?? entity);
}
