/** Servers that people share with each other. */
import type { Server, ServerId } from '../domain/server.ts';
import type { Share, ShareHolder } from '../domain/share.ts';
import type { User } from '../domain/user.ts';
import type { Page, Repositories, ShareQuery, Store } from '../store/store.ts';
import { holdersOf } from './received-shares.ts';

export type ShareRange = Pick<ShareQuery, 'offset' | 'limit'>;

export class Shares {
  readonly #store: Store;
  readonly #now: () => Date;

  constructor(parts: { readonly store: Store; readonly now: () => Date }) {
    this.#store = parts.store;
    this.#now = parts.now;
  }

  /** The longest shared first. */
  list(query: ShareQuery): Promise<Page<Share>> {
    return this.#store.shares.list(query);
  }

  /** What is shared with a user, their groups included. */
  listFor(user: User, range: ShareRange = {}): Promise<Page<Share>> {
    return this.list({ ...range, holders: holdersOf(user) });
  }

  get(serverId: ServerId, holder: ShareHolder): Promise<Share | undefined> {
    return find(this.#store, serverId, holder);
  }

  /** Adds these scopes to what they have. @throws HubError `not_found` where there is no such user or group */
  async grant(server: Pick<Server, 'id'>, holder: ShareHolder, scopes: readonly string[]): Promise<Share> {
    const createdAt = this.#now();
    return await this.#store.transaction(async (tx) => {
      const before = (await find(tx, server.id, holder))?.scopes ?? [];
      const all = [...new Set([...before, ...scopes])].sort();
      await tx.shares.put({ serverId: server.id, holder, scopes: all, createdAt });
      return (await find(tx, server.id, holder))!;
    });
  }

  /**
   * Takes these scopes away; left out, all.
   * @returns what they still have; undefined: nothing
   */
  async revoke(
    server: Pick<Server, 'id'>,
    holder: ShareHolder,
    scopes?: readonly string[],
  ): Promise<Share | undefined> {
    return await this.#store.transaction(async (tx) => {
      const share = await find(tx, server.id, holder);
      const left = share?.scopes.filter((scope) => scopes !== undefined && !scopes.includes(scope)) ?? [];
      if (share === undefined) return undefined;
      if (left.length > 0) {
        await tx.shares.put({ ...share, serverId: server.id, scopes: left });
        return { ...share, scopes: left };
      }
      await tx.shares.delete(server.id, holder);
      return undefined;
    });
  }

  /** Nobody but its owner has it any more. */
  async revokeAll(server: Pick<Server, 'id'>): Promise<void> {
    await this.#store.shares.delete(server.id);
  }
}

async function find(
  store: Pick<Repositories, 'shares'>,
  serverId: ServerId,
  holder: ShareHolder,
): Promise<Share | undefined> {
  return (await store.shares.list({ serverId, holders: [holder] })).items[0];
}
