/** Logging in at another place, under JupyterHub's addresses: there by `oauth_login`, back by `oauth_callback`. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import type { LoginFrom } from '../../hub/admission.ts';
import { setSessionCookies, userCaller } from '../caller.ts';
import { clearHubCookie, hubCookie, setHubCookie } from '../cookies.ts';
import { publicErrorOf } from '../errors.ts';
import { safeNext } from '../next.ts';
import type { HttpParts } from '../parts.ts';
import { originOf } from '../scheme.ts';
import { renderErrorPage } from './error.ts';
import { hubPath } from './links.ts';
import { field, sendPage, visitorContext } from './page-context.ts';
import { startingPoint } from './starting-point.ts';

type Parts = Pick<HttpParts, 'serviceLogin' | 'servers' | 'roles' | 'site' | 'now'>;

const FLOW_COOKIE = 'polder-login-';
/** Several tabs may be on their way at once; the oldest are given up, since headers are not endless. */
const MOST_FLOWS = 4;
/** The browser keeps it for longer than it is good, so that whoever comes back late still gets where they wanted. */
const FLOW_COOKIE_SECONDS = 86_400;
const LONGEST_NEXT = 1_500;

export function mountServiceLogin(app: FastifyInstance, parts: Parts): void {
  const { serviceLogin, site } = parts;
  if (serviceLogin.choices.length === 0) return;

  app.get('/oauth_login', async (request, reply) => {
    const next = nextOf(request, parts);
    const way = field(request.query, 'way');
    try {
      const begun = await serviceLogin.begin(way, {
        hubCallbackUrl: `${originOf(request)}${hubPath(site, 'oauth_callback')}`,
        next,
        from: loginFrom(request),
      });
      const flows = Object.keys(request.cookies).flatMap((name) => {
        const plain = name.replace(/^__Host-/, '');
        return plain.startsWith(FLOW_COOKIE) ? [plain] : [];
      });
      for (const name of flows.slice(0, Math.max(0, flows.length - MOST_FLOWS + 1)))
        clearHubCookie(reply, name, site);
      setHubCookie(reply, `${FLOW_COOKIE}${begun.flow}`, {
        value: begun.sealed,
        site,
        maxAge: FLOW_COOKIE_SECONDS,
      });
      return reply.redirect(begun.url);
    } catch (error) {
      if (!(error instanceof HubError) || error.code === 'not_found') throw error;
      return showRefused(request, reply, { error, next, way });
    }
  });

  app.get('/oauth_callback', async (request, reply) => {
    const answer = new URL(request.url, 'http://hub.invalid').searchParams;
    const flow = serviceLogin.flowOf(answer);
    const name = `${FLOW_COOKIE}${flow ?? ''}`;
    const sealed = hubCookie(request, name, site);
    // Back by the browser's button, after it went well.
    const known = userCaller(request);
    if (sealed === undefined && known) {
      return reply.redirect(await startingPoint(known.user, parts));
    }
    if (sealed !== undefined) clearHubCookie(reply, name, site);
    const finished = await serviceLogin.finish(answer, { sealed, from: loginFrom(request) });
    const { next, way } = finished;
    if ('refused' in finished) return showRefused(request, reply, { error: finished.refused, next, way });
    const { user, session, secret } = finished.opened;
    setSessionCookies(reply, { session, secret, site });
    return reply.redirect(next ?? (await startingPoint(user, parts)), 303);
  });

  /** What went wrong, and a button to begin again that leads where they wanted to go. */
  function showRefused(
    request: FastifyRequest,
    reply: FastifyReply,
    {
      error,
      next,
      way,
    }: { readonly error: HubError; readonly next: string | undefined; readonly way: string | undefined },
  ): FastifyReply {
    const { status, message } = publicErrorOf(error);
    const context = visitorContext(request, site);
    const { login } = context.texts;
    const { contact } = site.course;
    const several = serviceLogin.choices.length > 1;
    const page = renderErrorPage(context, {
      status,
      heading: status === 503 ? login.serviceAway : login.notLoggedIn,
      message,
      hint: contact === null ? login.staysNobody : login.stays(contact),
      id: request.id,
      again: hubPath(site, 'oauth_login', { way: several ? way : undefined, next }),
    });
    request.log.info({ status, reason: message }, 'login page of another place refused');
    return sendPage(reply, page, status);
  }
}

function nextOf(request: FastifyRequest, { site }: Pick<Parts, 'site'>): string | undefined {
  const next = safeNext(field(request.query, 'next'), site);
  return next !== undefined && next.length <= LONGEST_NEXT ? next : undefined;
}

function loginFrom(request: FastifyRequest): LoginFrom {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? '' };
}
