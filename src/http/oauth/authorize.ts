/**
 * `/hub/api/oauth2/authorize` (RFC 6749 §3.1): a server sends a browser here to learn who it is. Somebody who is not
 * logged in does so first; somebody who opens another's server is asked whether they mean to.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HubError } from '../../domain/errors.ts';
import { type Answer, described, empty, errorModel, type Operation } from '../api/operation.ts';
import { requireUser } from '../caller.ts';
import { renderConsent } from '../pages/consent.ts';
import { pageContext, sendPage } from '../pages/page-context.ts';
import type { HttpParts } from '../parts.ts';

const consentForm = z.object({ decision: z.enum(['allow', 'deny']) });

const page = { 'text/html': z.string() };
const answers: Readonly<Record<number, Answer>> = {
  200: { description: 'A page that asks whether they mean to.', content: page },
  302: empty('Back to the server with a code, or to the login.'),
};
const authorization = {
  access: 'caller',
  answers,
  errors: [400],
  errorContent: { ...page, 'application/json': errorModel },
} as const;

const ask: Operation = { ...authorization, summary: 'Who is behind a browser: the question of a server' };
const decide: Operation = {
  ...authorization,
  summary: 'The answer of the person who was asked',
  body: consentForm,
  bodyType: 'application/x-www-form-urlencoded',
  errors: [400, 415],
};

export function mountAuthorize(app: FastifyInstance, parts: Pick<HttpParts, 'oauth' | 'site' | 'now'>): void {
  app.get('/authorize', described(ask), (request, reply) => answer(request, reply, undefined));

  app.post('/authorize', described(decide), (request, reply) => {
    const form = consentForm.safeParse(request.body);
    if (!form.success) throw new HubError('invalid', 'Answer with “decision”: “allow” or “deny”.');
    return answer(request, reply, form.data.decision);
  });

  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    decision: 'allow' | 'deny' | undefined,
  ) {
    const caller = requireUser(request);
    const outcome = await parts.oauth.authorize(
      {
        parameters: request.query as Readonly<Record<string, unknown>>,
        origin: `${request.protocol}://${request.host}`,
        ...(decision ? { decision } : {}),
      },
      caller,
    );
    if (outcome.kind === 'redirect') return reply.redirect(outcome.location);
    const context = pageContext(request, reply, parts);
    return sendPage(reply, renderConsent(context, { ...outcome.view, action: request.url }));
  }
}
