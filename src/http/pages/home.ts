/** Home: go on where one was. */
import type { FastifyInstance } from 'fastify';
import type { Announcement } from '../../domain/announcement.ts';
import { isSettled, type Server } from '../../domain/server.ts';
import { requireUser } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { limitsOf } from '../server-limits.ts';
import { actionForm, askingButton } from './forms.ts';
import { type Fragment, type Html, html } from './html.ts';
import { type PageContext, renderPage, xsrfField } from './layout.ts';
import { hubPath, hubServerPath, openUrl } from './links.ts';
import { renderNextClass } from './next-class.ts';
import { pageContext, sendPage } from './page-context.ts';
import { hookOutput, renderFailure, stateBadge, stateSentence, time } from './server-view.ts';
import { startButton } from './start-button.ts';
import { startingPoint } from './starting-point.ts';
import { hubWords } from './texts/hub-words.ts';
import { bytes, timeSpoken } from './words.ts';

type Parts = Pick<
  HttpParts,
  'servers' | 'roles' | 'announcements' | 'memoryOf' | 'busyKernelsOf' | 'site' | 'now'
>;

export interface ShownServer {
  /** Undefined: it has never been started. */
  readonly server: Server | undefined;
  /** Bytes in use; null where that is not known. */
  readonly memory: number | null;
  /** How many of its kernels run something now; null where that is not known. */
  readonly busyKernels: number | null;
}

export interface HomeModel {
  readonly announcements: readonly Announcement[];
  readonly main: ShownServer;
  readonly named: readonly ShownServer[];
}

export function mountHome(app: FastifyInstance, parts: Parts): void {
  app.get('/', { prefixTrailingSlash: 'slash' }, async (request, reply) =>
    reply.redirect(await startingPoint(requireUser(request).user, parts)),
  );
  // The login cookie does not reach the address without a slash.
  app.get('/', { prefixTrailingSlash: 'no-slash' }, async (_request, reply) =>
    reply.redirect(hubPath(parts.site, '')),
  );

  app.get('/home', async (request, reply) => {
    const { user } = requireUser(request);
    const announcements = await parts.announcements.listFor(user);
    const servers = (await parts.servers.ofUsers([user])).get(user.id) ?? [];
    const shown = await Promise.all(
      servers.map(async (server) => {
        if (server.state !== 'ready') return { server, memory: null, busyKernels: null };
        const [memory, busyKernels] = await Promise.all([
          parts.memoryOf(server.id),
          parts.busyKernelsOf(server.id),
        ]);
        return { server, memory, busyKernels };
      }),
    );
    const never = { server: undefined, memory: null, busyKernels: null };
    const main = shown.find(({ server }) => server.name === '') ?? never;
    const named = shown.filter(({ server }) => server.name !== '');
    return sendPage(reply, renderHome(pageContext(request, reply, parts), { announcements, main, named }));
  });
}

export function renderHome(context: PageContext, { announcements, main, named }: HomeModel): string {
  const { site, texts } = context;
  const servers = [main, ...named].flatMap(({ server }) => server ?? []);
  const moving = servers.some((server) => !isSettled(server));
  return renderPage(context, {
    title: texts.home.title,
    entry: 'home',
    ...(moving ? { refreshSeconds: 2 } : {}),
    main: html`<h1>${texts.home.heading}</h1>
${announcements.map((announcement) => renderAnnouncement(context, announcement))}
${renderNextClass(context)}
${servers.map((server) => renderHookFailure(context, server))}
${renderMain(context, main)}
${(site.allowNamedServers || named.length > 0) && renderNamed(context, named)}
<section class="aside share"><div><h2>${texts.link.offer}</h2><p>${texts.link.offerHint}</p></div><a class="button quiet" href="${hubPath(site, 'link')}">${texts.link.offerButton}</a></section>
${site.course.storageNotice !== null && html`<aside class="aside"><h2>${texts.home.files}</h2><p>${hubWords(texts, site.course.storageNotice)}</p></aside>`}`,
  });
}

function renderAnnouncement(context: PageContext, { text, by, at }: Announcement): Html {
  return html`<div class="notice"><p class="announcement">${text}</p><p class="quiet">${by}, ${time(context, at)}</p></div>`;
}

/** The default server: one state, one thing to do next. */
function renderMain(context: PageContext, { server, memory, busyKernels }: ShownServer): Html {
  const { texts, caller } = context;
  const state = server?.state ?? 'stopped';
  const name = server ?? { owner: caller?.user.name ?? '', name: '' };
  return html`<section class="card server">
<div class="server-head">${stateBadge(context, state)}${server?.state === 'ready' && server.readyAt && html`<span class="quiet">${texts.home.since} ${time(context, server.readyAt)}</span>`}</div>
${server?.state === 'ready' ? renderUse(context, server, memory) : html`<p class="lead">${stateSentence(context, server)}</p>`}
${server?.failure && (state === 'failed' || state === 'stopped') && renderFailure(context, server.failure)}
<div class="buttons">${mainActions(context, name, { server, busyKernels })}</div>
</section>`;
}

function mainActions(
  context: PageContext,
  name: Pick<Server, 'owner' | 'name'>,
  { server, busyKernels }: Pick<ShownServer, 'server' | 'busyKernels'>,
): Fragment {
  const { site, texts } = context;
  const start = (label: string) => startButton(context, name, { label });
  switch (server?.state) {
    case 'ready':
      return [
        html`<a class="button main" href="${openUrl(site, server)}">${texts.home.open}</a>`,
        stopButton(context, server, busyKernels),
      ];
    case 'queued':
    case 'starting':
      return [watchLink(context, server), cancelForm(context, server)];
    case 'stopping':
      return server.desired === 'running'
        ? [watchLink(context, server), cancelForm(context, server)]
        : start(texts.home.restart);
    default:
      return start(
        server === undefined || server.state === 'stopped' ? texts.home.start : texts.failed.tryAgain,
      );
  }
}

function watchLink({ site, texts }: PageContext, server: Server): Html {
  return html`<a class="button main" href="${hubServerPath(site, 'spawn-pending', server)}">${texts.home.watch}</a>`;
}

function cancelForm(context: PageContext, server: Server): Html {
  const { site, texts } = context;
  return actionForm(context, {
    to: hubServerPath(site, 'stop', server),
    label: texts.home.cancel,
    tone: 'quiet',
  });
}

/** Asks whatever runs, for what is not saved would be lost; and says so where a cell is at work. */
function stopButton(context: PageContext, server: Server, busyKernels: number | null): Html {
  const { site, texts } = context;
  const { stopDialog } = texts.home;
  return askingButton(context, {
    id: `stop-${server.id}`,
    label: texts.home.stop,
    ...(server.name === '' ? {} : { fullLabel: stopDialog.title(server.name) }),
    title: stopDialog.title(server.name),
    body: busyKernels ? stopDialog.bodyBusy(busyKernels) : stopDialog.body,
    confirm: { to: hubServerPath(site, 'stop', server), label: stopDialog.confirm },
    keep: stopDialog.keep,
  });
}

/** How much of what it may use it uses. */
function renderUse(context: PageContext, server: Server, memory: number | null): Html {
  const { site, texts } = context;
  const { memoryLimit, cpuLimit } = limitsOf(site, server);
  const end = renderEnd(context, server);
  const amount = memory === null ? null : bytes(memory, texts.locale);
  return html`<dl class="facts">
${amount !== null && html`<div><dt>${texts.home.memory}</dt><dd>${memoryLimit === null ? amount : html`<meter min="0" max="${memoryLimit}" high="${Math.round(memoryLimit * 0.85)}" value="${memory}" aria-label="${texts.home.memory}"></meter>${texts.home.memoryOf(amount, bytes(memoryLimit, texts.locale))}`}</dd></div>`}
${cpuLimit !== null && html`<div><dt>${texts.home.cores}</dt><dd>${texts.home.coresUpTo(cpuLimit)}</dd></div>`}
${server.lastActivityAt && html`<div><dt>${texts.home.lastUsed}</dt><dd>${time(context, server.lastActivityAt)}</dd></div>`}
${end && html`<div><dt>${texts.home.stopsItself}</dt><dd>${end}</dd></div>`}
</dl>`;
}

/** What stops a server that nobody stops, and when. */
function renderEnd(context: PageContext, server: Server): Fragment {
  const { site, texts, caller } = context;
  const { cull } = site;
  if (cull === null || (caller?.user.admin && !cull.adminUsers)) return null;
  const { timeoutSeconds, maxAgeSeconds } = cull;
  const idle = timeoutSeconds > 0 && texts.home.stopsIdle(timeSpoken(timeoutSeconds, texts.locale));
  const age = maxAgeSeconds > 0 && server.startedAt;
  const atAge = age && time(context, new Date(age.getTime() + maxAgeSeconds * 1000));
  return idle && atAge ? html`${atAge}, ${texts.home.orSooner} ${idle}` : idle || atAge;
}

function renderHookFailure(context: PageContext, server: Server): Fragment {
  const { site, texts } = context;
  if (server.state !== 'ready' || server.hook?.status !== 'failed') return null;
  return html`<section class="notice warn">
<h2>${texts.home.hookFailed}${server.name !== '' && html` (${server.name})`}</h2>
<p>${texts.home.hookFailedBody}</p>
${hookOutput(context, server.hook)}
<div class="buttons">${actionForm(context, { to: hubServerPath(site, 'run-hook', server), label: texts.home.hookAgain, tone: 'quiet' })}</div>
</section>`;
}

function renderNamed(context: PageContext, named: readonly ShownServer[]): Html {
  const { site, texts } = context;
  return html`<section>
<h2>${texts.home.others}</h2>
<p class="quiet">${texts.home.othersHint}</p>
${named.length > 0 && html`<ul class="rows">${named.map((shown) => shown.server && renderNamedRow(context, shown.server, shown))}</ul>`}
${
  site.allowNamedServers &&
  html`<form method="post" action="${hubPath(site, 'servers')}" class="fields inline">${xsrfField(context)}
<div class="field"><label for="server-name">${texts.home.newName}</label>
<input id="server-name" name="name" required pattern="[a-z0-9]([a-z0-9\\-]{0,28}[a-z0-9])?" maxlength="30" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="server-name-hint">
<span class="quiet" id="server-name-hint">${texts.home.newNameHint}</span></div>
<button class="button quiet">${texts.home.add}</button></form>`
}
</section>`;
}

function renderNamedRow(
  context: PageContext,
  server: Server,
  { memory, busyKernels }: Omit<ShownServer, 'server'>,
): Html {
  const { texts } = context;
  return html`<li class="row">
<div class="row-name"><strong>${server.displayName || server.name}</strong>
<span class="quiet">${server.state === 'ready' ? html`${server.readyAt && html`${texts.home.since} ${time(context, server.readyAt)}`}${memory !== null && html` · ${bytes(memory, texts.locale)}`}` : stateSentence(context, server)}</span></div>
${stateBadge(context, server.state)}
<div class="buttons">${namedActions(context, server, busyKernels)}</div>
</li>`;
}

function namedActions(context: PageContext, server: Server, busyKernels: number | null): Fragment {
  const { site, texts } = context;
  switch (server.state) {
    case 'ready':
      return [
        html`<a class="button quiet" href="${openUrl(site, server)}">${texts.home.openNamed}</a>`,
        stopButton(context, server, busyKernels),
      ];
    case 'queued':
    case 'starting':
      return [
        html`<a class="button quiet" href="${hubServerPath(site, 'spawn-pending', server)}">${texts.home.watch}</a>`,
        cancelForm(context, server),
      ];
    case 'stopping':
      return null;
    default:
      return [
        startButton(context, server, { label: texts.home.startNamed, tone: 'quiet' }),
        askingButton(context, {
          id: `remove-${server.id}`,
          label: texts.home.remove,
          title: texts.home.removeDialog.title(server.name),
          body: texts.home.removeDialog.body,
          confirm: { to: hubServerPath(site, 'remove', server), label: texts.home.removeDialog.confirm },
          keep: texts.home.removeDialog.keep,
        }),
      ];
  }
}
