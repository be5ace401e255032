/** The page of everything that went wrong: what happened, what now, and the number that the log has too. */
import { type Fragment, html } from './html.ts';
import { type PageContext, renderPage } from './layout.ts';
import { hubPath } from './links.ts';
import { hubWords } from './texts/hub-words.ts';

export interface ErrorModel {
  readonly status: number;
  /** In the language of the page, or as the hub says it. */
  readonly message: string;
  /** What it is called, where the status alone does not say. */
  readonly heading?: string;
  /** What to do, where the message does not say so. */
  readonly hint?: string;
  /** Under this the log tells more. */
  readonly id: string;
  /** Where the button to try again leads; without it there is none. */
  readonly again?: string;
  /** The address that failed, where it is not this page's own. */
  readonly address?: string;
}

export function renderErrorPage(context: Omit<PageContext, 'xsrf' | 'now'>, model: ErrorModel): string {
  const { site, caller, texts } = context;
  const { status, message, hint } = model;
  const heading = model.heading ?? texts.error.headings[status] ?? texts.error.otherHeading;
  const home: Fragment = caller
    ? html`<a class="button ${model.again === undefined ? 'main' : 'quiet'}" href="${hubPath(site, 'home')}">${texts.error.home}</a>`
    : html`<a class="button ${model.again === undefined ? 'main' : 'quiet'}" href="${hubPath(site, 'login')}">${texts.error.toLogin}</a>`;
  return renderPage(context, {
    title: heading,
    width: 'narrow',
    main: html`<section class="card">
<p class="status" aria-hidden="true">${status}</p>
<h1>${heading}</h1>
<p class="lead">${hubWords(texts, message)}</p>
${hint !== undefined && html`<p>${hint}</p>`}
${model.address !== undefined && html`<p class="quiet">${texts.error.address} <code>${model.address}</code></p>`}
<div class="buttons">${model.again !== undefined && html`<a class="button main" href="${model.again}">${texts.error.again}</a>`}
${home}</div>
<p class="quiet">${texts.error.id} <code>${model.id}</code></p>
</section>`,
  });
}
