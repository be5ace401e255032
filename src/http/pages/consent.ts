/** Asked before somebody opens a server that is not theirs, or lets a service act for them. */
import type { ConsentView } from '../../hub/oauth/provider.ts';
import { html } from './html.ts';
import { type PageContext, renderPage, xsrfField } from './layout.ts';
import { scopeWords } from './words.ts';

export type ConsentModel = ConsentView & {
  /** Where the answer goes, with the query of the authorization request; the field `decision` is `allow` or `deny`. */
  readonly action: string;
};

export function renderConsent(context: PageContext, view: ConsentModel): string {
  const { consent } = context.texts;
  const words = view.kind === 'server' ? consent : consent.service;
  const heading =
    view.kind === 'server'
      ? consent.heading(view.owner, view.displayName)
      : consent.service.heading(view.name);
  return renderPage(context, {
    title: words.title,
    width: 'narrow',
    main: html`<section class="card">
<h1>${heading}</h1>
${
  view.kind === 'server'
    ? html`<p class="notice warn">${context.site.domains === null ? consent.warning : consent.warningApart}</p>
<p>${consent.recorded}</p>`
    : html`<p>${consent.service.learns}</p>
${
  view.scopes.length > 0 &&
  html`<p>${consent.service.acts}</p>
<ul>${view.scopes.map((scope) => html`<li>${scopeWords(scope, context.texts)}</li>`)}</ul>`
}`
}
<form method="post" action="${view.action}" class="buttons">${xsrfField(context)}
<button class="button main" name="decision" value="allow">${words.allow}</button>
<button class="button quiet" name="decision" value="deny">${consent.deny}</button></form>
</section>`,
  });
}
