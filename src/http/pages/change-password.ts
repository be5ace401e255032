/** Changing the password that one has chosen oneself. */
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { requireUser } from '../caller.ts';
import { publicErrorOf } from '../errors.ts';
import type { HttpParts } from '../parts.ts';
import { type Fragment, html } from './html.ts';
import { type PageContext, renderPage, xsrfField } from './layout.ts';
import { hubPath } from './links.ts';
import { field, pageContext, sendPage } from './page-context.ts';
import { passwordField } from './password-field.ts';
import { hubWords } from './texts/hub-words.ts';

type Parts = Pick<HttpParts, 'passwordAccounts' | 'site' | 'now'>;

export function mountChangePassword(app: FastifyInstance, parts: Parts): void {
  const { passwordAccounts, site } = parts;
  const { rules } = passwordAccounts;
  if (rules === null) return;
  // FirstUseAuthenticator's address.
  app.get('/auth/change-password', (_request, reply) => reply.redirect(hubPath(site, 'change-password')));

  app.get('/change-password', async (request, reply) => {
    const { user } = requireUser(request);
    const context = pageContext(request, reply, parts);
    if (!(await passwordAccounts.has(user))) {
      throw new HubError('not_found', context.texts.changePassword.none);
    }
    const { minimumLength } = rules;
    return sendPage(reply, renderChange(context, { minimumLength }));
  });

  app.post('/change-password', async (request, reply) => {
    const { user, session } = requireUser(request);
    const context = pageContext(request, reply, parts);
    const { minimumLength } = rules;
    const [old = '', next = ''] = [field(request.body, 'old'), field(request.body, 'password')];
    if (next !== field(request.body, 'again')) {
      const error = context.texts.signUp.different;
      return sendPage(reply, renderChange(context, { minimumLength, error }), 400);
    }
    try {
      await passwordAccounts.change(user, { old, next, keep: session?.id });
      return sendPage(reply, renderChange(context, { minimumLength, changed: true }));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      const { status, message } = publicErrorOf(error);
      return sendPage(
        reply,
        renderChange(context, { minimumLength, error: hubWords(context.texts, message) }),
        status,
      );
    }
  });
}

export function renderChange(
  context: PageContext,
  model: { readonly minimumLength: number; readonly error?: Fragment; readonly changed?: boolean },
): string {
  const { site, texts } = context;
  const { changePassword, signUp } = texts;
  return renderPage(context, {
    title: changePassword.title,
    width: 'narrow',
    main: html`<section class="card">
<h1>${changePassword.title}</h1>
<p class="quiet">${changePassword.hint}</p>
${model.changed && html`<p class="notice good" role="status">${changePassword.changed}</p>`}
${model.error !== undefined && html`<p class="notice bad" role="alert">${model.error}</p>`}
<form method="post" action="${hubPath(site, 'change-password')}" class="fields">${xsrfField(context)}
${passwordField({ name: 'old', label: changePassword.old, autocomplete: 'current-password' })}
${passwordField({ name: 'password', label: signUp.password(model.minimumLength), autocomplete: 'new-password' })}
${passwordField({ name: 'again', label: signUp.again, autocomplete: 'new-password' })}
<button class="button main wide">${changePassword.title}</button>
</form>
</section>`,
  });
}
