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
import { mountActivity } from './activity.ts';
import { mountAdminAccess } from './admin-access.ts';
import { mountAnnouncements } from './announcements.ts';
import { mountAuthorizations } from './authorizations.ts';
import { acceptAnyJson } from './body.ts';
import { mountCurrentUser } from './current-user.ts';
import { mountEvents } from './events.ts';
import { mountGroup } from './group.ts';
import { mountGroups } from './groups.ts';
import { mountInfo } from './info.ts';
import { answerOtherMethods } from './methods.ts';
import { type Endpoint, mountOpenApi } from './openapi.ts';
import { mountPeople } from './people.ts';
import { mountPeopleActs } from './people-acts.ts';
import { mountPeopleGroups } from './people-groups.ts';
import { mountPeopleRoster } from './people-roster.ts';
import { mountProgress } from './progress.ts';
import { mountProxy } from './proxy.ts';
import { mountReceivedShares } from './received-shares.ts';
import { mountRoot } from './root.ts';
import { mountServer } from './server.ts';
import { mountServerNotices } from './server-notices.ts';
import { mountServerStart } from './server-start.ts';
import { mountServerStop } from './server-stop.ts';
import { mountService } from './service.ts';
import { mountSessions } from './sessions.ts';
import { mountSettings } from './settings.ts';
import { mountShares } from './shares.ts';
import { mountShutdown } from './shutdown.ts';
import { mountToken } from './token.ts';
import { mountTokens } from './tokens.ts';
import { mountUser } from './user.ts';
import { mountUsers } from './users.ts';

/** @param endpoints all of the hub, those of others among them: what the OpenAPI document is made of */
export async function mountApi(
  api: FastifyInstance,
  parts: HttpParts,
  endpoints: readonly Endpoint[],
): Promise<void> {
  api.addHook('onRequest', identifyCaller(parts, { tokens: true }));
  api.addHook('preValidation', checkApiXsrf);
  acceptAnyJson(api);
  api.setErrorHandler(answerWithJson);
  api.setNotFoundHandler((request, reply) =>
    answerWithJson(new HubError('not_found', 'Not Found'), request, reply),
  );
  // A browser asks so before a page of another origin may send anything; it learns the headers, no more.
  api.options('/*', { config: { anonymous: true, operation: null } }, async (_request, reply) =>
    reply.status(204).send(),
  );

  answerOtherMethods(api, () => {
    mountRoot(api);
    mountOpenApi(api, endpoints);
    mountInfo(api, parts);
    mountCurrentUser(api, parts);
    mountUsers(api, parts);
    mountUser(api, parts);
    mountServer(api, parts);
    mountServerStart(api, parts);
    mountServerStop(api, parts);
    mountProgress(api, parts);
    mountServerNotices(api, parts);
    mountActivity(api, parts);
    mountAdminAccess(api, parts);
    mountTokens(api, parts);
    mountToken(api, parts);
    mountAuthorizations(api, parts);
    mountProxy(api, parts);
    mountShutdown(api, parts);
    mountSessions(api, parts);
    mountGroups(api, parts);
    mountGroup(api, parts);
    mountService(api, parts);
    mountShares(api, parts);
    mountReceivedShares(api, parts);
    mountPeople(api, parts);
    mountPeopleActs(api, parts);
    mountPeopleGroups(api, parts);
    mountPeopleRoster(api, parts);
    mountAnnouncements(api, parts);
    mountEvents(api, parts);
    mountSettings(api, parts);
  });
}
