/**
 * What people, groups and services may do by their roles, and people by what is shared with them. Who has which role is
 * said by the config alone (and, of administrators, by their row) and stored nowhere: a name that is taken out there has
 * lost the role at the next start, with every session and token of its owner.
 */
import { BUILT_IN_SCOPES, type Role } from '../domain/role.ts';
import {
  type CustomScopes,
  expandScopes,
  groupsNamed,
  type ScopeSet,
  unionScopes,
  withMembers,
} from '../domain/scope.ts';
import type { User } from '../domain/user.ts';
import type { Store } from '../store/store.ts';
import { GroupMembers } from './group-members.ts';
import { ReceivedShares } from './received-shares.ts';

const MOST_KNOWN = 2_000;

/** As much of a user as says what they may do. */
export type RoleHolder = Pick<User, 'name' | 'admin' | 'groups'>;

/** As much of a service as says what it may do. */
export interface ServiceHolder {
  readonly name: string;
  readonly admin: boolean;
}

/** What the course says of rights. */
export interface DeclaredRights {
  /** A built-in role among them has more holders and, unless it is `admin`, other scopes where it says some. */
  readonly roles: readonly Role[];
  readonly customScopes: CustomScopes;
}

type HolderKind = 'users' | 'groups' | 'services';

export class Roles implements Disposable {
  readonly customScopes: CustomScopes;
  readonly #scopes: ReadonlyMap<string, readonly string[]>;
  /** Names of roles by name of holder. */
  readonly #held: Readonly<Record<HolderKind, ReadonlyMap<string, readonly string[]>>>;
  readonly #members: GroupMembers;
  readonly #shares: ReceivedShares;
  /** What was worked out before: the same of a person at each of their requests. */
  readonly #known = new Map<string, { readonly scopes: ScopeSet; readonly groups: readonly string[] }>();

  constructor(parts: {
    readonly store: Store;
    /** Normalised names. */
    readonly instructors: ReadonlySet<string>;
    readonly declared: DeclaredRights;
  }) {
    const { roles, customScopes } = parts.declared;
    this.customScopes = customScopes;
    this.#scopes = new Map([
      ...Object.entries<readonly string[]>(BUILT_IN_SCOPES),
      ...roles
        .filter(({ name, scopes }) => name !== 'admin' && (!isBuiltIn(name) || scopes.length > 0))
        .map(({ name, scopes }) => [name, scopes] as const),
    ]);
    const taught = { name: 'instructor', users: [...parts.instructors], groups: [], services: [] };
    const given = [taught, ...roles];
    this.#held = {
      users: holdersOf(given, 'users'),
      groups: holdersOf(given, 'groups'),
      services: holdersOf(given, 'services'),
    };
    const ofStaff = given.filter(({ name }) => name === 'admin' || name === 'instructor');
    const staff = {
      users: new Set(ofStaff.flatMap(({ users }) => users)),
      groups: ofStaff.flatMap(({ groups }) => groups),
    };
    this.#members = new GroupMembers({ store: parts.store, staff });
    this.#shares = new ReceivedShares({ store: parts.store, custom: customScopes });
  }

  /** As granted, not expanded; undefined where there is no such role. */
  scopesOfRole(role: string): readonly string[] | undefined {
    return this.#scopes.get(role);
  }

  /** The names of a user's roles, their groups' among them, sorted. */
  namesOf(user: RoleHolder): readonly string[] {
    const names = new Set(['user', ...(this.#held.users.get(user.name) ?? [])]);
    if (user.admin) names.add('admin');
    for (const group of user.groups) for (const role of this.namesOfGroup(group)) names.add(role);
    return [...names].sort();
  }

  /** In order of their declaration. */
  namesOfGroup(group: string): readonly string[] {
    return this.#held.groups.get(group) ?? [];
  }

  namesOfService(service: ServiceHolder): readonly string[] {
    const names = new Set(this.#held.services.get(service.name) ?? []);
    if (service.admin) names.add('admin');
    return [...names].sort();
  }

  /** What others share with them included. */
  async scopesOf(user: RoleHolder): Promise<ScopeSet> {
    const roles = this.namesOf(user);
    const own = await this.#scopesOf(`user ${user.name}`, roles, { userName: user.name });
    const shared = await this.#shares.scopesOf(user);
    return shared === undefined ? own : unionScopes(own, shared);
  }

  scopesOfService(service: ServiceHolder): Promise<ScopeSet> {
    const roles = this.namesOfService(service);
    return this.#scopesOf(`service ${service.name}`, roles, { serviceName: service.name });
  }

  /** `scopes`, knowing who is in the groups that they name. */
  async withMembers(scopes: ScopeSet, groups: Iterable<string> = groupsNamed(scopes)): Promise<ScopeSet> {
    const members = await Promise.all(
      Array.from(groups, async (group) => [group, await this.#members.of(group)] as const),
    );
    return withMembers(scopes, new Map(members));
  }

  async #scopesOf(
    holder: string,
    roles: readonly string[],
    owner: { readonly userName?: string; readonly serviceName?: string },
  ): Promise<ScopeSet> {
    const key = `${roles.join()} ${holder}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      const scopes = roles
        .map((role) => expandScopes(this.#scopes.get(role) ?? [], { ...owner, custom: this.customScopes }))
        .reduce(unionScopes, { granted: new Map() });
      known = { scopes, groups: [...groupsNamed(scopes)] };
      if (this.#known.size >= MOST_KNOWN) this.#known.clear();
      this.#known.set(key, known);
    }
    return known.groups.length === 0 ? known.scopes : await this.withMembers(known.scopes, known.groups);
  }

  [Symbol.dispose](): void {
    this.#members[Symbol.dispose]();
    this.#shares[Symbol.dispose]();
  }
}

function isBuiltIn(role: string): boolean {
  return Object.hasOwn(BUILT_IN_SCOPES, role);
}

function holdersOf(
  roles: readonly Pick<Role, 'name' | HolderKind>[],
  kind: HolderKind,
): ReadonlyMap<string, readonly string[]> {
  const held = new Map<string, string[]>();
  for (const role of roles) {
    for (const holder of role[kind]) held.set(holder, [...(held.get(holder) ?? []), role.name]);
  }
  return held;
}
