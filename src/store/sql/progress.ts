import type { Progress, ProgressEvent } from '../../domain/progress.ts';
import type { ServerId } from '../../domain/server.ts';
import type { ProgressRepository } from '../store.ts';
import type { Access } from './access.ts';
import { LostRace } from './backend.ts';
import { toDate, toMilliseconds } from './columns.ts';
import { statement } from './statement.ts';
import type { ProgressRow } from './tables.ts';

export class SqlProgress implements ProgressRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async append(id: ServerId, attempt: number, progress: Progress, at: Date): Promise<ProgressEvent> {
    return await this.#access.write(async (tx) => {
      const last = await tx.first(lastOf, id, attempt);
      // What was said in earlier attempts but the last is of use to nobody, and a server is started many times.
      if (last === undefined) await tx.change(removeBefore, id, attempt - 1);
      const row: ProgressRow = {
        server_id: id,
        attempt,
        sequence: (last?.sequence ?? 0) + 1,
        phase: progress.phase,
        message: progress.message,
        percent: Math.max(progress.percent, last?.percent ?? 0),
        at: toMilliseconds(at),
      };
      const { numAffectedRows } = await tx.execute(
        tx.db
          .insertInto('progress')
          .values(row)
          .onConflict((conflict) => conflict.doNothing()),
      );
      if (numAffectedRows === 0n) throw tx.fail(new LostRace(`${id} has an event ${row.sequence} already`));
      tx.announce('progress');
      return toEvent(row);
    });
  }

  async since(id: ServerId, attempt: number, sequence: number): Promise<readonly ProgressEvent[]> {
    return (await this.#access.reads.all(since, id, attempt, sequence)).map(toEvent);
  }
}

function toEvent(row: ProgressRow): ProgressEvent {
  return {
    sequence: row.sequence,
    attempt: row.attempt,
    phase: row.phase as Progress['phase'],
    message: row.message,
    percent: row.percent,
    at: toDate(row.at),
  };
}

const lastOf = statement(({ db }, id: string, attempt: number) =>
  db
    .selectFrom('progress')
    .select(['sequence', 'percent'])
    .where('server_id', '=', id)
    .where('attempt', '=', attempt)
    .orderBy('sequence', 'desc')
    .limit(1),
);

const removeBefore = statement(({ db }, id: string, attempt: number) =>
  db.deleteFrom('progress').where('server_id', '=', id).where('attempt', '<', attempt),
);

const since = statement(({ db }, id: string, attempt: number, sequence: number) =>
  db
    .selectFrom('progress')
    .selectAll()
    .where('server_id', '=', id)
    .where('attempt', '=', attempt)
    .where('sequence', '>', sequence)
    .orderBy('sequence'),
);
