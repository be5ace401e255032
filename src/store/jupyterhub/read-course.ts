/** From the tables of a JupyterHub, of any version since 0.8, to what they say of its course. */
import { createHash } from 'node:crypto';
import type {
  JupyterHubCourse,
  JupyterHubRole,
  JupyterHubServer,
  JupyterHubShare,
} from '../../domain/jupyterhub-course.ts';
import { escapePathSegment } from '../../domain/route.ts';
import { type ForeignRow, type ForeignTables, readForeignTables } from './foreign-tables.ts';
import { bytesOf, dateOf, isTrue, listOf, mapOf, textOf } from './foreign-values.ts';
import { readTokens } from './read-tokens.ts';
import { checkRevision } from './revisions.ts';

const TABLES = [
  'alembic_version',
  'users',
  'groups',
  'user_group_map',
  'roles',
  'user_role_map',
  'group_role_map',
  'service_role_map',
  'api_token_role_map',
  'services',
  'spawners',
  'servers',
  'api_tokens',
  'oauth_access_tokens',
  'oauth_codes',
  'shares',
  'share_codes',
  'users_info',
];

/** What tables name others by. */
export type Names = ReadonlyMap<unknown, string>;

/** @throws HubError as `readForeignTables` does, and `invalid` where it is no JupyterHub's, or of a form we do not know */
export async function readJupyterHub(address: string): Promise<JupyterHubCourse> {
  const tables = await readForeignTables(address, TABLES);
  const revision = tables('alembic_version')[0]?.version_num;
  checkRevision(revision === undefined ? undefined : textOf(revision));
  const users = namesIn(tables('users'));
  const groups = namesIn(tables('groups'));
  const services = namesIn(tables('services'));
  const roles = readRoles(tables, { users, groups, services });
  return {
    id: idOf(tables('users')),
    users: inOrder(tables('users')).map((row) => ({
      name: textOf(row.name),
      admin: isTrue(row.admin),
      createdAt: dateOf(row.created),
      lastActivityAt: dateOf(row.last_activity),
      authState: bytesOf(row.encrypted_auth_state),
    })),
    groups: inOrder(tables('groups')).map((row) => ({
      name: textOf(row.name),
      properties: mapOf(row.properties),
      users: pairs(tables('user_group_map'), { of: ['group_id', row.id], named: ['user_id', users] }),
    })),
    roles: [...roles.values()],
    tokens: readTokens(tables, { users, services, roles }),
    servers: readServers(tables, users),
    shares: readShares(tables, { users, groups }),
    counts: {
      shareCodes: tables('share_codes').length,
      oauthCodes: tables('oauth_codes').length,
      passwords: tables('users_info').length,
    },
  };
}

/** Every user has a random text that is part of their cookies; of the first one it says which database this is. */
function idOf(users: readonly ForeignRow[]): string {
  const [first] = inOrder(users);
  return createHash('sha256').update(textOf(first?.cookie_id)).digest('hex').slice(0, 16);
}

function readRoles(
  tables: ForeignTables,
  { users, groups, services }: { readonly users: Names; readonly groups: Names; readonly services: Names },
): ReadonlyMap<unknown, JupyterHubRole> {
  const holders = (table: string, key: string, names: Names, id: unknown) =>
    pairs(tables(table), { of: ['role_id', id], named: [key, names] });
  return new Map(
    inOrder(tables('roles')).map(({ id, name, description, scopes }) => [
      id,
      {
        name: textOf(name),
        description: textOf(description),
        scopes: listOf(scopes) ?? [],
        users: holders('user_role_map', 'user_id', users, id),
        groups: holders('group_role_map', 'group_id', groups, id),
        services: holders('service_role_map', 'service_id', services, id),
      },
    ]),
  );
}

function readServers(tables: ForeignTables, users: Names): JupyterHubServer[] {
  const addresses = new Map(tables('servers').map((row) => [row.id, row]));
  return inOrder(tables('spawners')).flatMap((row) => {
    const owner = users.get(row.user_id);
    if (owner === undefined) return [];
    const name = textOf(row.name);
    const address = row.server_id === null ? undefined : addresses.get(row.server_id);
    const running = address && {
      state: mapOf<never>(row.state),
      startedAt: dateOf(row.started),
      path: textOf(address.base_url),
    };
    return [
      {
        owner,
        name,
        displayName: textOf(row.display_name) || null,
        oauthClientId: textOf(row.oauth_client_id) || clientIdOf(owner, name),
        lastActivityAt: dateOf(row.last_activity),
        userOptions: mapOf<never>(row.user_options),
        running: running ?? null,
      },
    ];
  });
}

/** As versions called it that did not note it. */
function clientIdOf(owner: string, name: string): string {
  const user = `jupyterhub-user-${escapePathSegment(owner).replaceAll('@', '%40')}`;
  return name === '' ? user : `${user}-${escapePathSegment(name)}`;
}

function readShares(
  tables: ForeignTables,
  { users, groups }: { readonly users: Names; readonly groups: Names },
): JupyterHubShare[] {
  const servers = new Map(tables('spawners').map((row) => [row.id, textOf(row.name)]));
  return inOrder(tables('shares')).flatMap((row) => {
    const owner = users.get(row.owner_id);
    const server = servers.get(row.spawner_id);
    const [user, group] = [users.get(row.user_id), groups.get(row.group_id)];
    const name = user ?? group;
    if (owner === undefined || server === undefined || name === undefined) return [];
    const holder = { kind: user === undefined ? 'group' : 'user', name } as const;
    const [createdAt, expiresAt] = [dateOf(row.created_at), dateOf(row.expires_at)];
    const scopes = listOf(row.scopes) ?? [];
    return [{ owner, server, holder, scopes, createdAt, expiresAt }];
  });
}

function namesIn(rows: readonly ForeignRow[]): Names {
  return new Map(rows.map(({ id, name }) => [id, textOf(name)]));
}

/** The names that stand beside one id in a table of pairs. */
function pairs(
  rows: readonly ForeignRow[],
  {
    of: [key, id],
    named: [other, names],
  }: { readonly of: [string, unknown]; readonly named: [string, Names] },
): string[] {
  return rows
    .filter((row) => row[key] === id)
    .flatMap((row) => names.get(row[other]) ?? [])
    .sort();
}

function inOrder(rows: readonly ForeignRow[]): readonly ForeignRow[] {
  return rows.toSorted((a, b) => Number(a.id) - Number(b.id));
}
