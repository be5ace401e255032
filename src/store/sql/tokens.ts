import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import { HubError } from '../../domain/errors.ts';
import type { ServerId } from '../../domain/server.ts';
import type { SessionId } from '../../domain/session.ts';
import type { Token } from '../../domain/token.ts';
import type { ForeignToken, NewToken, TokenQuery, TokenRepository } from '../store.ts';
import type { Access } from './access.ts';
import { latestOf, toucherOf } from './activity.ts';
import { toDate, toDateOrNull, toMilliseconds, toMillisecondsOrNull } from './columns.ts';
import { statement } from './statement.ts';
import type { Tables, TokenRow } from './tables.ts';

export class SqlTokens implements TokenRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async byHash(hash: string): Promise<Token | undefined> {
    const row = await this.#access.reads.first(liveByHash, hash);
    return row && toToken(row);
  }

  async foreign(prefix: string): Promise<readonly ForeignToken[]> {
    const rows = await this.#access.reads.all(liveByPrefix, prefix);
    return rows.map((row) => ({ token: toToken(row), hash: row.hash }));
  }

  async rehash(id: number, hash: string): Promise<void> {
    await this.#access.write((tx) => tx.change(setHash, id, hash));
  }

  async list(query: TokenQuery): Promise<readonly Token[]> {
    const { reads } = this.#access;
    const { rows } = await reads.execute(
      liveTokens(reads.db, reads.backend.clock)
        .where((eb) => eb.and(matches(eb, query)))
        .orderBy('tokens.id'),
    );
    return rows.map(toToken);
  }

  async insert(token: NewToken): Promise<Token> {
    return await this.#access.write(async (tx) => {
      const existing = await tx.first(byHash, token.hash);
      if (existing !== undefined) return toToken(existing);
      await tx.execute(
        tx.db
          .insertInto('tokens')
          .values({
            hash: token.hash,
            user_id: token.userId,
            scopes: JSON.stringify(token.scopes),
            note: token.note,
            created_at: toMilliseconds(token.createdAt),
            expires_at: toMillisecondsOrNull(token.expiresAt),
            session_id: token.sessionId,
            oauth_client_id: token.oauthClientId,
            server_id: token.serverId,
            prefix: token.prefix ?? null,
          })
          .onConflict((conflict) => conflict.column('hash').doNothing()),
      );
      tx.announce('tokens');
      return toToken((await tx.first(byHash, token.hash))!);
    });
  }

  async touch(used: readonly { readonly id: number; readonly at: Date }[]): Promise<void> {
    const latest = latestOf(used);
    if (latest.length > 0) await this.#access.write((tx) => touch(tx, latest));
  }

  async delete(query: TokenQuery): Promise<number> {
    return await this.#access.write(async (tx) => {
      const { numAffectedRows } = await tx.execute(
        tx.db.deleteFrom('tokens').where((eb) => {
          const conditions = matches(eb, query);
          if (conditions.length === 0) throw new HubError('invalid', 'Say which tokens to delete.');
          return eb.and(conditions);
        }),
      );
      if (numAffectedRows !== 0n) tx.announce('tokens');
      return Number(numAffectedRows);
    });
  }

  async deleteExpired(): Promise<number> {
    return await this.#access.write(async (tx) => {
      const count = await tx.change(removeExpired);
      if (count > 0) tx.announce('tokens');
      return count;
    });
  }
}

function toToken(row: TokenRow & { user_name: string }): Token {
  return {
    id: row.id,
    userId: row.user_id,
    userName: row.user_name,
    scopes: JSON.parse(row.scopes) as string[],
    note: row.note,
    createdAt: toDate(row.created_at),
    expiresAt: toDateOrNull(row.expires_at),
    lastUsedAt: toDateOrNull(row.last_used_at),
    sessionId: row.session_id as SessionId | null,
    oauthClientId: row.oauth_client_id,
    serverId: row.server_id as ServerId | null,
  };
}

/** Neither it nor the session that it was made for has expired. */
function isLive(clock: Expression<number>): Expression<SqlBool> {
  return sql<SqlBool>`(tokens.expires_at is null or tokens.expires_at > ${clock})
    and (tokens.session_id is null or sessions.expires_at > ${clock})`;
}

function matches(eb: ExpressionBuilder<Tables, 'tokens'>, query: TokenQuery): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  if (query.id !== undefined) conditions.push(eb('tokens.id', '=', query.id));
  if (query.userId !== undefined) conditions.push(eb('tokens.user_id', '=', query.userId));
  if (query.sessionId !== undefined) conditions.push(eb('tokens.session_id', '=', query.sessionId));
  if (query.serverId !== undefined) conditions.push(eb('tokens.server_id', '=', query.serverId));
  if (query.oauthClientId !== undefined) {
    conditions.push(eb('tokens.oauth_client_id', '=', query.oauthClientId));
  }
  return conditions;
}

const byHash = statement(({ db }, hash: string) =>
  db
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .selectAll('tokens')
    .select('users.name as user_name')
    .where('tokens.hash', '=', hash),
);

const liveByHash = statement(({ db, clock }, hash: string) =>
  liveTokens(db, clock).where('tokens.hash', '=', hash),
);

const liveByPrefix = statement(({ db, clock }, prefix: string) =>
  liveTokens(db, clock).where('tokens.prefix', '=', prefix),
);

const setHash = statement(({ db }, id: number, hash: string) =>
  db.updateTable('tokens').set({ hash, prefix: null }).where('id', '=', id),
);

function liveTokens(db: Kysely<Tables>, clock: Expression<number>) {
  return db
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .leftJoin('sessions', 'sessions.id', 'tokens.session_id')
    .selectAll('tokens')
    .select('users.name as user_name')
    .where(isLive(clock));
}

const removeExpired = statement(({ db, clock }) => db.deleteFrom('tokens').where('expires_at', '<=', clock));

const touch = toucherOf<number>('tokens', 'last_used_at', 'bigint');
