/** Who has signed up: for whoever administers users, to approve or to discard. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { UserCaller } from '../../domain/caller.ts';
import { HubError } from '../../domain/errors.ts';
import type { PasswordAccount } from '../../domain/password.ts';
import { allows } from '../../domain/scope.ts';
import { requireUser } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { actionForm, askingButton } from './forms.ts';
import { type Html, html } from './html.ts';
import { type PageContext, renderPage } from './layout.ts';
import { hubPath } from './links.ts';
import { field, pageContext, sendPage } from './page-context.ts';
import { time } from './server-view.ts';

type Parts = Pick<HttpParts, 'passwordAccounts' | 'site' | 'now'>;

/** NativeAuthenticator's address for it is `/authorize`. */
export function mountAccounts(app: FastifyInstance, parts: Parts): void {
  const { passwordAccounts, site } = parts;
  if (passwordAccounts.rules === null) return;

  app.get('/authorize', async (request, reply) => {
    requireAdministrator(request);
    const accounts = await passwordAccounts.list();
    return sendPage(reply, renderAccounts(pageContext(request, reply, parts), accounts));
  });

  app.post('/authorize/approve', async (request, reply) => {
    const { user } = requireAdministrator(request);
    await passwordAccounts.approve(field(request.body, 'name') ?? '', user.name);
    return reply.redirect(hubPath(site, 'authorize'), 303);
  });

  app.post('/authorize/discard', async (request, reply) => {
    const { user } = requireAdministrator(request);
    await passwordAccounts.discard(field(request.body, 'name') ?? '', user.name);
    return reply.redirect(hubPath(site, 'authorize'), 303);
  });
}

function requireAdministrator(request: FastifyRequest): UserCaller {
  const caller = requireUser(request);
  if (allows(caller.scopes, 'admin:users')) return caller;
  throw new HubError('forbidden', 'Only who administers users may see who has signed up.');
}

export function renderAccounts(context: PageContext, accounts: readonly PasswordAccount[]): string {
  const { accounts: words } = context.texts;
  const [waiting, open] = [accounts.filter((one) => !one.approved), accounts.filter((one) => one.approved)];
  return renderPage(context, {
    title: words.title,
    entry: 'admin',
    main: html`<h1>${words.title}</h1>
<h2>${words.waiting}</h2>${renderList(context, waiting)}
<h2>${words.open}</h2>${renderList(context, open)}`,
  });
}

function renderList(context: PageContext, accounts: readonly PasswordAccount[]): Html {
  const { columns, none } = context.texts.accounts;
  if (accounts.length === 0) return html`<p class="quiet">${none}</p>`;
  return html`<div class="table"><table>
<thead><tr><th scope="col">${columns.name}</th><th scope="col">${columns.email}</th><th scope="col">${columns.since}</th><th scope="col"><span class="for-readers">${columns.actions}</span></th></tr></thead>
<tbody>${accounts.map((account) => renderRow(context, account))}</tbody>
</table></div>`;
}

function renderRow(context: PageContext, { name, email, createdAt, approved }: PasswordAccount): Html {
  const { site, texts } = context;
  const { accounts: words } = texts;
  const fields = { name };
  return html`<tr>
<th scope="row">${name}</th>
<td data-label="${words.columns.email}">${email ?? '—'}</td>
<td data-label="${words.columns.since}">${time(context, createdAt)}</td>
<td><div class="buttons">${!approved && actionForm(context, { to: hubPath(site, 'authorize/approve'), label: words.approve, fullLabel: words.approveNamed(name), fields })}
${askingButton(context, {
  id: `discard-${Buffer.from(name).toString('hex')}`,
  label: words.discard,
  fullLabel: words.discardNamed(name),
  title: words.discardTitle(name),
  body: words.discardBody,
  confirm: { to: hubPath(site, 'authorize/discard'), label: words.discard, fields },
  keep: words.keep,
})}</div></td>
</tr>`;
}
