/** What every page has: head, header, footer. */
import type { UserCaller } from '../../domain/caller.ts';
import { allowsSome } from '../../domain/scope.ts';
import { POLDER_VERSION } from '../../lib/version.ts';
import type { Site } from '../parts.ts';
import { assetUrl, courseAsset, logoAssets, pageAssets } from './assets.ts';
import { type Fragment, type Html, html } from './html.ts';
import { hubPath } from './links.ts';
import { LOOKS, type Reader } from './reader.ts';
import { languages } from './texts/texts.ts';

/** What a view may know besides its own subject. */
export interface PageContext extends Reader {
  readonly site: Site;
  readonly caller: UserCaller | undefined;
  readonly now: Date;
  /** For the forms of the page. */
  readonly xsrf: string;
}

export interface Page {
  readonly title: string;
  readonly main: Fragment;
  /** Which of the navigation's entries this is. */
  readonly entry?: 'home' | 'token' | 'admin';
  /** Width of the content: a form, reading, or a table. */
  readonly width?: 'narrow' | 'wide';
  /**
   * The page is outdated after so many seconds, because something on it is under way. With a script it is brought up
   * to date in place, or (`live`) by the page's own means; without one, the browser loads it again.
   */
  readonly refreshSeconds?: number;
  readonly live?: boolean;
  /** Addresses of what the page runs and looks like beside what all pages have. */
  readonly script?: string;
  readonly styles?: readonly string[];
  /** Where a browser that runs no script goes instead. */
  readonly elsewhereWithoutScript?: string;
}

/** The whole document. */
export function renderPage(context: Omit<PageContext, 'xsrf' | 'now'>, page: Page): string {
  const { site, caller, texts } = context;
  const assets = pageAssets();
  const course = courseAsset(site);
  const inPlace = page.refreshSeconds !== undefined && !page.live;
  return String(html`<!doctype html>
<html lang="${texts.language}" data-look="${context.look}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${context.look === 'auto' ? 'light dark' : context.look}">
<title>${page.title} · ${site.course.name}</title>
<link rel="stylesheet" href="${assetUrl(site, assets.style)}">
${course && html`<link rel="stylesheet" href="${assetUrl(site, course)}">`}
<link rel="icon" type="image/svg+xml" href="${assetUrl(site, assets.logo)}">
${page.styles?.map((style) => html`<link rel="stylesheet" href="${style}">`)}
<script type="module" src="${assetUrl(site, assets.script)}"></script>
${page.script !== undefined && html`<script type="module" src="${page.script}"></script>`}
${page.elsewhereWithoutScript !== undefined && html`<noscript><meta http-equiv="refresh" content="${`0; url=${page.elsewhereWithoutScript}`}"></noscript>`}
${page.refreshSeconds !== undefined && html`<noscript><meta http-equiv="refresh" content="${page.refreshSeconds}"></noscript>`}
</head>
<body>
<a class="skip" href="#main">${texts.layout.skip}</a>
<header class="top">
<a class="brand" href="${hubPath(site, caller ? 'home' : 'login')}">${renderLogo(context)}<span>${site.course.name}</span></a>
${caller && renderNavigation(context, caller, page.entry)}
</header>
<main id="main" class="${page.width ?? 'normal'}"${inPlace && html` data-refresh="${page.refreshSeconds}"`}>
${page.main}
</main>
<footer class="bottom">
${site.course.contact !== null && html`<span>${texts.layout.questions} ${renderContact(site.course.contact)}.</span>`}
${renderReading(context)}
<span class="quiet">${texts.layout.madeWith(POLDER_VERSION)}</span>
</footer>
</body>
</html>
`);
}

function renderNavigation(
  { site, texts }: Pick<PageContext, 'site' | 'texts'>,
  caller: UserCaller,
  entry: Page['entry'],
): Html {
  const link = (name: NonNullable<Page['entry']>, label: string) =>
    html`<a href="${hubPath(site, name)}"${name === entry && html` aria-current="page"`}>${label}</a>`;
  return html`<nav aria-label="${texts.layout.navigation}">
${link('home', texts.layout.home)}
${link('token', texts.layout.tokens)}
${allowsSome(caller.scopes, 'admin-ui') && link('admin', texts.layout.people)}
</nav>
<div class="who"><span class="name"><span class="for-readers">${texts.layout.loggedInAs} </span>${caller.user.name}</span>
<a href="${hubPath(site, 'logout')}">${texts.layout.logOut}</a></div>`;
}

/** A form that works without a script, on pages of errors too. */
function renderReading({ site, texts, look }: Pick<PageContext, 'site' | 'texts' | 'look'>): Html {
  const { layout } = texts;
  return html`<form method="get" action="${hubPath(site, 'reader')}" class="reading" aria-label="${layout.reading}" data-reading>
<span class="options" role="group" aria-label="${layout.language}">${Object.values(languages).map(
    ({ language, languageName }) =>
      html`<button name="language" value="${language}" lang="${language}" aria-pressed="${String(language === texts.language)}">${languageName}</button>`,
  )}</span>
<span class="options" role="group" aria-label="${layout.look}">${LOOKS.map(
    (one) =>
      html`<button name="look" value="${one}" aria-pressed="${String(one === look)}">${layout.looks[one]}</button>`,
  )}</span>
</form>`;
}

/** It stands beside the name of the course, and so says nothing that is not said. */
export function renderLogo({ site, look }: Pick<PageContext, 'site' | 'look'>): Html {
  const media = { auto: '(prefers-color-scheme: dark)', light: 'not all', dark: 'all' }[look];
  const { light, dark } = logoAssets(site);
  const isOurs = site.course.logo === null;
  const image = html`<img src="${assetUrl(site, light)}" alt="" height="32"${isOurs && html` width="32"`}>`;
  if (dark === null) return image;
  return html`<picture><source data-look media="${media}" srcset="${assetUrl(site, dark)}">${image}</picture>`;
}

/** A name as it is; an address as a link to write or go to. */
export function renderContact(contact: string): Html {
  if (isMailAddress(contact)) return html`<a href="mailto:${contact}">${contact}</a>`;
  if (/^https?:\/\/\S+$/.test(contact)) return html`<a href="${contact}">${contact}</a>`;
  return html`${contact}`;
}

export function isMailAddress(text: string): boolean {
  return /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/.test(text);
}

/** The hidden field that proves a form to be ours. */
export function xsrfField({ xsrf }: Pick<PageContext, 'xsrf'>): Html {
  return html`<input type="hidden" name="_xsrf" value="${xsrf}">`;
}
