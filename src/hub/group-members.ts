/** Who is in which group, for rights that are about the members of one. */
import { STUDENTS } from '../domain/role.ts';
import type { Membership } from '../domain/scope.ts';
import type { Store } from '../store/store.ts';

/**
 * A change is noticed at once in the hub that makes it, and in others with the notice of the database. Where that is
 * lost, this is how long somebody may still have what they had: 5 seconds.
 */
export const LONGEST_KNOWN_MS = 5_000;

/** Who administers or teaches, as the roles have it. */
export interface Staff {
  /** Normalised names. */
  readonly users: ReadonlySet<string>;
  readonly groups: readonly string[];
}

export class GroupMembers implements Disposable {
  readonly #store: Store;
  readonly #staff: Staff;
  readonly #known = new Map<string, { readonly members: Promise<Membership>; readonly until: number }>();
  readonly #stops: readonly (() => void)[];

  constructor({ store, staff }: { readonly store: Store; readonly staff: Staff }) {
    this.#store = store;
    this.#staff = staff;
    this.#stops = (['users', 'groups'] as const).map((topic) =>
      store.subscribe(topic, () => this.#known.clear()),
    );
  }

  /** Nobody, where there is no such group. */
  of(group: string): Promise<Membership> {
    const at = performance.now();
    const known = this.#known.get(group);
    if (known !== undefined && known.until > at) return known.members;
    const members = group === STUDENTS ? this.#students() : this.#stored(group);
    this.#known.set(group, { members, until: at + LONGEST_KNOWN_MS });
    members.catch(() => this.#known.delete(group));
    return members;
  }

  async #stored(group: string): Promise<Membership> {
    const names = new Set(await this.#store.groups.members(group));
    return { has: (name) => names.has(name), names };
  }

  async #students(): Promise<Membership> {
    const admins = await this.#store.users.adminNames();
    const members = await Promise.all(this.#staff.groups.map((name) => this.#store.groups.members(name)));
    const staff = new Set([...this.#staff.users, ...admins, ...members.flat()]);
    return { has: (name) => !staff.has(name) };
  }

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
  }
}
