/** Tokens: make one that can do no more than it must, see what there is, revoke. */
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { type Token, tokenApiId, tokenIdOf } from '../../domain/token.ts';
import { requireUser } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { actionForm } from './forms.ts';
import { type Fragment, type Html, html } from './html.ts';
import { type PageContext, renderPage, xsrfField } from './layout.ts';
import { hubPath } from './links.ts';
import { field, pageContext, sendPage } from './page-context.ts';
import { readerOf } from './reader.ts';
import { time } from './server-view.ts';

type Parts = Pick<HttpParts, 'tokens' | 'site' | 'now'>;

/** What a token is for, in people's words, and the scopes that this takes. */
const PURPOSES = {
  servers: ['servers!user', 'access:servers!user', 'read:users!user'],
  read: ['read:users!user', 'read:servers!user'],
  all: ['inherit'],
} as const;

type Purpose = keyof typeof PURPOSES;

const EXPIRY_DAYS = [1, 7, 30, 365] as const;
const DEFAULT_EXPIRY_DAYS = 30;
const LONGEST_NOTE = 200;

export interface TokenModel {
  readonly tokens: readonly Token[];
  /** Made just now: shown this once. */
  readonly made?: { readonly note: string; readonly secret: string };
  readonly notice?: string;
}

export function mountToken(app: FastifyInstance, parts: Parts): void {
  const { site, tokens } = parts;

  app.get('/token', async (request, reply) => {
    const { user } = requireUser(request);
    const revoked = field(request.query, 'revoked') !== undefined;
    const context = pageContext(request, reply, parts);
    const notice = revoked ? { notice: context.texts.token.revoked } : {};
    return sendPage(reply, renderTokens(context, { tokens: await tokens.list(user), ...notice }));
  });

  app.post('/token', async (request, reply) => {
    const { user, scopes } = requireUser(request);
    const { texts } = readerOf(request, site);
    const note = (field(request.body, 'note')?.trim() || texts.token.noteDefault).slice(0, LONGEST_NOTE);
    const purpose = purposeOf(field(request.body, 'purpose'));
    const expiresInSeconds = expiryOf(field(request.body, 'expires'));
    const maker = { name: user.name, scopes };
    const { secret } = await tokens.create({
      owner: user,
      scopes: PURPOSES[purpose],
      note,
      expiresInSeconds,
      maker,
    });
    // Shown in the answer itself, not after a redirect: the secret is never in an address or in the store.
    const model = { tokens: await tokens.list(user), made: { note, secret } };
    return sendPage(reply, renderTokens(pageContext(request, reply, parts), model));
  });

  app.post('/token/revoke', async (request, reply) => {
    const { user } = requireUser(request);
    const id = tokenIdOf(field(request.body, 'id') ?? '');
    const token = id === undefined ? undefined : await tokens.get(user, id);
    if (token) await tokens.revoke(token);
    return reply.redirect(hubPath(site, 'token', { revoked: '1' }), 303);
  });
}

function purposeOf(value: string | undefined): Purpose {
  if (value !== undefined && Object.hasOwn(PURPOSES, value)) return value as Purpose;
  throw new HubError('invalid', 'Choose what the token may do.');
}

/** Seconds; null for a token that does not expire. */
function expiryOf(value: string | undefined): number | null {
  if (value === 'never') return null;
  const days = EXPIRY_DAYS.find((days) => String(days) === value);
  if (days === undefined) throw new HubError('invalid', 'Choose how long the token is good for.');
  return days * 86_400;
}

export function renderTokens(context: PageContext, { tokens, made, notice }: TokenModel): string {
  const { texts } = context;
  const own = tokens.filter((token) => token.oauthClientId === null);
  const others = tokens.filter((token) => token.oauthClientId !== null);
  return renderPage(context, {
    title: texts.token.title,
    entry: 'token',
    main: html`<h1>${texts.token.heading}</h1>
<p class="lead">${texts.token.intro}</p>
<p><a href="${hubPath(context.site, 'sessions')}">${texts.sessions.link}</a> · <a href="${hubPath(context.site, 'api-docs')}">${texts.apiDocs.link}</a></p>
${notice !== undefined && html`<p class="notice good" role="status">${notice}</p>`}
${made && renderMade(context, made)}
${renderForm(context)}
<h2>${texts.token.listHeading}</h2>
${renderList(context, own)}
${others.length > 0 && html`<h2>${texts.token.appsHeading}</h2>${renderList(context, others)}`}`,
  });
}

function renderMade({ texts }: PageContext, { note, secret }: NonNullable<TokenModel['made']>): Html {
  return html`<section class="notice good" role="status">
<h2>${texts.token.madeHeading}</h2>
<p>${texts.token.madeHint}</p>
<div class="with-button"><input id="secret" readonly value="${secret}" aria-label="${texts.token.madeFor}: ${note}" spellcheck="false" autocomplete="off">
<button type="button" class="button quiet" hidden data-copy="${secret}" data-copied="${texts.layout.copied}">${texts.layout.copy}</button></div>
</section>`;
}

function renderForm(context: PageContext): Html {
  const { site, texts } = context;
  const { token } = texts;
  const purposes = Object.keys(PURPOSES) as Purpose[];
  return html`<section class="card">
<h2>${token.newHeading}</h2>
<form method="post" action="${hubPath(site, 'token')}" class="fields">${xsrfField(context)}
<div class="field"><label for="note">${token.note}</label>
<input id="note" name="note" maxlength="${LONGEST_NOTE}" placeholder="${token.notePlaceholder}" autocomplete="off"></div>
<fieldset class="field"><legend>${token.purpose}</legend>
${purposes.map((purpose) => html`<label class="choice"><input type="radio" name="purpose" value="${purpose}"${purpose === 'servers' && html` checked`}><span>${token.purposes[purpose].label} <span class="quiet">${token.purposes[purpose].hint}</span></span></label>`)}
</fieldset>
<div class="field"><label for="expires">${token.expires}</label>
<select id="expires" name="expires">${EXPIRY_DAYS.map((days) => html`<option value="${days}"${days === DEFAULT_EXPIRY_DAYS && html` selected`}>${token.expiryDays(days)}</option>`)}<option value="never">${token.expiryNever}</option></select></div>
<div class="buttons"><button class="button main">${token.submit}</button></div>
</form>
</section>`;
}

function renderList(context: PageContext, tokens: readonly Token[]): Html {
  const { columns, none } = context.texts.token;
  if (tokens.length === 0) return html`<p class="quiet">${none}</p>`;
  return html`<div class="table"><table>
<thead><tr><th scope="col">${columns.note}</th><th scope="col">${columns.scopes}</th><th scope="col">${columns.lastUsed}</th><th scope="col">${columns.expires}</th><th scope="col"><span class="for-readers">${columns.action}</span></th></tr></thead>
<tbody>${tokens.map((token) => renderRow(context, token))}</tbody>
</table></div>`;
}

function renderRow(context: PageContext, token: Token): Html {
  const { site, texts } = context;
  const { columns } = texts.token;
  return html`<tr>
<th scope="row">${token.note}<br><span class="quiet">${texts.token.made} ${time(context, token.createdAt)}</span></th>
<td data-label="${columns.scopes}">${describeScopes(context, token)}</td>
<td data-label="${columns.lastUsed}">${token.lastUsedAt ? time(context, token.lastUsedAt) : texts.token.neverUsed}</td>
<td data-label="${columns.expires}">${token.expiresAt ? time(context, token.expiresAt) : texts.token.noExpiry}</td>
<td>${
    token.serverId === null
      ? actionForm(context, {
          to: hubPath(site, 'token/revoke'),
          label: texts.token.revoke,
          fullLabel: texts.token.revokeNamed(token.note),
          tone: 'quiet',
          fields: { id: tokenApiId(token) },
        })
      : html`<span class="quiet">${texts.token.ownServer}</span>`
  }</td>
</tr>`;
}

/** In people's words where they fit exactly; otherwise as they were granted. */
function describeScopes({ texts }: PageContext, { scopes }: Token): Fragment {
  const purposes = Object.entries(PURPOSES) as [Purpose, readonly string[]][];
  const match = purposes.find(
    ([, wanted]) => wanted.length === scopes.length && wanted.every((s) => scopes.includes(s)),
  );
  if (match) return texts.token.purposes[match[0]].label;
  return html`<code>${scopes.join(' ')}</code>`;
}
