import { type Expression, type SqlBool, sql } from 'kysely';
import { HubError } from '../../domain/errors.ts';
import { isSameRoute, type Route, type RouteOf } from '../../domain/route.ts';
import type { Server, ServerId, ServerState } from '../../domain/server.ts';
import type { NewServer, ServerOutline, ServerRepository, ServerVersion } from '../store.ts';
import type { Access, TransactionConnection } from './access.ts';
import { latestOf, toucherOf } from './activity.ts';
import { LostRace } from './backend.ts';
import { isAhead, toDateOrNull, toMilliseconds } from './columns.ts';
import { putRoute, removeRoute } from './routes.ts';
import { fromServer, type OwnedServerRow, toServer } from './server-row.ts';
import { type StatementContext, statement } from './statement.ts';

export class SqlServers implements ServerRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async get(owner: string, name: string): Promise<Server | undefined> {
    const row = await this.#access.reads.first(byName, owner, name);
    return row && toServer(row);
  }

  async byId(id: ServerId): Promise<Server | undefined> {
    const row = await this.#access.reads.first(byId, id);
    return row && toServer(row);
  }

  async byOAuthClient(oauthClientId: string): Promise<Server | undefined> {
    const row = await this.#access.reads.first(byOAuthClient, oauthClientId);
    return row && toServer(row);
  }

  async byIds(ids: readonly ServerId[]): Promise<readonly Server[]> {
    return (await this.#access.reads.all(byIds, ids)).map(toServer);
  }

  async ofUsers(userIds: readonly number[]): Promise<readonly Server[]> {
    return (await this.#access.reads.all(ofUsers, userIds)).map(toServer);
  }

  async inStates(states: readonly ServerState[]): Promise<readonly Server[]> {
    return (await this.#access.reads.all(inStates, states)).map(toServer);
  }

  async outline(states: readonly ServerState[]): Promise<readonly ServerOutline[]> {
    return (await this.#access.reads.all(outline, states)).map((row) => ({
      id: row.id as ServerId,
      userId: row.user_id,
      state: row.state as ServerState,
      queuedAt: toDateOrNull(row.queued_at),
      startedAt: toDateOrNull(row.started_at),
      holder: row.holder,
    }));
  }

  async startSeconds(since: Date, count: number): Promise<readonly number[]> {
    const rows = await this.#access.reads.all(lastStarts, toMilliseconds(since), count);
    return rows.map((row) => Number(row.milliseconds) / 1000);
  }

  async versions(ids: readonly ServerId[]): Promise<ReadonlyMap<ServerId, ServerVersion>> {
    const rows = await this.#access.reads.all(versions, ids);
    return new Map(
      rows.map(({ id, revision, events }) => [id as ServerId, { revision, events: events ?? 0 }]),
    );
  }

  async countByState(): Promise<ReadonlyMap<ServerState, number>> {
    const rows = await this.#access.reads.all(countByState);
    return new Map(rows.map((row) => [row.state as ServerState, Number(row.total)]));
  }

  async insert(server: NewServer): Promise<Server> {
    return await this.#access.write(async (tx) => {
      const existing = await tx.first(ofUser, server.userId, server.name);
      if (existing !== undefined) return toServer(existing);
      await tx.execute(
        tx.db
          .insertInto('servers')
          .values({
            id: server.id,
            user_id: server.userId,
            name: server.name,
            display_name: server.displayName,
            oauth_client_id: server.oauthClientId,
            desired: 'stopped',
            state: 'stopped',
            attempt: 0,
            revision: 0,
            handle: 'null',
            user_options: '{}',
          })
          .onConflict((conflict) => conflict.columns(['user_id', 'name']).doNothing()),
      );
      tx.announce('servers');
      return toServer((await tx.first(ofUser, server.userId, server.name))!);
    });
  }

  async update(
    id: ServerId,
    change: (server: Server) => Server,
    { routeOf }: { readonly routeOf?: RouteOf } = {},
  ): Promise<Server | undefined> {
    return await this.#access.write(async (tx) => {
      const row = await tx.first(byIdLocked, id);
      if (row === undefined) return undefined;
      const server = toServer(row);
      const changed = change(server);
      if (changed === server) return server;
      const columns = { ...fromServer(changed), revision: row.revision + 1 };
      const written = await tx.execute(
        tx.db.updateTable('servers').set(columns).where('id', '=', id).where('revision', '=', row.revision),
      );
      if (written.numAffectedRows === 0n)
        throw tx.fail(new LostRace(`${id} has changed since revision ${row.revision}`));
      tx.announce('servers');
      const updated = toServer({ ...row, ...columns });
      if (routeOf !== undefined) await changeRoute(tx, id, { from: routeOf(server), to: routeOf(updated) });
      return updated;
    });
  }

  async touch(activity: readonly { readonly id: ServerId; readonly at: Date }[]): Promise<void> {
    const latest = latestOf(activity);
    if (latest.length > 0) await this.#access.write((tx) => touch(tx, latest));
  }

  async delete(id: ServerId): Promise<boolean> {
    return await this.#access.write(async (tx) => {
      if ((await tx.change(remove, id)) === 0) return false;
      tx.announce('servers', 'shares', 'tokens');
      return true;
    });
  }

  // A lease is no news: who was woken by one would take the next, and wake the others in turn.

  async claim(id: ServerId, holder: string, seconds: number): Promise<Server | undefined> {
    if (!(seconds > 0)) throw new HubError('invalid', 'A lease lasts longer than no time.');
    const row = await this.#access.write((tx) => tx.first(claim, id, holder, Math.round(seconds * 1000)));
    return row && toServer(row);
  }

  async release(id: ServerId, holder: string): Promise<void> {
    await this.#access.write((tx) => tx.change(release, id, holder));
  }

  async releaseAll(): Promise<void> {
    await this.#access.write((tx) => tx.change(releaseAll));
  }
}

async function changeRoute(
  tx: TransactionConnection,
  id: ServerId,
  { from, to }: { readonly from: Route | null; readonly to: Route | null },
): Promise<void> {
  if (isSameRoute(from, to)) return;
  if (from !== null && from.prefix !== to?.prefix) await removeRoute(tx, from.prefix);
  if (to !== null) await putRoute(tx, to, id);
}

function selectServers({ db }: StatementContext) {
  return db
    .selectFrom('servers')
    .innerJoin('users', 'users.id', 'servers.user_id')
    .selectAll('servers')
    .select('users.name as owner');
}

const byName = statement((context, owner: string, name: string) =>
  selectServers(context).where('users.name', '=', owner).where('servers.name', '=', name),
);

const ofUser = statement((context, userId: number, name: string) =>
  selectServers(context).where('servers.user_id', '=', userId).where('servers.name', '=', name),
);

const byId = statement((context, id: string) => selectServers(context).where('servers.id', '=', id));

const byIds = statement((context, ids: readonly string[]) =>
  selectServers(context).where(context.among('servers.id', ids)),
);

const byIdLocked = statement((context, id: string) =>
  context.lock(selectServers(context).where('servers.id', '=', id), 'servers'),
);

const byOAuthClient = statement((context, oauthClientId: string) =>
  selectServers(context).where('servers.oauth_client_id', '=', oauthClientId),
);

const ofUsers = statement((context, userIds: readonly number[]) =>
  selectServers(context)
    .where(context.among('servers.user_id', userIds))
    .orderBy('users.name')
    .orderBy('servers.name'),
);

const inStates = statement((context, states: readonly string[]) =>
  selectServers(context)
    .where(context.among('servers.state', states))
    .orderBy('servers.queued_at', (order) => order.asc().nullsLast())
    .orderBy('servers.id'),
);

const outline = statement(({ db, among, clock }, states: readonly string[]) =>
  db
    .selectFrom('servers')
    .select(['id', 'user_id', 'state', 'queued_at', 'started_at'])
    .select((eb) =>
      eb.case().when(hasEnded(clock)).then(sql<null>`null`).else(eb.ref('lease_holder')).end().as('holder'),
    )
    .where(among('servers.state', states))
    .orderBy('queued_at', (order) => order.asc().nullsLast())
    .orderBy('id'),
);

const lastStarts = statement(({ db }, since: number, count: number) =>
  db
    .selectFrom('servers')
    .select(sql<number>`ready_at - started_at`.as('milliseconds'))
    .where('state', '=', 'ready')
    .where('ready_at', '>', since)
    .where('started_at', 'is not', null)
    .orderBy('ready_at', 'desc')
    .limit(count),
);

const versions = statement(({ db, among }, ids: readonly string[]) =>
  db
    .selectFrom('servers')
    .select(['id', 'revision'])
    .select((eb) =>
      eb
        .selectFrom('progress')
        .select((of) => of.fn.max('sequence').as('last'))
        .whereRef('progress.server_id', '=', 'servers.id')
        .whereRef('progress.attempt', '=', 'servers.attempt')
        .as('events'),
    )
    .where(among('servers.id', ids)),
);

const countByState = statement(({ db }) =>
  db
    .selectFrom('servers')
    .select(['state', (eb) => eb.fn.countAll<number>().as('total')])
    .groupBy('state'),
);

const remove = statement(({ db }, id: string) => db.deleteFrom('servers').where('id', '=', id));

const claim = statement(({ db, clock }, id: string, holder: string, milliseconds: number) =>
  db
    .updateTable('servers')
    .set({ lease_holder: holder, lease_from: clock, lease_until: sql<number>`${clock} + ${milliseconds}` })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('lease_holder', 'is', null), eb('lease_holder', '=', holder), hasEnded(clock)]))
    .returningAll()
    .returning((eb) =>
      eb
        .selectFrom('users')
        .select('users.name')
        .whereRef('users.id', '=', 'servers.user_id')
        .$castTo<{ name: string }>()
        .$asScalar()
        .as('owner'),
    )
    .$castTo<OwnedServerRow>(),
);

/** Whether a lease that the row has counts no more. */
function hasEnded(clock: Expression<number>): Expression<SqlBool> {
  return sql<SqlBool>`(lease_until <= ${clock} or ${isAhead(sql.ref('lease_from'), clock)})`;
}

const noLease = { lease_holder: null, lease_from: null, lease_until: null };

const release = statement(({ db }, id: string, holder: string) =>
  db.updateTable('servers').set(noLease).where('id', '=', id).where('lease_holder', '=', holder),
);

const releaseAll = statement(({ db }) =>
  db.updateTable('servers').set(noLease).where('lease_holder', 'is not', null),
);

const touch = toucherOf<ServerId>('servers', 'last_activity_at', 'text');
