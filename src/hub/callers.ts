/** From a secret that a request shows to who asks and what they may do. */
import type { Caller, ServiceCaller, UserCaller } from '../domain/caller.ts';
import {
  expandScopes,
  groupsNamed,
  intersectScopes,
  type ScopeOwner,
  type ScopeSet,
} from '../domain/scope.ts';
import type { Session } from '../domain/session.ts';
import type { Token } from '../domain/token.ts';
import type { User } from '../domain/user.ts';
import { hashSecret } from '../lib/secret.ts';
import type { Store } from '../store/store.ts';
import type { Roles, ServiceHolder } from './roles.ts';
import { tokenOfSecret, whereItCanBeWritten } from './token-secrets.ts';

/** That something is in use is written at most this often: a read stays a read. */
const USE_RESOLUTION_MS = 30_000;

/** Which services there are: `Services` has it. */
export interface ServiceDirectory {
  byTokenHash(hash: string): ServiceHolder | undefined;
}

export class Callers {
  readonly #store: Store;
  readonly #roles: Roles;
  readonly #services: ServiceDirectory;
  readonly #hasEnded: (user: User) => Promise<boolean>;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    readonly roles: Roles;
    readonly services: ServiceDirectory;
    /** Whether the login of somebody who is at work was ended elsewhere, with all their sessions. */
    readonly hasEnded: (user: User) => Promise<boolean>;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#roles = parts.roles;
    this.#services = parts.services;
    this.#hasEnded = parts.hasEnded;
    this.#now = parts.now;
  }

  /** @returns undefined where the secret belongs to no live token. */
  async byToken(secret: string): Promise<Caller | undefined> {
    const service = this.#services.byTokenHash(hashSecret(secret));
    if (service) return await this.#asService(service);
    const token = await tokenOfSecret(this.#store.tokens, secret);
    if (!token) return undefined;
    const user = await this.#store.users.byId(token.userId);
    if (!user) return undefined;
    await this.#noteTokenUse(token);
    const scopes = await this.scopesOfToken(token, user);
    return { ...this.#identity(user), token, session: null, scopes };
  }

  /** @returns undefined where the secret belongs to no live session. */
  async bySession(secret: string): Promise<UserCaller | undefined> {
    const session = await this.#store.sessions.byHash(hashSecret(secret));
    if (!session) return undefined;
    const user = await this.#store.users.byId(session.userId);
    if (!user || (await this.#hasEnded(user))) return undefined;
    await this.#noteSessionUse(session);
    const scopes = await this.#roles.scopesOf(user);
    return { ...this.#identity(user), session, token: null, scopes };
  }

  async #asService(service: ServiceHolder): Promise<ServiceCaller> {
    const admin = this.#roles.namesOfService(service).includes('admin');
    const scopes = await this.#roles.scopesOfService(service);
    return { kind: 'service', name: service.name, admin, user: null, session: null, token: null, scopes };
  }

  #identity(user: User): Pick<UserCaller, 'kind' | 'name' | 'admin' | 'user'> {
    return { kind: 'user', name: user.name, admin: this.#roles.namesOf(user).includes('admin'), user };
  }

  /** A server's own token says nothing of its owner: they may be asleep. */
  async #noteTokenUse(token: Token): Promise<void> {
    const at = this.#now();
    if (!isOld(token.lastUsedAt, at)) return;
    await whereItCanBeWritten(async () => {
      await this.#store.tokens.touch([{ id: token.id, at }]);
      if (token.serverId === null) await this.#store.users.touch([{ id: token.userId, at }]);
    });
  }

  async #noteSessionUse(session: Session): Promise<void> {
    const at = this.#now();
    if (!isOld(session.lastSeenAt, at)) return;
    await whereItCanBeWritten(async () => {
      await this.#store.sessions.touch(session.id, at);
      await this.#store.users.touch([{ id: session.userId, at }]);
    });
  }

  /** Never more than its owner has at this moment, whatever was granted once. */
  async scopesOfToken(token: Token, user: User): Promise<ScopeSet> {
    const owned = await this.#roles.scopesOf(user);
    if (token.scopes.includes('inherit')) return owned;
    const owner = { ...(await this.#scopeOwner(token, user)), custom: this.#roles.customScopes };
    const asked = expandScopes(token.scopes, owner);
    const groups = groupsNamed(asked);
    return intersectScopes(groups.size === 0 ? asked : await this.#roles.withMembers(asked, groups), owned);
  }

  async #scopeOwner(token: Token, user: User): Promise<ScopeOwner> {
    const server = token.serverId === null ? undefined : await this.#store.servers.byId(token.serverId);
    return server ? { userName: user.name, serverName: server.name } : { userName: user.name };
  }
}

function isOld(noted: Date | null, now: Date): boolean {
  return noted === null || now.getTime() - noted.getTime() > USE_RESOLUTION_MS;
}
