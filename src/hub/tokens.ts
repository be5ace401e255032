/** API tokens: made once, shown once, stored as a hash, never worth more than their owner. */
import { HubError } from '../domain/errors.ts';
import { expandScopes, isKnownScope, isWithin, type ScopeSet } from '../domain/scope.ts';
import type { Token } from '../domain/token.ts';
import type { User } from '../domain/user.ts';
import { hashSecret, newSecret } from '../lib/secret.ts';
import type { Store } from '../store/store.ts';
import type { Roles } from './roles.ts';

export interface TokenRequest {
  readonly owner: User;
  /** `inherit` or scopes that lie within the owner's and the maker's. */
  readonly scopes: readonly string[];
  readonly note: string;
  /** Null: until revoked. */
  readonly expiresInSeconds: number | null;
  /** Who makes it may not give what they do not have. */
  readonly maker: { readonly name: string; readonly scopes: ScopeSet };
}

export class Tokens {
  readonly #store: Store;
  readonly #roles: Roles;
  readonly #perUser: number | null;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    readonly roles: Roles;
    /** How many a user may have of their own making; null: no limit. */
    readonly perUser: number | null;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#roles = parts.roles;
    this.#perUser = parts.perUser;
    this.#now = parts.now;
  }

  /**
   * @returns the token and its secret, which is stored nowhere.
   * @throws HubError `invalid` for a scope that does not exist or that the owner does not have, `forbidden` for one that
   * its maker does not have, `conflict` where its owner has as many as the course allows.
   */
  async create(request: TokenRequest): Promise<{ readonly token: Token; readonly secret: string }> {
    const custom = this.#roles.customScopes;
    const unknown = request.scopes.filter((scope) => !isKnownScope(scope, custom));
    if (unknown.length > 0) throw new HubError('invalid', `No such scope: ${unknown.join(', ')}`);
    const owned = await this.#roles.scopesOf(request.owner);
    const wanted = request.scopes.includes('inherit')
      ? owned
      : await this.#roles.withMembers(expandScopes(request.scopes, { userName: request.owner.name, custom }));
    if (!isWithin(wanted, owned)) {
      throw new HubError('invalid', `“${request.owner.name}” does not have all of these scopes.`);
    }
    if (!isWithin(wanted, request.maker.scopes)) {
      throw new HubError('forbidden', 'A token cannot be given scopes that its maker does not have.');
    }
    await this.#refuseTooMany(request.owner);
    const secret = newSecret();
    const createdAt = this.#now();
    const token = await this.#store.tokens.insert({
      userId: request.owner.id,
      scopes: request.scopes,
      note: request.note,
      createdAt,
      expiresAt:
        request.expiresInSeconds === null
          ? null
          : new Date(createdAt.getTime() + request.expiresInSeconds * 1000),
      sessionId: null,
      oauthClientId: null,
      serverId: null,
      hash: hashSecret(secret),
    });
    return { token, secret };
  }

  /** What tokens of these roles may do. @throws HubError `invalid` for a role that does not exist */
  scopesOfRoles(roles: readonly string[]): readonly string[] {
    return roles.flatMap((role) => {
      const scopes = this.#roles.scopesOfRole(role);
      if (!scopes) throw new HubError('invalid', `No such role: ${role}`);
      return scopes;
    });
  }

  /** Those that servers and sign-ins hold are made by us, and not counted. */
  async #refuseTooMany(owner: User): Promise<void> {
    if (this.#perUser === null) return;
    const own = (await this.list(owner)).filter(
      ({ serverId, sessionId, oauthClientId }) =>
        serverId === null && sessionId === null && oauthClientId === null,
    );
    if (own.length < this.#perUser) return;
    throw new HubError(
      'conflict',
      `“${owner.name}” has ${own.length} tokens, as many as this course allows. Revoke one of them first.`,
    );
  }

  /** In order of creation. */
  list(owner: User): Promise<readonly Token[]> {
    return this.#store.tokens.list({ userId: owner.id });
  }

  async get(owner: User, id: number): Promise<Token | undefined> {
    return (await this.#store.tokens.list({ userId: owner.id, id }))[0];
  }

  /**
   * Revokes it, and with an OAuth token all that its client holds for this user, as JupyterHub does. A server's own token
   * stays until it is revoked by itself: without it the server could not let anybody in.
   */
  async revoke(token: Token): Promise<void> {
    await this.#store.transaction(async (tx) => {
      const alike =
        token.oauthClientId === null || token.serverId !== null
          ? [token]
          : await tx.tokens.list({ userId: token.userId, oauthClientId: token.oauthClientId });
      for (const { id, serverId } of alike) {
        if (id === token.id || serverId === null) await tx.tokens.delete({ id });
      }
    });
  }
}
