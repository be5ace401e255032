/** What people may do with servers that others share with them. */
import { type CustomScopes, expandScopes, type ScopeSet } from '../domain/scope.ts';
import { type Share, type ShareHolder, scopeOfServer } from '../domain/share.ts';
import type { User } from '../domain/user.ts';
import type { Store } from '../store/store.ts';
import { LONGEST_KNOWN_MS } from './group-members.ts';

/** What was read since the last change. */
interface Known {
  /** With whom anything is shared: nobody else costs a query. */
  readonly holders: Promise<ReadonlySet<string>>;
  readonly scopes: Map<string, Promise<ScopeSet>>;
  readonly until: number;
}

export class ReceivedShares implements Disposable {
  readonly #store: Store;
  readonly #custom: CustomScopes;
  readonly #stops: readonly (() => void)[];
  #known: Known | undefined;

  constructor({ store, custom }: { readonly store: Store; readonly custom: CustomScopes }) {
    this.#store = store;
    this.#custom = custom;
    this.#stops = (['shares', 'users', 'groups'] as const).map((topic) =>
      store.subscribe(topic, () => {
        this.#known = undefined;
      }),
    );
  }

  /** @returns undefined where nothing is shared with them */
  async scopesOf(user: Pick<User, 'name' | 'groups'>): Promise<ScopeSet | undefined> {
    const known = this.#current();
    const among = await known.holders;
    const held = holdersOf(user)
      .map(keyOf)
      .filter((key) => among.has(key));
    if (held.length === 0) return undefined;
    const key = held.join();
    const before = known.scopes.get(key);
    if (before !== undefined) return await before;
    const read = this.#store.shares
      .list({ holders: holdersOf(user) })
      .then(({ items }) => expandScopes(items.flatMap(scopesOfShare), { custom: this.#custom }));
    known.scopes.set(key, read);
    read.catch(() => known.scopes.delete(key));
    return await read;
  }

  #current(): Known {
    const at = performance.now();
    if (this.#known !== undefined && this.#known.until > at) return this.#known;
    const holders = this.#store.shares.holders().then((all) => new Set(all.map(keyOf)));
    const known = { holders, scopes: new Map<string, Promise<ScopeSet>>(), until: at + LONGEST_KNOWN_MS };
    this.#known = known;
    holders.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return known;
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }
}

/** By whom a user may have shares: themselves and their groups. */
export function holdersOf(user: Pick<User, 'name' | 'groups'>): readonly ShareHolder[] {
  return [
    { kind: 'user', name: user.name },
    ...user.groups.map((name) => ({ kind: 'group', name }) as const),
  ];
}

function keyOf({ kind, name }: ShareHolder): string {
  return `${kind} ${JSON.stringify(name)}`;
}

function scopesOfShare({ scopes, server }: Share): readonly string[] {
  return scopes.map((scope) => scopeOfServer(scope, server));
}
