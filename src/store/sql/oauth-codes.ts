import type { SessionId } from '../../domain/session.ts';
import type { OAuthCode, OAuthCodeRepository } from '../store.ts';
import type { Access } from './access.ts';
import { toDate, toMilliseconds } from './columns.ts';
import { statement } from './statement.ts';
import type { OAuthCodeRow } from './tables.ts';

export class SqlOAuthCodes implements OAuthCodeRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async insert(code: OAuthCode): Promise<void> {
    await this.#access.write((tx) =>
      tx.execute(
        tx.db.insertInto('oauth_codes').values({
          hash: code.hash,
          oauth_client_id: code.oauthClientId,
          user_id: code.userId,
          session_id: code.sessionId,
          redirect_uri: code.redirectUri,
          scopes: JSON.stringify(code.scopes),
          code_challenge: code.codeChallenge,
          expires_at: toMilliseconds(code.expiresAt),
        }),
      ),
    );
  }

  async take(hash: string): Promise<{ readonly code: OAuthCode; readonly used: boolean } | undefined> {
    const row = await this.#access.write((tx) => tx.first(take, hash));
    return row && { code: toOAuthCode(row), used: row.taken > 1 };
  }

  async deleteExpired(): Promise<number> {
    return await this.#access.write((tx) => tx.change(removeExpired));
  }
}

function toOAuthCode(row: OAuthCodeRow): OAuthCode {
  return {
    hash: row.hash,
    oauthClientId: row.oauth_client_id,
    userId: row.user_id,
    sessionId: row.session_id as SessionId,
    redirectUri: row.redirect_uri,
    scopes: JSON.parse(row.scopes) as string[],
    codeChallenge: row.code_challenge,
    expiresAt: toDate(row.expires_at),
  };
}

// One statement counts and reads, so that of many who take a code at once exactly one is the first.
const take = statement(({ db, clock }, hash: string) =>
  db
    .updateTable('oauth_codes')
    .set((eb) => ({ taken: eb('taken', '+', 1) }))
    .where('hash', '=', hash)
    .where('expires_at', '>', clock)
    .returningAll(),
);

const removeExpired = statement(({ db, clock }) =>
  db.deleteFrom('oauth_codes').where('expires_at', '<=', clock),
);
