/**
 * JupyterHub's REST API, one endpoint a file. Each file mounts its own paths; what holds for all of them is here: who
 * asks, XSRF for browsers, bodies as JSON whatever their content type says, and errors as JSON.
 */
import type { FastifyInstance } from 'fastify';
import { HubError } from '../../domain/errors.ts';
import { identifyCaller } from '../caller.ts';
import { answerWithJson } from '../errors.ts';
import type { HttpParts } from '../parts.ts';
import { checkApiXsrf } from '../xsrf.ts';
import { acceptAnyJson } from './body.ts';
import { mountRoot } from './root.ts';

export async function mountApi(api: FastifyInstance, parts: HttpParts): Promise<void> {
  api.addHook('onRequest', identifyCaller(parts, { tokens: true }));
  api.addHook('preValidation', checkApiXsrf);
  acceptAnyJson(api);
  api.setErrorHandler(answerWithJson);
  api.setNotFoundHandler((request, reply) =>
    answerWithJson(new HubError('not_found', 'Not Found'), request, reply),
  );
  api.options('/*', async (_request, reply) => reply.status(204).send());
  mountRoot(api);
}
