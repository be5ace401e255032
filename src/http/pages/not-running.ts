/**
 * `/hub/user/…`: where requests for a server end up that the proxy has no route for. People see why the server is not
 * running and can start it and come back to the same place; programs are told with 424.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Domains } from '../../domain/domains.ts';
import { HubError } from '../../domain/errors.ts';
import { escapePathSegment, serverPath } from '../../domain/route.ts';
import { allows } from '../../domain/scope.ts';
import { isActive, type Server } from '../../domain/server.ts';
import { normalizeUserName, type User } from '../../domain/user.ts';
import { answerWithPage, loginUrl } from '../errors.ts';
import { safeNext } from '../next.ts';
import type { HttpParts } from '../parts.ts';
import { NOT_YOURS } from './addressed.ts';
import { renderErrorPage } from './error.ts';
import { actionForm } from './forms.ts';
import { html } from './html.ts';
import { type PageContext, renderPage } from './layout.ts';
import { hubPath, hubServerPath } from './links.ts';
import { pageContext, sendPage, visitorContext } from './page-context.ts';
import { renderFailure, stateBadge, whyStopped } from './server-view.ts';
import { hubWords } from './texts/hub-words.ts';

type Parts = Pick<HttpParts, 'users' | 'servers' | 'ensureRoute' | 'site' | 'now'>;

/** After so many redirects between hub and proxy something is wrong; browsers give up at twenty. */
const MOST_REDIRECTS = 5;
const FIRST_PAUSE_MS = 100;

export interface NotRunningModel {
  readonly owner: string;
  /** Of the server; '' is the default one. */
  readonly name: string;
  /** Undefined where it has never been started. */
  readonly server: Server | undefined;
  /** Where it goes on once it runs. */
  readonly next: string | undefined;
}

export function mountNotRunning(app: FastifyInstance, parts: Parts): void {
  const { site } = parts;
  for (const path of ['/user/:user', '/user/:user/*']) {
    app.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
      url: path,
      errorHandler: answerFailure,
      // Programs in the pages of a server ask on its own host, and must be answered there.
      config: { anyHost: true },
      handler: answer,
    });
  }

  /** A form or a call that was meant for the server proves nothing to the hub, which need not even understand it. */
  function answerFailure(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    if (isFromProgram(request)) return answerProgram(request, reply, parts);
    return answerWithPage(site)(error, request, reply);
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { user } = request.params as UserParams;
    const rest = pathWithin(request);
    if (isFromProgram(request)) return answerProgram(request, reply, parts);
    const { domains } = site;
    if (domains !== null && !domains.isHub(request.host))
      return reply.redirect(counted(request.url, domains));
    const asked = `${site.baseUrl}${request.url.slice(hubPath(site, '').length)}`;
    const original = domains === null ? asked : withoutCount(asked);
    const { caller } = request;
    if (!caller) return reply.redirect(loginUrl(site, original));
    const owner = await parts.users.get(normalizeUserName(user));
    const found = owner && (await findServer(owner, rest, parts));
    const name = found?.name ?? '';
    if (!owner || !allows(caller.scopes, 'access:servers', { user: owner.name, server: name })) {
      throw new HubError('not_found', NOT_YOURS);
    }
    if (found?.state === 'ready') return redirectToRunning(request, reply, asked, found);
    const next = safeNext(original, site);
    if (found && isActive(found) && found.desired === 'running') {
      return reply.redirect(hubServerPath(site, 'spawn-pending', found, { next }));
    }
    const model = { owner: owner.name, name, server: found, next };
    return sendPage(reply, renderNotRunning(pageContext(request, reply, parts), model), 424);
  }

  /** The proxy had no route yet, or has lost it: it is put there, and the browser tries again, a few times. */
  async function redirectToRunning(
    request: FastifyRequest,
    reply: FastifyReply,
    original: string,
    server: Server,
  ): Promise<FastifyReply> {
    const url = new URL(original, 'http://polder.invalid');
    const redirects = Number(url.searchParams.get('redirects') ?? 0) || 0;
    if (redirects >= MOST_REDIRECTS) {
      url.searchParams.delete('redirects');
      const context = visitorContext(request, site);
      const { loop: message, loopHint: hint } = context.texts.error;
      const again = `${url.pathname}${url.search}`;
      request.log.error({ user: server.owner, server: server.id }, 'redirect loop between hub and proxy');
      const model = { status: 500, message, hint, id: request.id, again };
      return sendPage(reply, renderErrorPage(context, model), 500);
    }
    if (redirects > 0) await delay(FIRST_PAUSE_MS * 2 ** (redirects - 1));
    await parts.ensureRoute(server.id);
    const { domains } = site;
    // Where they have domains it is on the server's that browsers find no route, and are counted.
    if (domains === null) url.searchParams.set('redirects', String(redirects + 1));
    return reply.redirect(`${domains?.originOfUser(server.owner) ?? ''}${url.pathname}${url.search}`);
  }
}

/** The same address of the hub's own host, with one redirect more. */
function counted(address: string, { hub }: Domains): string {
  const url = new URL(`${hub}${address}`);
  url.searchParams.set('redirects', String((Number(url.searchParams.get('redirects') ?? 0) || 0) + 1));
  return url.href;
}

/** The place as somebody asked for it, for when it takes longer. */
function withoutCount(address: string): string {
  const url = new URL(address, 'http://polder.invalid');
  if (!url.searchParams.has('redirects')) return address;
  url.searchParams.delete('redirects');
  return `${url.pathname}${url.search}`;
}

/** Of `/user/:user/*`. */
interface UserParams {
  readonly user: string;
  readonly '*'?: string;
}

function pathWithin(request: FastifyRequest): string {
  return (request.params as UserParams)['*'] ?? '';
}

/** The server that a path below `/user/NAME/` belongs to: the named one of its first segment, or the default one. */
async function findServer(
  owner: User,
  rest: string,
  { servers }: Pick<Parts, 'servers'>,
): Promise<Server | undefined> {
  const [first = ''] = rest.split('/', 1);
  return (
    (first === '' ? undefined : await servers.get(owner.name, first)) ?? (await servers.get(owner.name, ''))
  );
}

/** JupyterLab's own calls, scripts and kernels: whatever is not a browser that wants to show a page. */
function isFromProgram(request: FastifyRequest): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return true;
  if (/(?:^|\/)api(?:\/|$)/.test(pathWithin(request))) return true;
  const mode = request.headers['sec-fetch-mode'];
  if (mode !== undefined && mode !== 'navigate') return true;
  const accept = request.headers.accept ?? '*/*';
  return !/text\/html|\*\/\*/.test(accept);
}

/** Programs get the same words whether they are known or not, so that nobody learns who is in the course. */
function answerProgram(
  request: FastifyRequest,
  reply: FastifyReply,
  { site }: Pick<Parts, 'site'>,
): FastifyReply {
  const { user } = request.params as UserParams;
  const path = `${site.baseUrl}user/${escapePathSegment(user)}/`;
  const spawn = hubPath(site, `spawn/${escapePathSegment(user)}`);
  return reply
    .status(424)
    .send({ status: 424, message: `The server at ${path} is not running. Start it at ${spawn}` });
}

export function renderNotRunning(
  context: PageContext,
  { owner, name, server, next }: NotRunningModel,
): string {
  const { site, texts } = context;
  const { notRunning } = texts;
  const own = context.caller?.user.name === owner;
  const here = next !== undefined && next !== serverPath(site.baseUrl, owner, name) ? next : undefined;
  return renderPage(context, {
    title: notRunning.title,
    width: 'narrow',
    main: html`<section class="card">
${stateBadge(context, server?.state ?? 'stopped')}
<h1>${own ? notRunning.heading : notRunning.headingOther(owner)}</h1>
<p class="lead">${(server && whyStopped(context, server)) ?? notRunning.never}</p>
${server?.failure && html`${server.failure.reason !== '' && html`<p>${hubWords(texts, server.failure.reason)}</p>`}${renderFailure(context, server.failure)}`}
<div class="buttons">${actionForm(context, {
      to: hubServerPath(site, 'spawn', { owner, name }),
      label: here === undefined ? (own ? texts.home.start : texts.start.buttonOther) : notRunning.start,
      fields: { next },
    })}
<a class="button quiet" href="${hubPath(site, 'home')}">${texts.pending.toHome}</a></div>
${here !== undefined && html`<p class="quiet">${notRunning.back} <code>${here}</code></p>`}
</section>`,
  });
}
