/** From a secret that a request shows to who asks and what they may do. */
import type { Caller } from '../domain/caller.ts';
import {
  expandScopes,
  intersectScopes,
  ROLE_SCOPES,
  type ScopeOwner,
  type ScopeSet,
  unionScopes,
} from '../domain/scope.ts';
import type { Token } from '../domain/token.ts';
import type { User } from '../domain/user.ts';
import { hashSecret } from '../lib/secret.ts';
import type { Store } from '../store/store.ts';

export class Callers {
  readonly #store: Store;

  constructor({ store }: { readonly store: Store }) {
    this.#store = store;
  }

  /** @returns undefined where the secret belongs to no live token. */
  async byToken(secret: string): Promise<Caller | undefined> {
    const token = await this.#store.tokens.byHash(hashSecret(secret));
    if (!token) return undefined;
    const user = await this.#store.users.byId(token.userId);
    if (!user) return undefined;
    return { user, token, session: null, scopes: await this.scopesOfToken(token, user) };
  }

  /** @returns undefined where the secret belongs to no live session. */
  async bySession(secret: string): Promise<Caller | undefined> {
    const session = await this.#store.sessions.byHash(hashSecret(secret));
    if (!session) return undefined;
    const user = await this.#store.users.byId(session.userId);
    if (!user) return undefined;
    return { user, session, token: null, scopes: scopesOfUser(user) };
  }

  /** Never more than its owner has at this moment, whatever was granted once. */
  async scopesOfToken(token: Token, user: User): Promise<ScopeSet> {
    const owned = scopesOfUser(user);
    if (token.scopes.includes('inherit')) return owned;
    return intersectScopes(expandScopes(token.scopes, await this.#scopeOwner(token, user)), owned);
  }

  async #scopeOwner(token: Token, user: User): Promise<ScopeOwner> {
    const server = token.serverId === null ? undefined : await this.#store.servers.byId(token.serverId);
    return server ? { userName: user.name, serverName: server.name } : { userName: user.name };
  }
}

/** What a user may do by their roles. */
export function scopesOfUser(user: User): ScopeSet {
  const own = expandScopes(ROLE_SCOPES.user, { userName: user.name });
  return user.admin ? unionScopes(own, expandScopes(ROLE_SCOPES.admin, { userName: user.name })) : own;
}

/** The names of a user's roles. */
export function rolesOfUser(user: User): readonly string[] {
  return user.admin ? ['admin', 'user'] : ['user'];
}
