/** The people of the course and their servers, for browsers that run no script. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { allows } from '../../domain/scope.ts';
import { isSettled, type Server, type ServerState } from '../../domain/server.ts';
import type { User } from '../../domain/user.ts';
import { requireUser } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { actionForm } from './forms.ts';
import { type Fragment, type Html, html } from './html.ts';
import { type PageContext, renderPage } from './layout.ts';
import { hubPath, hubServerPath, openUrl } from './links.ts';
import { field, pageContext, sendPage } from './page-context.ts';
import { stateBadge, time } from './server-view.ts';
import { startButton } from './start-button.ts';

type Parts = Pick<HttpParts, 'users' | 'servers' | 'site' | 'now'>;

const PAGE_SIZE = 50;
const STATES = ['all', 'active', 'ready', 'inactive'] as const;

export interface PeopleQuery {
  readonly search: string;
  readonly state: (typeof STATES)[number];
  readonly offset: number;
}

export interface PeopleModel {
  readonly query: PeopleQuery;
  /** This page's people, each with their servers. */
  readonly people: readonly { readonly user: User; readonly servers: readonly Server[] }[];
  /** How many there are in all that match. */
  readonly total: number;
  readonly counts: ReadonlyMap<ServerState, number>;
}

export function mountPlainPeople(app: FastifyInstance, parts: Parts): void {
  app.get('/admin/plain', async (request, reply) => {
    const caller = requireUser(request);
    if (!allows(caller.scopes, 'admin-ui') || !allows(caller.scopes, 'list:users')) {
      throw new HubError('forbidden', 'This page is for those who teach or administer the course.');
    }
    const query = queryOf(request);
    const [page, counts] = await Promise.all([
      parts.users.list({
        ...(query.search === '' ? {} : { nameContains: query.search }),
        ...(query.state === 'all' ? {} : { state: query.state }),
        sort: 'name',
        offset: query.offset,
        limit: PAGE_SIZE,
      }),
      parts.servers.counts(),
    ]);
    const servers = await parts.servers.ofUsers(page.items);
    const people = page.items.map((user) => ({ user, servers: servers.get(user.id) ?? [] }));
    const model = { query, people, total: page.total, counts };
    return sendPage(reply, renderPeople(pageContext(request, reply, parts), model));
  });
}

function queryOf(request: FastifyRequest): PeopleQuery {
  const offset = Number(field(request.query, 'offset') ?? 0);
  return {
    search: field(request.query, 'search')?.trim() ?? '',
    state: STATES.find((state) => state === field(request.query, 'state')) ?? 'all',
    offset: Number.isSafeInteger(offset) && offset > 0 ? offset : 0,
  };
}

function peoplePath(site: PageContext['site'], { search, state, offset }: PeopleQuery): string {
  return hubPath(site, 'admin/plain', {
    search: search === '' ? undefined : search,
    state: state === 'all' ? undefined : state,
    offset: offset === 0 ? undefined : String(offset),
  });
}

export function renderPeople(context: PageContext, { query, people, total, counts }: PeopleModel): string {
  const { site, texts } = context;
  const { admin } = texts;
  const { columns } = admin;
  const moving = people.some(({ servers }) => servers.some((server) => !isSettled(server)));
  return renderPage(context, {
    title: admin.title,
    entry: 'admin',
    width: 'wide',
    ...(moving ? { refreshSeconds: 3 } : {}),
    main: html`<h1>${admin.heading}</h1>
<p class="quiet">${admin.counts(total, counts)}</p>
<form method="get" action="${hubPath(site, 'admin/plain')}" class="fields inline" role="search">
<div class="field"><label for="search">${admin.search}</label><input id="search" name="search" type="search" value="${query.search}" autocapitalize="none" autocomplete="off"></div>
<div class="field"><label for="state">${admin.state}</label><select id="state" name="state">${STATES.map((state) => html`<option value="${state}"${state === query.state && html` selected`}>${admin.states[state]}</option>`)}</select></div>
<button class="button quiet">${admin.searchSubmit}</button>
</form>
${
  people.length === 0
    ? html`<p class="lead">${admin.nobody}</p>`
    : html`<div class="table"><table>
<thead><tr><th scope="col">${columns.name}</th><th scope="col">${columns.state}</th><th scope="col">${columns.lastActivity}</th><th scope="col">${columns.actions}</th></tr></thead>
<tbody>${people.map(({ user, servers }) => renderPerson(context, user, servers, peoplePath(site, query)))}</tbody>
</table></div>`
}
${renderPaging(context, query, people.length, total)}`,
  });
}

function renderPerson(context: PageContext, user: User, servers: readonly Server[], back: string): Fragment {
  const main = servers.find((server) => server.name === '');
  const rows: readonly (Server | undefined)[] = [main, ...servers.filter((server) => server.name !== '')];
  return rows.map((server) => renderServerRow(context, user, server, back));
}

function renderServerRow(context: PageContext, user: User, server: Server | undefined, back: string): Html {
  const { texts } = context;
  const { admin } = texts;
  const seen = server?.lastActivityAt ?? user.lastActivityAt;
  const label = server === undefined || server.name === '' ? user.name : `${user.name} / ${server.name}`;
  return html`<tr>
<th scope="row">${label}${user.admin && label === user.name && html` <span class="quiet">${admin.administrator}</span>`}</th>
<td data-label="${admin.columns.state}">${stateBadge(context, server?.state ?? 'stopped')}${server?.state === 'failed' && html` <a href="${hubServerPath(context.site, 'spawn-pending', server)}">${admin.details}</a>`}</td>
<td data-label="${admin.columns.lastActivity}">${seen ? time(context, seen) : admin.neverSeen}</td>
<td><div class="buttons">${serverActions(context, server ?? { owner: user.name, name: '', state: 'stopped' }, { label, back })}</div></td>
</tr>`;
}

function serverActions(
  context: PageContext,
  server: Pick<Server, 'owner' | 'name' | 'state'>,
  { label, back }: { readonly label: string; readonly back: string },
): Fragment {
  const { site, texts } = context;
  const { admin } = texts;
  const stop = actionForm(context, {
    to: hubServerPath(site, 'stop', server),
    label: admin.stop,
    fullLabel: admin.stopNamed(label),
    tone: 'quiet',
    fields: { back },
  });
  switch (server.state) {
    case 'ready':
      return [
        html`<a class="button quiet" href="${openUrl(site, server)}" aria-label="${admin.openNamed(label)}">${admin.open}</a>`,
        stop,
      ];
    case 'queued':
    case 'starting':
      return stop;
    case 'stopping':
      return null;
    default:
      return startButton(context, server, {
        label: admin.start,
        fullLabel: admin.startNamed(label),
        tone: 'quiet',
        back,
      });
  }
}

function renderPaging(
  { site, texts }: PageContext,
  query: PeopleQuery,
  shown: number,
  total: number,
): Fragment {
  if (total <= PAGE_SIZE) return null;
  const { admin } = texts;
  const link = (offset: number, label: string) =>
    html`<a class="button quiet" href="${peoplePath(site, { ...query, offset })}">${label}</a>`;
  const { offset } = query;
  return html`<nav class="buttons paging" aria-label="${admin.pages}">
<span class="quiet">${admin.page(Math.min(offset + 1, total), offset + shown, total)}</span>
${offset > 0 && link(Math.max(0, offset - PAGE_SIZE), admin.previous)}
${offset + shown < total && link(offset + PAGE_SIZE, admin.next)}
</nav>`;
}
