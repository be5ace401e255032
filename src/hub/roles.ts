/**
 * What people may do by their roles. Who teaches is said by the config alone and stored nowhere: a name that is taken out
 * there has lost the role at the next start, with every session and token of its owner.
 */
import { expandScopes, ROLE_SCOPES, type ScopeSet, unionScopes } from '../domain/scope.ts';
import type { User } from '../domain/user.ts';

const MOST_KNOWN = 2_000;

export class Roles {
  readonly #instructors: ReadonlySet<string>;
  /** What was worked out before: the same of a person at each of their requests. */
  readonly #known = new Map<string, ScopeSet>();

  /** `instructors` are normalised names. */
  constructor({ instructors }: { readonly instructors: ReadonlySet<string> }) {
    this.#instructors = instructors;
  }

  /** The names of a user's roles, sorted. */
  namesOf(user: Pick<User, 'name' | 'admin'>): readonly ('admin' | 'instructor' | 'user')[] {
    return [
      ...(user.admin ? (['admin'] as const) : []),
      ...(this.#instructors.has(user.name) ? (['instructor'] as const) : []),
      'user',
    ];
  }

  scopesOf(user: Pick<User, 'name' | 'admin'>): ScopeSet {
    const names = this.namesOf(user);
    const key = `${names.join()}/${user.name}`;
    const known = this.#known.get(key);
    if (known) return known;
    const scopes = names
      .map((role) => expandScopes(ROLE_SCOPES[role], { userName: user.name }))
      .reduce(unionScopes);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, scopes);
    return scopes;
  }
}
