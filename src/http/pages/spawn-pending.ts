/** Waiting for a server: what is happening, for how long still, and when it fails, why and what to do. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ProgressEvent } from '../../domain/progress.ts';
import type { Failure, Server } from '../../domain/server.ts';
import { hasChoice } from '../../domain/server-choices.ts';
import type { ServerUpdate } from '../../hub/servers.ts';
import { safeNext } from '../next.ts';
import type { HttpParts } from '../parts.ts';
import { addressedServer } from './addressed.ts';
import { actionForm } from './forms.ts';
import { type Html, html } from './html.ts';
import { isMailAddress, type PageContext, renderPage } from './layout.ts';
import { hubPath, hubServerPath, openUrl, progressPath } from './links.ts';
import { renderNotRunning } from './not-running.ts';
import { field, pageContext, sendPage } from './page-context.ts';
import { isOwn, time } from './server-view.ts';
import { hubWords } from './texts/hub-words.ts';
import type { Texts } from './texts/texts.ts';
import { duration } from './words.ts';

type Parts = Pick<HttpParts, 'users' | 'servers' | 'site' | 'now'>;

export interface PendingModel extends ServerUpdate {
  /** Where it goes on when the server is ready. */
  readonly next: string | undefined;
}

export function mountSpawnPending(app: FastifyInstance, parts: Parts): void {
  const { site } = parts;
  for (const path of ['/spawn-pending', '/spawn-pending/:user', '/spawn-pending/:user/:server']) {
    app.get(path, async (request, reply) => {
      const { owner, name, server } = await addressedServer(request, parts, 'read:servers');
      const next = nextOf(request, parts);
      const update = server && (await currentUpdate(server, parts));
      const context = pageContext(request, reply, parts);
      const state = update?.server.state ?? 'stopped';
      if (state === 'ready') return reply.redirect(next ?? openUrl(site, { owner: owner.name, name }));
      if (update === undefined || state === 'stopped') {
        const model = { owner: owner.name, name, server: update?.server, next };
        return sendPage(reply, renderNotRunning(context, model));
      }
      const { failure } = update.server;
      if (state === 'failed' && failure !== null) {
        // The start failed, not this request: programs that look at the status are told so by the number.
        return sendPage(reply, renderFailed(context, { ...update, next, failure }), 500);
      }
      return sendPage(reply, renderPending(context, { ...update, next }));
    });
  }
}

/** The row with all that this attempt has reported; undefined where the row has just gone. */
async function currentUpdate(
  server: Server,
  { servers }: Pick<Parts, 'servers'>,
): Promise<ServerUpdate | undefined> {
  const watching = new AbortController();
  try {
    for await (const update of servers.watch(server.id, watching.signal)) return update;
    return undefined;
  } finally {
    watching.abort();
  }
}

function nextOf(request: FastifyRequest, { site }: Pick<Parts, 'site'>): string | undefined {
  return safeNext(field(request.query, 'next'), site);
}

export function renderPending(context: PageContext, model: PendingModel): string {
  const { server } = model;
  return server.state === 'stopping' ? renderStopping(context, model) : renderStarting(context, model);
}

function renderStarting(context: PageContext, { server, events, place, next }: PendingModel): string {
  const { site, texts, xsrf } = context;
  const { pending } = texts;
  const waiting = server.state === 'queued';
  // What is stored before the turn has come belongs to an earlier attempt.
  const shown = waiting ? [] : events;
  const current = shown.at(-1);
  const began = waiting ? server.queuedAt : server.startedAt;
  const heading = !isOwn(context, server)
    ? pending.headingOther(server.owner)
    : waiting
      ? place?.full
        ? pending.headingFull
        : pending.headingQueued
      : pending.heading;
  return renderPage(context, {
    title: pending.title,
    width: 'narrow',
    // A place changes slowly where many wait.
    refreshSeconds: waiting ? 5 : 2,
    live: true,
    main: html`<section class="card" data-progress="${progressPath(site, server, { xsrf, language: texts.language })}" data-ready="${next ?? openUrl(site, server)}" data-lost="${pending.lost}" data-full="${place && String(place.full)}">
<h1>${heading}</h1>
<p class="lead" role="status" data-message>${place === null ? (current ? hubWords(texts, current.message) : texts.stateSentence[waiting ? 'queued' : 'starting']) : pending.place(place)}</p>
<progress max="100" value="${current?.percent ?? 0}" aria-label="${pending.progress}"></progress>
${began && html`<p class="quiet">${waiting ? pending.asked : pending.elapsed} ${time(context, began)}</p>`}
${
  shown.length > 0 &&
  html`<h2 class="small">${pending.steps}</h2>
<ol class="steps">${shown.map((event) => renderStep(texts, event, server))}</ol>`
}
<div class="buttons">${actionForm(context, { to: hubServerPath(site, 'stop', server), label: pending.cancel, tone: 'quiet' })}</div>
<p class="quiet">${pending.keepsItsPlace}</p>
</section>`,
  });
}

/** A step, and how long after the begin of the attempt it was reached. */
function renderStep(texts: Texts, event: ProgressEvent, { startedAt }: Server): Html {
  const after = startedAt === null ? null : duration(event.at.getTime() - startedAt.getTime(), texts.locale);
  return html`<li><span>${hubWords(texts, event.message)}</span> <span class="quiet">${after}</span></li>`;
}

function renderStopping(context: PageContext, { server, next }: PendingModel): string {
  const { site, texts } = context;
  const { pending } = texts;
  const startsAgain = server.desired === 'running';
  return renderPage(context, {
    title: pending.headingStopping,
    width: 'narrow',
    refreshSeconds: 1,
    main: html`<section class="card">
<h1>${pending.headingStopping}</h1>
<p class="lead" role="status">${startsAgain ? pending.bodyStoppingThenStart : pending.bodyStopping}</p>
<progress aria-label="${pending.progress}"></progress>
<div class="buttons">${
      startsAgain
        ? actionForm(context, {
            to: hubServerPath(site, 'stop', server),
            label: pending.cancel,
            tone: 'quiet',
          })
        : actionForm(context, {
            to: hubServerPath(site, 'spawn', server),
            label: pending.startAfter,
            fields: { next },
          })
    }
<a class="button quiet" href="${hubPath(site, 'home')}">${pending.toHome}</a></div>
</section>`,
  });
}

export function renderFailed(
  context: PageContext,
  { server, failure, next }: PendingModel & { readonly failure: Failure },
): string {
  const { site, texts } = context;
  const { failed } = texts;
  const { contact, name: course } = site.course;
  const report = reportOf(server, failure);
  return renderPage(context, {
    title: failed.title,
    width: 'narrow',
    main: html`<section class="card">
<h1>${isOwn(context, server) ? failed.heading : failed.headingOther(server.owner)}</h1>
<p class="notice bad" role="alert">${hubWords(texts, failure.reason)}</p>
${failure.hint !== null && html`<p>${hubWords(texts, failure.hint)}</p>`}
<div class="buttons">${actionForm(context, { to: hubServerPath(site, 'spawn', server), label: failed.tryAgain, fields: { next } })}
${hasChoice(site.choices) && html`<a class="button quiet" href="${hubServerPath(site, 'spawn', server, { next })}">${failed.chooseAgain}</a>`}
<a class="button quiet" href="${hubPath(site, 'home')}">${texts.pending.toHome}</a></div>
<details class="log" open><summary>${failed.log}</summary><pre tabindex="0">${failure.log.trim() || failed.noLog}</pre></details>
<h2 class="small">${failed.send}</h2>
<p class="quiet">${failed.sendHint} <code>${failure.id}</code> · ${time(context, failure.at)}</p>
<div class="buttons"><button type="button" class="button quiet" hidden data-copy="${report}" data-copied="${texts.layout.copied}">${failed.copyReport}</button>
${contact !== null && isMailAddress(contact) && html`<a class="button quiet" href="${mailAddress(contact, failed.mailSubject(course, failure.id), report)}">${failed.mailReport}</a>`}</div>
</section>`,
  });
}

/** What an instructor needs in order to help, as text. */
function reportOf(server: Server, failure: Failure): string {
  const which = server.name === '' ? server.owner : `${server.owner} / ${server.name}`;
  const lines = [
    failure.id,
    failure.at.toISOString(),
    which,
    failure.reason,
    failure.hint ?? '',
    '',
    failure.log,
  ];
  return lines.join('\n').trim();
}

/** RFC 6068. Cut, because browsers and mail programs refuse long addresses. */
function mailAddress(contact: string, subject: string, body: string): string {
  const encode = encodeURIComponent;
  return `mailto:${contact}?subject=${encode(subject)}&body=${encode(body.slice(0, 1_200))}`;
}
