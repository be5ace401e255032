/** The page of everything that went wrong: what happened, what now, and the number that the log has too. */
import type { Caller } from '../../domain/caller.ts';
import type { Site } from '../parts.ts';
import { type Fragment, html } from './html.ts';
import { renderPage } from './layout.ts';
import { hubPath } from './links.ts';
import { english } from './texts.ts';

export interface ErrorModel {
  readonly status: number;
  readonly message: string;
  /** What it is called, where the status alone does not say. */
  readonly heading?: string;
  /** What to do, where the message does not say so. */
  readonly hint?: string;
  /** Under this the log tells more. */
  readonly id: string;
  readonly site: Site;
  readonly caller: Caller | undefined;
  /** Where the button to try again leads; without it there is none. */
  readonly again?: string;
  /** The address that failed, where it is not this page's own. */
  readonly address?: string;
}

export function renderErrorPage(model: ErrorModel): string {
  const { status, message, hint, site, caller } = model;
  const texts = english;
  const heading = model.heading ?? texts.error.headings[status] ?? texts.error.otherHeading;
  const home: Fragment = caller
    ? html`<a class="button ${model.again === undefined ? 'main' : 'quiet'}" href="${hubPath(site, 'home')}">${texts.error.home}</a>`
    : html`<a class="button ${model.again === undefined ? 'main' : 'quiet'}" href="${hubPath(site, 'login')}">${texts.error.toLogin}</a>`;
  return renderPage(
    { site, caller, texts },
    {
      title: heading,
      width: 'narrow',
      main: html`<section class="card">
<p class="status" aria-hidden="true">${status}</p>
<h1>${heading}</h1>
<p class="lead">${message}</p>
${hint !== undefined && html`<p>${hint}</p>`}
${model.address !== undefined && html`<p class="quiet">${texts.error.address} <code>${model.address}</code></p>`}
<div class="buttons">${model.again !== undefined && html`<a class="button main" href="${model.again}">${texts.error.again}</a>`}
${home}</div>
<p class="quiet">${texts.error.id} <code>${model.id}</code></p>
</section>`,
    },
  );
}
