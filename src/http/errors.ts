/** From what went wrong to what is answered: the one place that knows status codes of errors. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { HubError, type HubErrorCode } from '../domain/errors.ts';
import { renderErrorPage } from './pages/error.ts';
import { visitorContext } from './pages/page-context.ts';
import type { Site } from './parts.ts';

const STATUS: Readonly<Record<HubErrorCode, number>> = {
  invalid: 400,
  // JupyterHub's answer to programs without (valid) credentials; browsers are sent to the login instead.
  unauthenticated: 403,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  not_running: 424,
  too_many: 429,
  internal: 500,
  unavailable: 503,
};

/** What may be told of an error. `hint` says what to do, where there is more to say than the message does. */
export interface PublicError {
  readonly status: number;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
}

/** Errors of our own words as they are; mistakes of the request as fastify names them; anything else is ours. */
export function publicErrorOf(error: unknown): PublicError {
  if (error instanceof HubError) {
    const { code, message, retryAfterSeconds } = error;
    const hidden = code === 'internal';
    return {
      status: STATUS[code],
      message: hidden ? 'Something went wrong in the hub.' : message,
      retryAfterSeconds,
    };
  }
  if ((error as Partial<FastifyError> | null)?.code === 'FST_ERR_BAD_URL') {
    // Its own message has the address in it, and with it perhaps a secret.
    return { status: 400, message: 'The address cannot be decoded.', retryAfterSeconds: undefined };
  }
  const status = (error as Partial<FastifyError> | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return { status, message: (error as FastifyError).message, retryAfterSeconds: undefined };
  }
  return { status: 500, message: 'Something went wrong in the hub.', retryAfterSeconds: undefined };
}

/** For programs: `{"status":404,"message":"…"}`, as JupyterHub writes it. */
export function answerWithJson(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, message } = prepareAnswer(error, request, reply);
  return reply.type('application/json').send({ status, message });
}

/** For people: a page; somebody who is not known is sent to the login and comes back. */
export function answerWithPage(site: Site) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof HubError && error.code === 'unauthenticated' && request.method === 'GET') {
      return reply.redirect(loginUrl(site, request.url));
    }
    if (prefersJson(request)) return answerWithJson(error, request, reply);
    const { status, message } = prepareAnswer(error, request, reply);
    return reply
      .type('text/html; charset=utf-8')
      .send(renderErrorPage(visitorContext(request, site), { status, message, id: request.id }));
  };
}

/** The login page, which leads back to `next`. */
export function loginUrl(site: Site, next: string): string {
  return `${site.baseUrl}hub/login?next=${encodeURIComponent(next)}`;
}

/** A program that asked for a page by mistake, or JupyterLab that asks whether its server is there. */
function prefersJson(request: FastifyRequest): boolean {
  const accept = request.headers.accept ?? '';
  return accept.includes('application/json') && !accept.includes('text/html');
}

function prepareAnswer(error: unknown, request: FastifyRequest, reply: FastifyReply): PublicError {
  const answer = publicErrorOf(error);
  const context = {
    status: answer.status,
    method: request.method,
    route: request.routeOptions.url,
    user: request.caller?.name,
  };
  if (answer.status >= 500)
    request.log.error({ ...context, err: error, detail: detailOf(error) }, 'request failed');
  else request.log.info({ ...context, reason: answer.message, detail: detailOf(error) }, 'request refused');
  if (answer.retryAfterSeconds !== undefined)
    reply.header('retry-after', Math.ceil(answer.retryAfterSeconds));
  reply.status(answer.status);
  return answer;
}

function detailOf(error: unknown): string | undefined {
  return error instanceof HubError ? error.detail : undefined;
}
