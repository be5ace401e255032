/** What logins left behind, which nobody can read in the database: hubs seal it for one user each. */
import type { AuthState } from '../domain/auth-state.ts';
import type { User } from '../domain/user.ts';
import { openSealedText, sealText } from '../lib/sealed-text.ts';
import type { Repositories, Store } from '../store/store.ts';

export class AuthStates {
  readonly #store: Store;
  readonly #keys: AuthStateKeys;

  constructor(parts: { readonly store: Store; readonly keys: AuthStateKeys }) {
    this.#store = parts.store;
    this.#keys = parts.keys;
  }

  /** @returns null where nothing was kept, or what was kept was sealed with a key that is no longer known. */
  async get({ id }: Pick<User, 'id'>): Promise<AuthState | null> {
    const sealed = await this.#store.authStates.get(id);
    if (sealed === undefined) return null;
    for (const key of this.#keys) {
      const text = openSealedText(sealed, sealOf(id, key));
      if (text !== undefined) return JSON.parse(text) as AuthState;
    }
    return null;
  }

  /** @param state null: nothing is kept any more */
  async set(
    { id }: Pick<User, 'id'>,
    state: AuthState | null,
    within: Pick<Repositories, 'authStates'> = this.#store,
  ): Promise<void> {
    if (state === null) await within.authStates.delete(id);
    else await within.authStates.put(id, sealText(JSON.stringify(state), sealOf(id, this.#keys[0])));
  }
}

/** The first one seals, all of them open. */
export type AuthStateKeys = readonly [string, ...string[]];

/** One user's cannot be put in the place of another's. */
function sealOf(userId: number, key: string) {
  return { key, purpose: `auth-state of ${userId}` };
}
