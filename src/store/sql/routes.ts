import { sql } from 'kysely';
import type { Route, RouteChange } from '../../domain/route.ts';
import type { ServerId } from '../../domain/server.ts';
import type { RouteChanges, RouteRepository } from '../store.ts';
import type { Access, TransactionConnection } from './access.ts';
import { statement } from './statement.ts';

export class SqlRoutes implements RouteRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async changes(after: number): Promise<RouteChanges> {
    const rows = await this.#access.reads.all(changes, after);
    const { feed, last, forgotten_up_to } = rows[0]!;
    return {
      feed,
      number: last,
      forgottenUpTo: forgotten_up_to,
      changes: rows.flatMap((row) => (row.prefix === null ? [] : [toChange(row as ChangeRow)])),
    };
  }

  async put(route: Route, serverId: ServerId | null): Promise<void> {
    await this.#access.write((tx) => putRoute(tx, route, serverId));
  }

  async remove(prefix: string): Promise<boolean> {
    return await this.#access.write((tx) => removeRoute(tx, prefix));
  }

  async forgetRemoved(olderThanSeconds: number): Promise<number> {
    return await this.#access.write(async (tx) => {
      // In the order of everybody else: first the feed, then routes.
      await tx.first(lockFeed);
      const forgotten = await tx.all(forget, Math.round(olderThanSeconds * 1000));
      if (forgotten.length > 0)
        await tx.change(setForgotten, Math.max(...forgotten.map((row) => row.number)));
      return forgotten.length;
    });
  }
}

/** Within a transaction; see `RouteRepository.put`. */
export async function putRoute(
  tx: TransactionConnection,
  route: Route,
  serverId: ServerId | null,
): Promise<void> {
  const data = JSON.stringify(route.data);
  const existing = await tx.first(byPrefix, route.prefix);
  if (existing?.target === route.target && existing.data === data && existing.server_id === serverId) return;
  const { number } = (await tx.first(takeNumber))!;
  await tx.change(put, route.prefix, number, route.target, data, serverId);
  tx.announce('routes');
}

/** Within a transaction; see `RouteRepository.remove`. */
export async function removeRoute(tx: TransactionConnection, prefix: string): Promise<boolean> {
  const existing = await tx.first(byPrefix, prefix);
  if (existing === undefined || existing.target === null) return false;
  const { number } = (await tx.first(takeNumber))!;
  const removed = await tx.change(put, prefix, number, null, '{}', null);
  tx.announce('routes');
  return removed > 0;
}

interface ChangeRow {
  readonly prefix: string;
  readonly number: number;
  readonly target: string | null;
  readonly data: string;
  readonly server_id: string | null;
}

function toChange(row: ChangeRow): RouteChange {
  const { prefix, number, target } = row;
  return {
    prefix,
    number,
    route: target === null ? null : { prefix, target, data: JSON.parse(row.data) as Route['data'] },
    serverId: row.server_id as ServerId | null,
  };
}

// One statement, so that the number and the routes are of the same moment.
const changes = statement(({ db }, after: number) =>
  db
    .selectFrom('route_feed')
    .leftJoin('routes', (join) => join.on('routes.number', '>', after))
    .select(['route_feed.id as feed', 'route_feed.number as last', 'route_feed.forgotten_up_to'])
    .select(['routes.prefix', 'routes.number', 'routes.target', 'routes.data', 'routes.server_id'])
    .orderBy('routes.number'),
);

const byPrefix = statement(({ db }, prefix: string) =>
  db.selectFrom('routes').select(['target', 'data', 'server_id']).where('prefix', '=', prefix),
);

// Whoever comes next waits here until this transaction has ended: so numbers are in the order of commits.
const takeNumber = statement(({ db }) =>
  db.updateTable('route_feed').set({ number: sql<number>`number + 1` }).returning('number'),
);

const put = statement(
  (
    { db, clock },
    prefix: string,
    number: number,
    target: string | null,
    data: string,
    serverId: string | null,
  ) =>
    db
      .insertInto('routes')
      .values({ prefix, number, target, data, server_id: serverId, changed_at: clock })
      .onConflict((conflict) =>
        conflict.column('prefix').doUpdateSet((eb) => ({
          number: eb.ref('excluded.number'),
          target: eb.ref('excluded.target'),
          data: eb.ref('excluded.data'),
          server_id: eb.ref('excluded.server_id'),
          changed_at: eb.ref('excluded.changed_at'),
        })),
      ),
);

const lockFeed = statement(({ db, lock }) => lock(db.selectFrom('route_feed').selectAll(), 'route_feed'));

const forget = statement(({ db, clock }, milliseconds: number) =>
  db
    .deleteFrom('routes')
    .where('target', 'is', null)
    .where('changed_at', '<=', sql<number>`${clock} - ${milliseconds}`)
    .returning('number'),
);

const setForgotten = statement(({ db }, number: number) =>
  db.updateTable('route_feed').set({ forgotten_up_to: number }).where('forgotten_up_to', '<', number),
);
