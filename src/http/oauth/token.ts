/** `POST /hub/api/oauth2/token` (RFC 6749 §3.2): a server changes a code into a token of the person behind the browser. */
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OAuthError } from '../../hub/oauth/errors.ts';
import type { BasicCredentials } from '../../hub/oauth/exchange.ts';
import { described, json, type Operation } from '../api/operation.ts';
import { publicErrorOf } from '../errors.ts';
import type { HttpParts } from '../parts.ts';

const grant = z.looseObject({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().optional(),
  scope: z.string().optional(),
});

const exchangeCode: Operation = {
  summary: 'Change a code into a token',
  access: 'anyone',
  body: z.record(z.string(), z.string()),
  bodyType: 'application/x-www-form-urlencoded',
  answers: { 200: json(grant, 'The token (RFC 6749 §5.1).') },
  errors: [401, 415, 503],
  errorContent: {
    'application/json': z.object({ error: z.string(), error_description: z.string().optional() }),
  },
};

export async function mountTokenEndpoint(
  app: FastifyInstance,
  { oauth }: Pick<HttpParts, 'oauth'>,
): Promise<void> {
  await app.register(formbody);
  app.setErrorHandler(answerError);
  app.post('/token', described(exchangeCode), async (request, reply) => {
    const form = typeof request.body === 'object' && request.body !== null ? request.body : {};
    const answer = await oauth.token(form as Readonly<Record<string, unknown>>, basicCredentials(request));
    // RFC 6749 §5.1, for caches from before `no-store`.
    return reply.header('pragma', 'no-cache').send(answer);
  });
}

/** RFC 6749 §5.2. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof OAuthError) {
    const { code, description, detail } = error;
    request.log.warn({ error: code, reason: description, detail }, 'token request refused');
    if (code === 'invalid_client' && request.headers.authorization) {
      reply.header('www-authenticate', 'Basic realm="hub"');
    }
    return reply
      .status(code === 'invalid_client' ? 401 : 400)
      .send({ error: code, error_description: description });
  }
  const { status, message } = publicErrorOf(error);
  if (status >= 500) request.log.error({ err: error }, 'token request failed');
  return reply
    .status(status)
    .send({ error: status < 500 ? 'invalid_request' : 'server_error', error_description: message });
}

/** RFC 6749 §2.3.1: both halves are form-encoded before they are put together. */
function basicCredentials(request: FastifyRequest): BasicCredentials | undefined {
  const encoded = /^basic\s+([a-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw new OAuthError('invalid_client', 'The Authorization header cannot be read.');
  return { id: formDecode(text.slice(0, colon)), secret: formDecode(text.slice(colon + 1)) };
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new OAuthError('invalid_client', 'The Authorization header cannot be read.');
  }
}
