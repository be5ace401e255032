import type { ServerId } from './server.ts';
import type { SessionId } from './session.ts';

/** What a program shows instead of a login. Only the hash of the secret is stored. */
export interface Token {
  readonly id: number;
  readonly userId: number;
  readonly userName: string;
  /** As granted, not expanded: see `scope.ts`. */
  readonly scopes: readonly string[];
  readonly note: string;
  readonly createdAt: Date;
  readonly expiresAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** The browser session it was made for; it ends with that session. */
  readonly sessionId: SessionId | null;
  /** The OAuth client it was made for. */
  readonly oauthClientId: string | null;
  /** Set for the token that a single-user server itself holds; it ends with that server's run. */
  readonly serverId: ServerId | null;
}

/** API ids as JupyterHub writes them: `a12`. */
export function tokenApiId(token: Pick<Token, 'id'>): string {
  return `a${token.id}`;
}

/** The number behind an API id, or undefined where it is not one. */
export function tokenIdOf(apiId: string): number | undefined {
  const match = /^a(\d{1,15})$/.exec(apiId);
  return match ? Number(match[1]) : undefined;
}
