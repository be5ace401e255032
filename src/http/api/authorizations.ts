/**
 * `/hub/api/authorizations/…`: how programs from before JupyterHub 2 ask whose a token is. Single-user servers of that
 * age decide by it whom they let in.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../../domain/caller.ts';
import { HubError } from '../../domain/errors.ts';
import { expandScopes, isWithin, unionScopes } from '../../domain/scope.ts';
import { requireCaller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { pathParameter } from './access.ts';
import { described, json, type Operation } from './operation.ts';
import { serviceIdentity, serviceIdentitySchema } from './service-identity.ts';
import { identifyScopes, userModel, userSchema } from './user-model.ts';

const identifyToken: Operation = {
  summary: 'Whose a token is',
  description: 'For programs from before JupyterHub 2.',
  access: 'caller',
  answers: { 200: json(z.union([userSchema, serviceIdentitySchema]), 'Whose token it is.') },
};

const removed: Operation = {
  summary: 'What JupyterHub had once: always 404',
  access: 'anyone',
  answers: {},
  errors: [404],
};

export function mountAuthorizations(
  api: FastifyInstance,
  { callers, servers, roles, site }: Pick<HttpParts, 'callers' | 'servers' | 'roles' | 'site'>,
): void {
  api.get('/authorizations/token/:secret', described(identifyToken), async (request) => {
    const asking = requireToken(requireCaller(request));
    const shown = await callers.byToken(pathParameter(request, 'secret'));
    if (!shown || !mayEnter(shown, asking)) throw new HubError('not_found', 'Not Found');
    if (shown.kind === 'service') return serviceIdentity(shown);
    const own = (await servers.ofUsers([shown.user])).get(shown.user.id) ?? [];
    const scopes = unionScopes(
      asking.scopes,
      expandScopes(identifyScopes(shown.user), { userName: shown.user.name }),
    );
    return userModel(shown.user, own, { scopes, roles, site, includeStoppedServers: false });
  });

  api.post('/authorizations/token', described(removed), async () => {
    throw new HubError(
      'not_found',
      'This was removed in JupyterHub 2. Use /hub/api/users/:user/tokens instead.',
    );
  });

  api.get('/authorizations/cookie/:name', described(removed), refuseCookies);
  api.get('/authorizations/cookie/:name/:value', described(removed), refuseCookies);
}

async function refuseCookies(): Promise<never> {
  throw new HubError(
    'not_found',
    'Cookies say nothing to others here. Use /hub/api/user with OAuth tokens instead.',
  );
}

function requireToken(caller: Caller): Caller {
  if (caller.session) throw new HubError('forbidden', 'Ask with a token.');
  return caller;
}

/**
 * Servers of that age know no scopes: for them any token of the right user opens the door. So a server hears of a token
 * only where that token may open it.
 */
function mayEnter(shown: Caller, asking: Caller): boolean {
  if (asking.token?.serverId == null) return true;
  const server = asking.scopes.granted.get('access:servers');
  return server !== undefined && isWithin({ granted: new Map([['access:servers', server]]) }, shown.scopes);
}
