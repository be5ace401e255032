import { sql } from 'kysely';
import type { TransactionConnection } from './access.ts';
import { toMilliseconds } from './columns.ts';

/** How many rows one statement updates: databases limit the number of parameters. */
const ROWS_PER_UPDATE = 500;

interface Touch<Id> {
  readonly id: Id;
  readonly at: number;
}

/** The latest time of each id, in milliseconds. */
export function latestOf<Id>(
  activity: readonly { readonly id: Id; readonly at: Date }[],
): readonly Touch<Id>[] {
  const latest = new Map<Id, number>();
  for (const { id, at } of activity) {
    latest.set(id, Math.max(toMilliseconds(at), latest.get(id) ?? Number.NEGATIVE_INFINITY));
  }
  // In one order, so that two who change the same rows do not wait for each other.
  return Array.from(latest, ([id, at]) => ({ id, at })).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * A function that sets `column` of many rows of `table` where the new time is later than what is stored. It announces
 * nothing: who listens for changes has no use for each click of each person.
 */
export function toucherOf<Id extends number | string>(
  table: 'users' | 'servers' | 'tokens',
  column: string,
  idType: 'bigint' | 'text',
): (tx: TransactionConnection, touches: readonly Touch<Id>[]) => Promise<void> {
  const target = sql.table(table);
  const stored = sql.ref(`${table}.${column}`);
  const type = sql.raw(idType);
  return async (tx, touches) => {
    for (let start = 0; start < touches.length; start += ROWS_PER_UPDATE) {
      // Every database calls the columns of VALUES so; the casts tell PostgreSQL what the parameters are.
      const rows = sql.join(
        touches
          .slice(start, start + ROWS_PER_UPDATE)
          .map(({ id, at }) => sql`(cast(${id} as ${type}), cast(${at} as bigint))`),
      );
      const query = sql`
        update ${target} set ${sql.ref(column)} = touch.column2 from (values ${rows}) as touch
        where ${sql.ref(`${table}.id`)} = touch.column1 and (${stored} is null or ${stored} < touch.column2)`;
      await tx.execute({ compile: () => query.compile(tx.db) });
    }
  };
}
