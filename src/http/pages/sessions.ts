/** Where somebody is logged in: see it, log out one browser, or all of them. */
import type { FastifyInstance } from 'fastify';
import type { Session } from '../../domain/session.ts';
import { clearSessionCookies, requireUser } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { browserName } from './browser-name.ts';
import { actionForm, askingButton } from './forms.ts';
import { type Html, html } from './html.ts';
import { type PageContext, renderPage } from './layout.ts';
import { hubPath } from './links.ts';
import { field, pageContext, sendPage } from './page-context.ts';
import { time } from './server-view.ts';

type Parts = Pick<HttpParts, 'sessions' | 'passwordAccounts' | 'site' | 'now'>;

export function mountSessions(app: FastifyInstance, parts: Parts): void {
  const { sessions, site } = parts;

  app.get('/sessions', async (request, reply) => {
    const { user } = requireUser(request);
    const ended = field(request.query, 'ended') !== undefined;
    const hasPassword = await parts.passwordAccounts.has(user);
    const model = { sessions: await sessions.list(user), ended, hasPassword };
    return sendPage(reply, renderSessions(pageContext(request, reply, parts), model));
  });

  app.post('/sessions/end', async (request, reply) => {
    const { user, session: own } = requireUser(request);
    const session = await sessions.get(user, field(request.body, 'id') ?? '');
    if (session) await sessions.close(session);
    if (session === undefined || session.id !== own?.id) {
      return reply.redirect(hubPath(site, 'sessions', { ended: '1' }), 303);
    }
    clearSessionCookies(reply, parts);
    return reply.redirect(hubPath(site, 'login', { 'logged-out': '1' }), 303);
  });

  app.post('/sessions/end-all', async (request, reply) => {
    await sessions.closeAll(requireUser(request).user);
    clearSessionCookies(reply, parts);
    return reply.redirect(hubPath(site, 'login', { 'logged-out': '1' }), 303);
  });
}

export function renderSessions(
  context: PageContext,
  {
    sessions,
    ended,
    hasPassword,
  }: {
    readonly sessions: readonly Session[];
    readonly ended: boolean;
    /** One of their own, which they may change. */
    readonly hasPassword: boolean;
  },
): string {
  const { site, texts } = context;
  const { columns } = texts.sessions;
  return renderPage(context, {
    title: texts.sessions.title,
    main: html`<h1>${texts.sessions.heading}</h1>
<p class="lead">${texts.sessions.intro}</p>
${hasPassword && html`<p><a href="${hubPath(site, 'change-password')}">${texts.changePassword.title}</a></p>`}
${ended && html`<p class="notice good" role="status">${texts.sessions.ended}</p>`}
<div class="table"><table>
<thead><tr><th scope="col">${columns.browser}</th><th scope="col">${columns.address}</th><th scope="col">${columns.since}</th><th scope="col">${columns.lastSeen}</th><th scope="col"><span class="for-readers">${columns.action}</span></th></tr></thead>
<tbody>${sessions.map((session) => renderRow(context, session))}</tbody>
</table></div>
<div class="buttons">${askingButton(context, {
      id: 'end-all',
      label: texts.sessions.endAll,
      title: texts.sessions.endAllTitle,
      body: texts.sessions.endAllBody,
      confirm: { to: hubPath(site, 'sessions/end-all'), label: texts.sessions.endAll },
      keep: texts.sessions.keep,
    })}</div>`,
  });
}

function renderRow(context: PageContext, session: Session): Html {
  const { site, texts, caller } = context;
  const { columns } = texts.sessions;
  const browser = browserName(session.userAgent) ?? texts.sessions.unknownBrowser;
  return html`<tr>
<th scope="row">${browser}${session.id === caller?.session?.id && html`<br><span class="quiet">${texts.sessions.thisOne}</span>`}</th>
<td data-label="${columns.address}">${session.address}</td>
<td data-label="${columns.since}">${time(context, session.createdAt)}</td>
<td data-label="${columns.lastSeen}">${time(context, session.lastSeenAt)}</td>
<td>${actionForm(context, {
    to: hubPath(site, 'sessions/end'),
    label: texts.sessions.end,
    fullLabel: texts.sessions.endNamed(browser, session.address),
    tone: 'quiet',
    fields: { id: session.id },
  })}</td>
</tr>`;
}
