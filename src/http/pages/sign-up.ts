/** Signing up: a name and a password of one's own, which may have to wait for approval. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { publicErrorOf } from '../errors.ts';
import type { HttpParts } from '../parts.ts';
import { type Fragment, html } from './html.ts';
import { type PageContext, renderPage, xsrfField } from './layout.ts';
import { hubPath } from './links.ts';
import { field, pageContext, sendPage } from './page-context.ts';
import { passwordField } from './password-field.ts';
import { hubWords } from './texts/hub-words.ts';
import type { Texts } from './texts/texts.ts';

type Parts = Pick<HttpParts, 'passwordAccounts' | 'site' | 'now'>;

interface SignUpModel {
  readonly name: string;
  readonly email: string;
  readonly error?: Fragment;
  readonly asksEmail: boolean;
  readonly minimumLength: number;
}

export function mountSignUp(app: FastifyInstance, parts: Parts): void {
  const { passwordAccounts, site } = parts;
  const { rules } = passwordAccounts;
  if (!rules?.signUp) return;

  app.get('/signup', async (request, reply) => {
    if (request.caller) return reply.redirect(hubPath(site, ''));
    return sendPage(reply, renderSignUp(pageContext(request, reply, parts), modelOf(request)));
  });

  app.post('/signup', async (request, reply) => {
    const [username, password] = [field(request.body, 'username'), field(request.body, 'password')];
    if (username === undefined || password === undefined) {
      return showAgain(request, reply, { status: 400, error: ({ login }) => login.incomplete });
    }
    if (password !== field(request.body, 'again')) {
      return showAgain(request, reply, { status: 400, error: ({ signUp }) => signUp.different });
    }
    try {
      const email = field(request.body, 'email')?.trim().slice(0, 255) || null;
      const from = { address: request.ip, userAgent: request.headers['user-agent'] ?? '' };
      const state = await passwordAccounts.signUp({ username, password, email }, from);
      return sendPage(reply, renderDone(pageContext(request, reply, parts), state));
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      const { status, message } = publicErrorOf(error);
      return showAgain(request, reply, { status, error: (texts) => hubWords(texts, message) });
    }
  });

  function modelOf(request: FastifyRequest): SignUpModel {
    const { asksEmail, minimumLength } = rules!;
    const name = field(request.body, 'username') ?? '';
    return { name, email: field(request.body, 'email') ?? '', asksEmail, minimumLength };
  }

  function showAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    { status, error }: { readonly status: number; readonly error: (texts: Texts) => Fragment },
  ): FastifyReply {
    const context = pageContext(request, reply, parts);
    const model = { ...modelOf(request), error: error(context.texts) };
    return sendPage(reply, renderSignUp(context, model), status);
  }
}

export function renderSignUp(context: PageContext, model: SignUpModel): string {
  const { site, texts } = context;
  const { name, email, error, asksEmail, minimumLength } = model;
  const { signUp, login } = texts;
  return renderPage(context, {
    title: signUp.title,
    width: 'narrow',
    main: html`<section class="card">
<h1>${signUp.heading(site.course.name)}</h1>
${error !== undefined && html`<p class="notice bad" role="alert">${error}</p>`}
<form method="post" action="${hubPath(site, 'signup')}" class="fields">${xsrfField(context)}
<div class="field"><label for="username">${login.name}</label>
<input id="username" name="username" value="${name}" required maxlength="255" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"></div>
${asksEmail && html`<div class="field"><label for="email">${signUp.email}</label><input id="email" name="email" type="email" value="${email}" maxlength="255" autocomplete="email"></div>`}
${passwordField({ name: 'password', label: signUp.password(minimumLength), autocomplete: 'new-password' })}
${passwordField({ name: 'again', label: signUp.again, autocomplete: 'new-password' })}
<button class="button main wide">${signUp.submit}</button>
</form>
<p class="quiet"><a href="${hubPath(site, 'login')}">${signUp.haveOne}</a></p>
</section>`,
  });
}

function renderDone(context: PageContext, state: 'open' | 'waiting'): string {
  const { site, texts } = context;
  return renderPage(context, {
    title: texts.signUp.title,
    width: 'narrow',
    main: html`<section class="card">
<h1>${texts.signUp.done[state].heading}</h1>
<p class="lead">${texts.signUp.done[state].next}</p>
<a class="button main wide" href="${hubPath(site, 'login')}">${texts.login.submit}</a>
</section>`,
  });
}
