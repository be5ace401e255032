/**
 * Servers of another hub: their rows, and those that run. They run on, with the token that they were given, and their
 * owners stay in them.
 */
import type { JupyterHubCourse, JupyterHubServer } from '../../domain/jupyterhub-course.ts';
import { BUILT_IN_SCOPES } from '../../domain/role.ts';
import { type RouteOf, serverPath } from '../../domain/route.ts';
import { isActive, type Json, type Server, serverNameProblem, transition } from '../../domain/server.ts';
import { hashSecret, newId } from '../../lib/secret.ts';
import type { Adopter, Found } from '../../spawner/spawner.ts';
import type { Repositories } from '../../store/store.ts';
import { serverToken } from '../server-spec.ts';
import type { TakeoverReport } from './report.ts';
import type { TakenUsers } from './take-users.ts';

export interface ServerTakeover {
  readonly baseUrl: string;
  readonly routeOf: RouteOf;
  /** Of the tokens that our hubs know servers by. */
  readonly tokenKey: string;
  readonly now: () => Date;
}

/** The rows that there are now, by what they were called. */
export type TakenServers = ReadonlyMap<string, Server>;

const RUNNING = 'running servers';

export function serverKey({ owner, name }: Pick<JupyterHubServer, 'owner' | 'name'>): string {
  return `${owner}/${name}`;
}

/** What runs still of what that hub took for running. */
export async function findRunning(
  course: JupyterHubCourse,
  adopter: Adopter | null,
): Promise<ReadonlyMap<string, Found>> {
  const found = new Map<string, Found>();
  for (const server of adopter ? course.servers : []) {
    const is = server.running && (await adopter!.find(server.running.state, server.owner));
    if (is) found.set(serverKey(server), is);
  }
  return found;
}

/** @returns the rows, and the handles of those that run, to be marked once this is certain */
export async function takeServers(
  tx: Repositories,
  course: JupyterHubCourse,
  {
    users,
    found,
    canAdopt,
    report,
    ...parts
  }: ServerTakeover & {
    readonly users: TakenUsers;
    readonly found: ReadonlyMap<string, Found>;
    readonly canAdopt: boolean;
    readonly report: TakeoverReport;
  },
): Promise<{ readonly servers: TakenServers; readonly handles: readonly Json[] }> {
  const servers = new Map<string, Server>();
  const handles: Json[] = [];
  for (const server of course.servers) {
    const key = serverKey(server);
    const owner = users.get(server.owner);
    if (owner === undefined) continue;
    const problem = serverNameProblem(server.name);
    if (problem) {
      report.left('servers', key, problem);
      continue;
    }
    const row = await rowOf(tx, server, owner.user.id, report);
    servers.set(key, row);
    if (server.running === null) continue;
    const is = found.get(key);
    const reason = canAdopt
      ? reasonAgainst(server, row, { found: is, baseUrl: parts.baseUrl })
      : 'it is no pod: it ends with its hub, or is to be ended by hand';
    if (is === undefined || reason !== null) {
      report.left(RUNNING, key, reason ?? NOT_FOUND);
    } else if (isActive(row)) {
      report.there(RUNNING);
      handles.push(row.handle);
    } else {
      const adopted = await adopt(tx, row, { is, server, ...parts });
      servers.set(key, adopted);
      handles.push(adopted.handle);
      report.taken(RUNNING);
    }
  }
  return { servers, handles };
}

const NOT_FOUND = 'its pod is there no more';

async function rowOf(
  tx: Repositories,
  server: JupyterHubServer,
  userId: number,
  report: TakeoverReport,
): Promise<Server> {
  const { name, displayName, oauthClientId, lastActivityAt, userOptions } = server;
  const id = newId('srv');
  const inserted = await tx.servers.insert({
    id,
    userId,
    name,
    displayName: displayName ?? name,
    oauthClientId: (await tx.servers.byOAuthClient(oauthClientId)) ? `jupyterhub-user-${id}` : oauthClientId,
  });
  if (lastActivityAt) await tx.servers.touch([{ id: inserted.id, at: lastActivityAt }]);
  if (inserted.id !== id) {
    report.there('servers');
    return inserted;
  }
  report.taken('servers');
  if (Object.keys(userOptions).length === 0) return inserted;
  return (await tx.servers.update(id, (row) => ({ ...row, userOptions }))) ?? inserted;
}

function reasonAgainst(
  server: JupyterHubServer,
  row: Server,
  { found, baseUrl }: { readonly found: Found | undefined; readonly baseUrl: string },
): string | null {
  if (found === undefined) return NOT_FOUND;
  const path = serverPath(baseUrl, row.owner, row.name);
  if (decodeURIComponent(server.running!.path) !== decodeURIComponent(path))
    return `it serves below ${server.running!.path}, and would be asked for ${path}`;
  if (row.oauthClientId !== server.oauthClientId) return 'here is another server of that name';
  return null;
}

/** Its own token comes with the others; beside it stands the one by which our hubs ask servers. */
async function adopt(
  tx: Repositories,
  row: Server,
  {
    is,
    server,
    routeOf,
    tokenKey,
    now,
  }: ServerTakeover & { readonly is: Found; readonly server: JupyterHubServer },
): Promise<Server> {
  const at = now();
  const change = (current: Server): Server => {
    const wanted = transition(current, { kind: 'start_wanted' }, at);
    const begun = transition(wanted, { kind: 'attempt_begun' }, server.running!.startedAt ?? at);
    const handle = is.handleAs({ serverId: begun.id, attempt: begun.attempt });
    const launched = transition(begun, { kind: 'launched', handle, target: is.target }, at);
    return transition(launched, { kind: 'became_ready', hook: null }, at);
  };
  const adopted = (await tx.servers.update(row.id, change, { routeOf }))!;
  await tx.tokens.insert({
    userId: row.userId,
    scopes: BUILT_IN_SCOPES.server,
    note: `Server at ${row.owner}/${row.name}`,
    createdAt: at,
    expiresAt: null,
    sessionId: null,
    oauthClientId: row.oauthClientId,
    serverId: row.id,
    hash: hashSecret(serverToken(tokenKey, adopted)),
  });
  return adopted;
}
