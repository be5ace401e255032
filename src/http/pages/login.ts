/** Logging in: the form, and what it may say when somebody is not let in. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError, type HubErrorCode } from '../../domain/errors.ts';
import type { PasswordRules } from '../../domain/password.ts';
import type { ServiceChoice } from '../../hub/service-login.ts';
import { LOGIN_COOKIE, setSessionCookies, userCaller } from '../caller.ts';
import { hubCookie } from '../cookies.ts';
import { answerWithPage, publicErrorOf } from '../errors.ts';
import { safeNext } from '../next.ts';
import type { HttpParts } from '../parts.ts';
import { type Fragment, html } from './html.ts';
import { type PageContext, renderLogo, renderPage, xsrfField } from './layout.ts';
import { hubPath } from './links.ts';
import { renderNextClass } from './next-class.ts';
import { field, pageContext, sendPage } from './page-context.ts';
import { time } from './server-view.ts';
import { startingPoint } from './starting-point.ts';
import { hubWords } from './texts/hub-words.ts';
import type { Texts } from './texts/texts.ts';

type Parts = Pick<
  HttpParts,
  'login' | 'passwordAccounts' | 'serviceLogin' | 'servers' | 'roles' | 'site' | 'now'
>;

export interface LoginModel {
  readonly name: string;
  readonly next: string | undefined;
  readonly error: Fragment;
  /** Something to know that is not an error. */
  readonly notice: Fragment;
  /** Whether name and password are asked for. */
  readonly password: boolean;
  /** How people come by passwords of their own; null: they have none. */
  readonly rules: PasswordRules | null;
  /** Other places where one can log in. */
  readonly services: readonly ServiceChoice[];
}

export function mountLogin(app: FastifyInstance, parts: Parts): void {
  const { site } = parts;

  app.get('/login', async (request, reply) => {
    const next = nextOf(request, parts);
    const known = userCaller(request);
    if (known) return reply.redirect(next ?? (await startingPoint(known.user, parts)));
    const ways = waysOf(parts);
    // Not for somebody who has just logged out: they would be logged in again.
    if (site.autoLogin && isOnlyService(ways) && field(request.query, 'logged-out') === undefined) {
      return reply.redirect(hubPath(site, 'oauth_login', { next }));
    }
    const context = pageContext(request, reply, parts);
    const notice = await noticeOf(request, context, parts);
    return sendPage(reply, renderLogin(context, { name: '', next, error: null, notice, ...ways }));
  });

  app.post('/login', { errorHandler: showExpired }, async (request, reply) => {
    const next = nextOf(request, parts);
    // Sent twice, or logged in from another tab meanwhile.
    const known = userCaller(request);
    if (known) return reply.redirect(next ?? (await startingPoint(known.user, parts)), 303);
    const name = field(request.body, 'username');
    const password = field(request.body, 'password');
    if (name === undefined || password === undefined) {
      return showAgain(request, reply, { status: 400, error: ({ login }) => login.incomplete });
    }
    try {
      const { user, session, secret } = await parts.login.withPassword(
        { username: name, password },
        { address: request.ip, userAgent: request.headers['user-agent'] ?? '' },
      );
      setSessionCookies(reply, { session, secret, site });
      return reply.redirect(next ?? (await startingPoint(user, parts)), 303);
    } catch (error) {
      if (!(error instanceof HubError) || !REFUSALS.has(error.code)) throw error;
      const { status, message, retryAfterSeconds } = publicErrorOf(error);
      if (retryAfterSeconds === undefined)
        return showAgain(request, reply, { status, error: (texts) => hubWords(texts, message) });
      reply.header('retry-after', Math.ceil(retryAfterSeconds));
      return showAgain(request, reply, { status, error: throttledUntil(retryAfterSeconds, parts) });
    }
  });

  /** The only thing that may be forbidden before the handler is the form itself: it was not ours, or too old. */
  function showExpired(
    error: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply | Promise<FastifyReply> {
    if (!(error instanceof HubError) || error.code !== 'forbidden')
      return answerWithPage(site)(error, request, reply);
    if (request.caller) return reply.redirect(nextOf(request, parts) ?? hubPath(site, ''), 303);
    return showAgain(request, reply, { status: 403, error: ({ login }) => login.formExpired });
  }

  /** The form with what was typed, save for the password, and why nobody was let in. */
  function showAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    { status, error }: { readonly status: number; readonly error: (texts: Texts) => Fragment },
  ): FastifyReply {
    const name = field(request.body, 'username') ?? '';
    const next = nextOf(request, parts);
    const context = pageContext(request, reply, parts);
    const model = { name, next, error: error(context.texts), notice: null, ...waysOf(parts) };
    return sendPage(reply, renderLogin(context, model), status);
  }
}

type Ways = Pick<LoginModel, 'password' | 'rules' | 'services'>;

function waysOf({ login, passwordAccounts, serviceLogin }: Parts): Ways {
  const { rules } = passwordAccounts;
  return { password: login.takesPasswords, rules, services: serviceLogin.choices };
}

function isOnlyService({ password, services }: Ways): boolean {
  return !password && services.length === 1;
}

const REFUSALS: ReadonlySet<HubErrorCode> = new Set(['forbidden', 'too_many']);

function throttledUntil(seconds: number, parts: Pick<Parts, 'site' | 'now'>): (texts: Texts) => Fragment {
  const now = parts.now();
  const until = new Date(now.getTime() + seconds * 1000);
  return (texts) => html`${texts.login.throttled} ${time({ now, texts, site: parts.site }, until)}.`;
}

/** The field of the form, or else of the address: where the browser wants to go, if that is ours. */
function nextOf(request: FastifyRequest, { site }: Pick<Parts, 'site'>): string | undefined {
  return safeNext(field(request.body, 'next') ?? field(request.query, 'next'), site);
}

async function noticeOf(
  request: FastifyRequest,
  { texts }: PageContext,
  { serviceLogin, site }: Pick<Parts, 'serviceLogin' | 'site'>,
): Promise<Fragment> {
  if (field(request.query, 'logged-out') !== undefined) {
    const pages = await serviceLogin.logoutPages();
    return html`${texts.login.loggedOut}${pages.map(
      ({ title, url }) => html` <a href="${url}">${texts.login.logOutThere(title)}</a>`,
    )}`;
  }
  // The browser shows a session that we do not (or no longer) know.
  return hubCookie(request, LOGIN_COOKIE, site) ? texts.login.sessionEnded : null;
}

export function renderLogin(context: PageContext, model: LoginModel): string {
  const { site, texts } = context;
  const { course } = site;
  const { error, notice, password, services } = model;
  return renderPage(context, {
    title: texts.login.title,
    width: 'narrow',
    main: html`<section class="card welcome">
${course.logo !== null && html`<div class="course-logo">${renderLogo(context)}</div>`}
<h1>${course.name}</h1>
${course.welcome !== null && html`<p class="lead">${course.welcome}</p>`}
${renderNextClass(context)}
${notice && html`<p class="notice" role="status">${notice}</p>`}
${error && html`<p class="notice bad" role="alert" id="login-error">${error}</p>`}
${services.length > 0 && renderServices(context, model)}
${password && services.length > 0 && html`<p class="quiet">${texts.login.orPassword}</p>`}
${password && renderForm(context, model)}
${password && renderOwnPasswords(context, model)}
</section>`,
  });
}

/** How one comes by a password of one's own, where people choose theirs. */
function renderOwnPasswords({ site, texts }: PageContext, { rules }: LoginModel): Fragment {
  if (rules?.signUp) return html`<p><a href="${hubPath(site, 'signup')}">${texts.signUp.invitation}</a></p>`;
  return rules?.firstUse && html`<p class="quiet">${texts.signUp.firstUse}</p>`;
}

/** Links, so that nothing is sent: a page that may only send forms to us may still lead elsewhere. */
function renderServices({ site, texts }: PageContext, { services, next }: LoginModel): Fragment {
  return html`<div class="fields">${services.map(
    ({ id, title }) =>
      html`<a class="button main wide" href="${hubPath(site, 'oauth_login', { way: services.length > 1 ? id : undefined, next })}">${title === null ? texts.login.submit : texts.login.with(title)}</a>`,
  )}</div>`;
}

function renderForm(context: PageContext, { name, next, error }: LoginModel): Fragment {
  const { site, texts } = context;
  const described = error ? html` aria-describedby="login-error" aria-invalid="true"` : null;
  return html`<form method="post" action="${hubPath(site, 'login')}" class="fields">
${xsrfField(context)}
${next !== undefined && html`<input type="hidden" name="next" value="${next}">`}
<div class="field"><label for="username">${texts.login.name}</label>
<input id="username" name="username" value="${name}" required maxlength="255" autocomplete="username" autocapitalize="none" autocorrect="off" spellcheck="false"${described}${name === '' && html` autofocus`}></div>
<div class="field"><label for="password">${texts.login.password}</label>
<div class="with-button"><input id="password" name="password" type="password" required maxlength="1024" autocomplete="current-password"${described}${name !== '' && html` autofocus`}>
<button type="button" class="button quiet" hidden data-show-password="password" data-show="${texts.login.show}" data-hide="${texts.login.hide}"><span>${texts.login.show}</span><span class="for-readers"> ${texts.login.password}</span></button></div></div>
<button class="button main wide">${texts.login.submit}</button>
</form>`;
}
