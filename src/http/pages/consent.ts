/** Asked before somebody opens a server that is not theirs. */
import type { ConsentView } from '../../hub/oauth/provider.ts';
import { html } from './html.ts';
import { type PageContext, renderPage, xsrfField } from './layout.ts';

export interface ConsentModel extends ConsentView {
  /** Where the answer goes, with the query of the authorization request; the field `decision` is `allow` or `deny`. */
  readonly action: string;
}

export function renderConsent(context: PageContext, { owner, displayName, action }: ConsentModel): string {
  const { consent } = context.texts;
  return renderPage(context, {
    title: consent.title,
    width: 'narrow',
    main: html`<section class="card">
<h1>${consent.heading(owner, displayName)}</h1>
<p class="notice warn">${consent.warning}</p>
<p>${consent.recorded}</p>
<form method="post" action="${action}" class="buttons">${xsrfField(context)}
<button class="button main" name="decision" value="allow">${consent.allow}</button>
<button class="button quiet" name="decision" value="deny">${consent.deny}</button></form>
</section>`,
  });
}
