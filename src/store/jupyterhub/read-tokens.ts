/** Tokens of a JupyterHub: of people and services, of servers, and of logins at those. */
import type { JupyterHubRole, JupyterHubToken } from '../../domain/jupyterhub-course.ts';
import type { ForeignRow, ForeignTables } from './foreign-tables.ts';
import { dateOf, listOf, textOf } from './foreign-values.ts';
import type { Names } from './read-course.ts';

/** That of tokens for which nobody logged in anywhere. */
const NO_CLIENT = 'jupyterhub';

export function readTokens(
  tables: ForeignTables,
  {
    users,
    services,
    roles,
  }: {
    readonly users: Names;
    readonly services: Names;
    readonly roles: ReadonlyMap<unknown, JupyterHubRole>;
  },
): JupyterHubToken[] {
  const ownerOf = (row: ForeignRow): JupyterHubToken['owner'] | undefined => {
    const [user, service] = [users.get(row.user_id), services.get(row.service_id)];
    if (user !== undefined) return { kind: 'user', name: user };
    return service === undefined ? undefined : { kind: 'service', name: service };
  };
  const scopesOf = grantsOf(tables, roles);
  // Before 2.0, logins at servers and services had a table of their own.
  return [...tables('api_tokens'), ...tables('oauth_access_tokens')]
    .flatMap((row) => {
      const owner = ownerOf(row);
      const client = textOf(row.client_id);
      if (owner === undefined || typeof row.hashed !== 'string') return [];
      return [
        {
          hash: row.hashed,
          prefix: textOf(row.prefix),
          owner,
          scopes: scopesOf(row),
          note: textOf(row.note),
          createdAt: dateOf(row.created),
          expiresAt: dateOf(row.expires_at),
          lastUsedAt: dateOf(row.last_activity),
          oauthClientId: client === '' || client === NO_CLIENT ? null : client,
        },
      ];
    })
    .sort((a, b) => (a.createdAt?.getTime() ?? 0) - (b.createdAt?.getTime() ?? 0));
}

/** From 3.0 on tokens have scopes; 2.x gave them roles; before, all that their owner may do. */
function grantsOf(
  tables: ForeignTables,
  roles: ReadonlyMap<unknown, JupyterHubRole>,
): (row: ForeignRow) => readonly string[] | null {
  const rolesOf = Map.groupBy(tables('api_token_role_map'), (row) => row.api_token_id);
  return (row) => {
    const scopes = listOf(row.scopes);
    if (scopes !== null) return scopes;
    if (roles.size === 0) return null;
    return (rolesOf.get(row.id) ?? []).flatMap((held) => roles.get(held.role_id)?.scopes ?? []);
  };
}
