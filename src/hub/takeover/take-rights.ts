/** Tokens and shares of another hub, and what of its roles the file of the course does not say. */
import type { JupyterHubCourse, JupyterHubRole, JupyterHubToken } from '../../domain/jupyterhub-course.ts';
import { BUILT_IN_SCOPES, type Role } from '../../domain/role.ts';
import { type CustomScopes, isKnownScope } from '../../domain/scope.ts';
import type { Server } from '../../domain/server.ts';
import { readShareScopes } from '../../domain/share.ts';
import { isJupyterHubHash } from '../../lib/jupyterhub-hash.ts';
import type { Repositories } from '../../store/store.ts';
import type { TakeoverReport } from './report.ts';
import { serverKey, type TakenServers } from './take-servers.ts';
import type { TakenUsers } from './take-users.ts';

interface RightsTakeover {
  readonly users: TakenUsers;
  readonly servers: TakenServers;
  readonly custom: CustomScopes;
  /** What was made later than this was not taken before; null: nothing was. */
  readonly since: Date | null;
  readonly now: Date;
  readonly report: TakeoverReport;
}

/** Whoever has one goes on using it. Those of before another take-over may have been revoked here since. */
export async function takeTokens(
  tx: Repositories,
  course: JupyterHubCourse,
  { users, servers, custom, since, now, report }: RightsTakeover,
): Promise<void> {
  const byClient = new Map([...servers.values()].map((server) => [server.oauthClientId, server]));
  const byNote = new Map<string, Server>(
    course.servers.flatMap((server) => {
      const row = servers.get(serverKey(server));
      return row && server.running ? [[`Server at ${server.running.path}`, row] as const] : [];
    }),
  );
  for (const token of course.tokens) {
    if (token.expiresAt !== null && token.expiresAt <= now) continue;
    const { owner, hash, prefix, note } = token;
    const name = `${owner.name}${note ? ` (${note})` : ''}`;
    if (owner.kind === 'service') {
      report.left('tokens', name, 'tokens of services are said by the file, under hub.services');
      continue;
    }
    const taken = users.get(owner.name);
    if (taken === undefined) continue;
    if (since !== null && (token.createdAt ?? new Date(0)) <= since) {
      report.there('tokens');
      continue;
    }
    if (!isJupyterHubHash(hash)) {
      report.left('tokens', name, 'its hash is of a kind that is not known here');
      continue;
    }
    const own = token.oauthClientId === null ? byNote.get(note) : undefined;
    const scopes = own ? BUILT_IN_SCOPES.server : scopesOf(token, byClient);
    const unknown = scopes.filter((scope) => !isKnownScope(scope, custom));
    if (unknown.length > 0)
      report.left('scopes of tokens', name, `${unknown.join(', ')}: not declared in the file`);
    const { id } = await tx.tokens.insert({
      userId: taken.user.id,
      scopes: scopes.filter((scope) => !unknown.includes(scope)),
      note,
      createdAt: token.createdAt ?? now,
      expiresAt: token.expiresAt,
      sessionId: null,
      oauthClientId: own?.oauthClientId ?? token.oauthClientId,
      serverId: own?.id ?? null,
      hash,
      prefix,
    });
    if (token.lastUsedAt) await tx.tokens.touch([{ id, at: token.lastUsedAt }]);
    report.taken('tokens');
  }
}

/** Before there were scopes, what a login at a server gave was all that its user might do: here, to open that server. */
function scopesOf(token: JupyterHubToken, byClient: ReadonlyMap<string, Server>): readonly string[] {
  if (token.scopes !== null) return token.scopes;
  if (token.oauthClientId === null) return ['inherit'];
  const server = byClient.get(token.oauthClientId);
  const identity = ['read:users:name!user', 'read:users:groups!user'];
  return server ? [`access:servers!server=${server.owner}/${server.name}`, ...identity] : identity;
}

export async function takeShares(
  tx: Repositories,
  course: JupyterHubCourse,
  { users, servers, custom, since, now, report }: RightsTakeover,
): Promise<void> {
  for (const { owner, server: name, holder, scopes, createdAt, expiresAt } of course.shares) {
    if (expiresAt !== null && expiresAt <= now) continue;
    const what = `${serverKey({ owner, name })} with ${holder.kind} ${holder.name}`;
    const server = servers.get(serverKey({ owner, name }));
    const isThere = holder.kind === 'user' ? users.has(holder.name) : await tx.groups.get(holder.name);
    if (server === undefined || !isThere) {
      report.left('shares', what, 'the server, or who it is shared with, was not taken');
      continue;
    }
    if (since !== null && (createdAt ?? new Date(0)) <= since) {
      report.there('shares');
      continue;
    }
    const read = readShareScopes(scopes, { server, custom });
    if ('problem' in read) {
      report.left('shares', what, read.problem.replace(/\.$/, ''));
      continue;
    }
    const userName = users.get(holder.name)?.user.name;
    await tx.shares.put({
      serverId: server.id,
      holder: holder.kind === 'user' ? { kind: 'user', name: userName! } : holder,
      scopes: read.scopes,
      createdAt: createdAt ?? now,
    });
    report.taken('shares');
  }
}

/** Roles are said by the file alone: what the database adds to it is told as lines for the file. */
export function reportRoles(
  course: JupyterHubCourse,
  declared: readonly Role[],
  report: TakeoverReport,
): void {
  const isBuiltIn = (name: string) => Object.hasOwn(BUILT_IN_SCOPES, name);
  const lines = course.roles
    .filter(({ name }) => !isBuiltIn(name))
    .flatMap((role) => {
      const said = declared.find(({ name }) => name === role.name);
      const holders = missingHolders(role, said);
      if (said && Object.keys(holders).length === 0) return [];
      const { name, description, scopes } = role;
      return [`    ${name}: ${JSON.stringify(said ? holders : { description, scopes, ...holders })}`];
    });
  if (lines.length === 0) return;
  report.note(
    [
      'Roles stand in the file, not in the database. To keep these, add to it:',
      'hub:',
      '  loadRoles:',
      ...lines,
    ].join('\n'),
  );
}

function missingHolders(
  role: JupyterHubRole,
  said: Role | undefined,
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    (['users', 'groups', 'services'] as const)
      .map((kind) => [kind, role[kind].filter((name) => !said?.[kind].includes(name))] as const)
      .filter(([, names]) => names.length > 0),
  );
}
