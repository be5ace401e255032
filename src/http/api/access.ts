/** Whether a caller may do what they ask, and the answers that tell no more than they may know. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../../domain/caller.ts';
import { HubError } from '../../domain/errors.ts';
import { allows, allowsSome, type ScopeSet, type ScopeSubject } from '../../domain/scope.ts';
import type { User } from '../../domain/user.ts';
import { normalizeUserName } from '../../domain/user.ts';
import type { Users } from '../../hub/users.ts';
import { requireCaller } from '../caller.ts';

/** The same words whether it does not exist or may not be seen. */
const NOT_FOUND = 'No access to resources or resources not found';

/**
 * @param scopes any one of them is enough
 * @param subject what it is about; left out, only an unfiltered scope will do
 * @throws HubError `unauthenticated` where nobody is known, `not_found` where the caller has the scope for other
 * subjects only, `forbidden` where they do not have it at all
 */
export function requireScope(
  request: FastifyRequest,
  scopes: string | readonly string[],
  subject?: ScopeSubject,
): Caller {
  const caller = requireCaller(request);
  const anyOf = typeof scopes === 'string' ? [scopes] : scopes;
  if (anyOf.some((scope) => allows(caller.scopes, scope, subject))) return caller;
  if (subject && anyOf.some((scope) => allowsSome(caller.scopes, scope))) notFound();
  throw missingScope(anyOf);
}

/** For lists, whose answers are filtered. @throws as `requireScope` */
export function requireSomeScope(request: FastifyRequest, scope: string): Caller {
  const caller = requireCaller(request);
  if (!allowsSome(caller.scopes, scope)) throw missingScope([scope]);
  return caller;
}

/**
 * Of what a filtered scope lists: the names that its filters come down to, members of groups among them; undefined:
 * everything. @throws HubError `forbidden` for filters that name nothing of the kind: they must not come down to everything
 */
export function namesFiltered(
  scopes: ScopeSet,
  scope: string,
  kind: 'user' | 'group',
): readonly string[] | undefined {
  const filters = scopes.granted.get(scope);
  if (filters === undefined || filters === 'all') return undefined;
  const names = new Set<string>();
  for (const filter of filters) {
    const [told = '', name] = [filter.slice(0, filter.indexOf('=')), filter.slice(filter.indexOf('=') + 1)];
    if (told === kind) names.add(name);
    else if (kind === 'user' && told === 'group') {
      for (const member of scopes.members?.get(name)?.names ?? []) names.add(member);
    } else throw new HubError('forbidden', `${scope} cannot be narrowed by “${filter}”.`);
  }
  return [...names];
}

/** @throws HubError `not_found` */
export async function findUser(users: Users, name: string): Promise<User> {
  return (await users.get(name)) ?? notFound();
}

export function notFound(): never {
  throw new HubError('not_found', NOT_FOUND);
}

/** The user name in a path; it was decoded once. */
export function userNameOf(request: FastifyRequest): string {
  return normalizeUserName(pathParameter(request, 'user'));
}

/** The server name in a path; '' is the default server. */
export function serverNameOf(request: FastifyRequest): string {
  return pathParameter(request, 'server');
}

export function pathParameter(request: FastifyRequest, name: string): string {
  return (request.params as Readonly<Record<string, string | undefined>>)[name] ?? '';
}

function missingScope(anyOf: readonly string[]): HubError {
  return new HubError(
    'forbidden',
    `Action is not authorized with current scopes; requires any of [${anyOf.join(', ')}]`,
  );
}
