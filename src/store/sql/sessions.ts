import type { Session, SessionId } from '../../domain/session.ts';
import type { NewSession, SessionRepository } from '../store.ts';
import type { Access } from './access.ts';
import { toDate, toMilliseconds } from './columns.ts';
import { type StatementContext, statement } from './statement.ts';
import type { SessionRow } from './tables.ts';

export class SqlSessions implements SessionRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async byHash(hash: string): Promise<Session | undefined> {
    const row = await this.#access.reads.first(liveByHash, hash);
    return row && toSession(row);
  }

  async ofUser(userId: number): Promise<readonly Session[]> {
    return (await this.#access.reads.all(liveOfUser, userId)).map(toSession);
  }

  async insert(session: NewSession): Promise<Session> {
    return await this.#access.write(async (tx) => {
      const createdAt = toMilliseconds(session.createdAt);
      await tx.execute(
        tx.db.insertInto('sessions').values({
          id: session.id,
          hash: session.hash,
          user_id: session.userId,
          created_at: createdAt,
          expires_at: toMilliseconds(session.expiresAt),
          last_seen_at: createdAt,
          address: session.address,
          user_agent: session.userAgent,
        }),
      );
      tx.announce('sessions');
      return toSession((await tx.first(byId, session.id))!);
    });
  }

  async touch(id: SessionId, at: Date): Promise<void> {
    await this.#access.write((tx) => tx.change(touch, id, toMilliseconds(at)));
  }

  async delete(id: SessionId): Promise<boolean> {
    return await this.#access.write(async (tx) => {
      // Its tokens and codes refer to it and go with it.
      if ((await tx.change(remove, id)) === 0) return false;
      tx.announce('sessions', 'tokens');
      return true;
    });
  }

  async deleteExpired(): Promise<number> {
    return await this.#access.write(async (tx) => {
      const count = await tx.change(removeExpired);
      if (count > 0) tx.announce('sessions', 'tokens');
      return count;
    });
  }
}

function toSession(row: SessionRow & { user_name: string }): Session {
  return {
    id: row.id as SessionId,
    userId: row.user_id,
    userName: row.user_name,
    createdAt: toDate(row.created_at),
    expiresAt: toDate(row.expires_at),
    lastSeenAt: toDate(row.last_seen_at),
    address: row.address,
    userAgent: row.user_agent,
  };
}

function selectSessions({ db }: StatementContext) {
  return db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .selectAll('sessions')
    .select('users.name as user_name');
}

const byId = statement((context, id: string) => selectSessions(context).where('sessions.id', '=', id));

const liveByHash = statement((context, hash: string) =>
  selectSessions(context).where('sessions.hash', '=', hash).where('sessions.expires_at', '>', context.clock),
);

const liveOfUser = statement((context, userId: number) =>
  selectSessions(context)
    .where('sessions.user_id', '=', userId)
    .where('sessions.expires_at', '>', context.clock)
    .orderBy('sessions.created_at')
    .orderBy('sessions.id'),
);

const touch = statement(({ db }, id: string, at: number) =>
  db.updateTable('sessions').set({ last_seen_at: at }).where('id', '=', id).where('last_seen_at', '<', at),
);

const remove = statement(({ db }, id: string) => db.deleteFrom('sessions').where('id', '=', id));

const removeExpired = statement(({ db, clock }) =>
  db.deleteFrom('sessions').where('expires_at', '<=', clock),
);
