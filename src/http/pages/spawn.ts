/**
 * Starting a server. Links to `/hub/spawn` are everywhere (in courses' pages, in mails), and following one must start
 * the server; yet a GET changes nothing, since browsers load pages on suspicion and anybody's page can link here. So the
 * page that a GET shows sends the form by itself where there is a script, and has a button where there is none. Where
 * there is something to choose, it asks.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isActive, type Server } from '../../domain/server.ts';
import { choiceProblem, hasChoice } from '../../domain/server-choices.ts';
import { requireUser } from '../caller.ts';
import { safeNext } from '../next.ts';
import type { HttpParts } from '../parts.ts';
import { addressedServer } from './addressed.ts';
import { choiceOf, fieldsOf } from './choice-fields.ts';
import { renderChoose } from './choose-profile.ts';
import { html } from './html.ts';
import { type PageContext, renderPage, xsrfField } from './layout.ts';
import { hubServerPath, openUrl } from './links.ts';
import { field, pageContext, sendPage } from './page-context.ts';

type Parts = Pick<HttpParts, 'users' | 'servers' | 'site' | 'now'>;

export interface StartModel {
  readonly server: Pick<Server, 'owner' | 'name'>;
  readonly own: boolean;
  /** Where it goes on from there. */
  readonly next: string | undefined;
}

export function mountSpawn(app: FastifyInstance, parts: Parts): void {
  const { site } = parts;
  for (const path of ['/spawn', '/spawn/:user', '/spawn/:user/:server']) {
    app.get(path, async (request, reply) => {
      const { owner, name, server } = await addressedServer(request, parts, 'start:servers');
      const next = nextOf(request, parts);
      if (server?.state === 'ready') return reply.redirect(next ?? openUrl(site, server));
      if (server && isActive(server) && server.desired === 'running') {
        return reply.redirect(hubServerPath(site, 'spawn-pending', server, { next }));
      }
      const own = owner.id === requireUser(request).user.id;
      const model = { server: { owner: owner.name, name }, own, next };
      const context = pageContext(request, reply, parts);
      if (!hasChoice(site.choices)) return sendPage(reply, renderStart(context, model));
      // A link may say what to begin with.
      const isSaid = field(request.query, 'profile') !== undefined;
      const fields = isSaid ? request.query : fieldsOf(server?.userOptions ?? {}, site.choices);
      return sendPage(reply, renderChoose(context, { ...model, back: backOf(request, parts), fields }));
    });

    app.post(path, async (request, reply) => {
      const { owner, name, server } = await addressedServer(request, parts, 'start:servers');
      const { user } = requireUser(request);
      const addressed = { owner: owner.name, name };
      const next = nextOf(request, parts);
      // Administrators who start a server from a list stay at the list.
      const back = backOf(request, parts);
      const userOptions = hasChoice(site.choices) ? choiceOf(request.body, site.choices) : undefined;
      if (hasChoice(site.choices)) {
        const problem = choiceProblem(site.choices, userOptions ?? server?.userOptions ?? {});
        // Whoever only says that it should start gets what they had the last time.
        if (problem && userOptions === undefined) {
          return reply.redirect(hubServerPath(site, 'spawn', addressed, { next, back }), 303);
        }
        if (problem) {
          const own = owner.id === user.id;
          const model = { server: addressed, own, next, back, fields: request.body, problem };
          return sendPage(reply, renderChoose(pageContext(request, reply, parts), model), 400);
        }
      }
      await parts.servers.start(owner, name, {
        by: user.name,
        ...(userOptions === undefined ? {} : { userOptions }),
      });
      return reply.redirect(back ?? hubServerPath(site, 'spawn-pending', addressed, { next }), 303);
    });
  }
}

function nextOf(request: FastifyRequest, { site }: Pick<Parts, 'site'>): string | undefined {
  return safeNext(field(request.body, 'next') ?? field(request.query, 'next'), site);
}

function backOf(request: FastifyRequest, { site }: Pick<Parts, 'site'>): string | undefined {
  return safeNext(field(request.body, 'back') ?? field(request.query, 'back'), site);
}

export function renderStart(context: PageContext, { server, own, next }: StartModel): string {
  const { site, texts } = context;
  const pending = hubServerPath(site, 'spawn-pending', server, { next });
  return renderPage(context, {
    title: texts.start.title,
    width: 'narrow',
    main: html`<section class="card">
<h1>${own ? texts.start.heading : texts.start.headingOther(server.owner)}</h1>
<p class="lead with-script" role="status">${texts.start.body}</p>
<p class="lead without-script">${texts.start.bodyWithoutScript}</p>
<progress class="with-script" aria-label="${texts.pending.progress}"></progress>
<form method="post" action="${hubServerPath(site, 'spawn', server)}" class="without-script" data-start="${pending}">${xsrfField(context)}
${next !== undefined && html`<input type="hidden" name="next" value="${next}">`}
<button class="button main">${own ? texts.start.button : texts.start.buttonOther}</button></form>
</section>`,
  });
}
