/** What logins left behind, which nobody can read in the database: hubs seal it for one user each. */
import type { AuthState } from '../domain/auth-state.ts';
import type { User } from '../domain/user.ts';
import { openSealedText, sealText } from '../lib/sealed-text.ts';
import type { Repositories, Store } from '../store/store.ts';

/** The first one seals, all of them open. */
export type AuthStateKeys = readonly [string, ...string[]];

/** What one login left behind. */
export interface KeptLogin {
  /** The way by which they came; null where a program made it up. */
  readonly way: string | null;
  readonly state: AuthState;
  /** When the service said it, in milliseconds since 1970. */
  readonly at: number;
  /** As it stands in the database: another login has another. */
  readonly sealed: string;
}

type UserId = Pick<User, 'id'>;
type Within = Pick<Repositories, 'authStates'>;

export class AuthStates {
  readonly #store: Store;
  readonly #keys: AuthStateKeys;

  constructor(parts: { readonly store: Store; readonly keys: AuthStateKeys }) {
    this.#store = parts.store;
    this.#keys = parts.keys;
  }

  /** @returns null where nothing was kept, or what was kept was sealed with a key that is no longer known. */
  async read({ id }: UserId): Promise<KeptLogin | null> {
    const sealed = await this.#store.authStates.get(id);
    if (sealed === undefined) return null;
    for (const key of this.#keys) {
      const text = openSealedText(sealed, sealOf(id, key));
      if (text !== undefined) return { ...(JSON.parse(text) as Omit<KeptLogin, 'sealed'>), sealed };
    }
    return null;
  }

  /** @param login null: nothing is kept any more */
  async set(
    { id }: UserId,
    login: Omit<KeptLogin, 'sealed'> | null,
    within: Within = this.#store,
  ): Promise<void> {
    if (login === null) await within.authStates.delete(id);
    else await within.authStates.put(id, sealText(JSON.stringify(login), sealOf(id, this.#keys[0])));
  }

  /** What a program says in place of what the login left, of whatever way that was. */
  async change(user: UserId, state: AuthState | null): Promise<void> {
    const { way, at } = (await this.read(user)) ?? { way: null, at: 0 };
    await this.set(user, state && { way, state, at });
  }

  /** @returns false where somebody else has changed what was `kept`, which stays as they left it. */
  async renew(
    user: UserId,
    { kept, state, at }: { readonly kept: KeptLogin; readonly state: AuthState; readonly at: number },
  ): Promise<boolean> {
    return this.#store.transaction(async (tx) => {
      if ((await tx.authStates.get(user.id)) !== kept.sealed) return false;
      await this.set(user, { way: kept.way, state, at }, tx);
      return true;
    });
  }
}

/** One user's cannot be put in the place of another's. */
function sealOf(userId: number, key: string) {
  return { key, purpose: `auth-state of ${userId}` };
}
