import { type Expression, type SqlBool, sql } from 'kysely';
import type { ThrottleRepository } from '../store.ts';
import type { Access } from './access.ts';
import { isAhead, toDate } from './columns.ts';
import { statement } from './statement.ts';

export class SqlThrottles implements ThrottleRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async hit(key: string, windowSeconds: number): Promise<{ readonly count: number; readonly until: Date }> {
    const row = await this.#access.write((tx) => tx.first(hit, key, Math.round(windowSeconds * 1000)));
    return { count: row!.count, until: toDate(row!.until) };
  }

  async peek(key: string): Promise<{ readonly count: number; readonly until: Date }> {
    const row = await this.#access.reads.first(peek, key);
    return { count: row!.count ?? 0, until: toDate(row!.until ?? row!.now) };
  }

  async clear(key: string): Promise<void> {
    await this.#access.write((tx) => tx.change(remove, key));
  }

  async deleteExpired(): Promise<number> {
    return await this.#access.write((tx) => tx.change(removeExpired));
  }
}

// A window that has ended is begun anew; one that is open keeps its end. The time of this hit, as it was to be
// inserted, is `excluded.last_hit_at`.
const hit = statement(({ db, clock }, key: string, milliseconds: number) => {
  const ended = hasEnded(sql.ref('excluded.last_hit_at'));
  return db
    .insertInto('throttles')
    .values({ key, count: 1, last_hit_at: clock, until: sql<number>`${clock} + ${milliseconds}` })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet({
        count: sql<number>`case when ${ended} then 1 else throttles.count + 1 end`,
        until: sql<number>`case when ${ended} then excluded.until else throttles.until end`,
        last_hit_at: sql<number>`excluded.last_hit_at`,
      }),
    )
    .returning(['count', 'until']);
});

const peek = statement(({ db, clock }, key: string) =>
  db.selectNoFrom(sql<number>`${clock}`.as('now')).select(({ selectFrom, not }) => {
    const open = selectFrom('throttles')
      .where('key', '=', key)
      .where(not(hasEnded(clock)));
    return [open.select('count').as('count'), open.select('until').as('until')];
  }),
);

function hasEnded(clock: Expression<number>): Expression<SqlBool> {
  return sql<SqlBool>`(throttles.until <= ${clock} or ${isAhead(sql.ref('throttles.last_hit_at'), clock)})`;
}

const remove = statement(({ db }, key: string) => db.deleteFrom('throttles').where('key', '=', key));

const removeExpired = statement(({ db, clock }) => db.deleteFrom('throttles').where('until', '<=', clock));
