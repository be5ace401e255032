/** The groups of the course and who is in them. */
import { HubError } from '../domain/errors.ts';
import { type Group, type GroupWithMembers, groupNameProblem } from '../domain/group.ts';
import { normalizeUserName } from '../domain/user.ts';
import type { GroupQuery, Page, Store } from '../store/store.ts';
import { type CheckedRoster, checkRoster, type GroupPermission, joinGroups } from './roster.ts';

export class Groups {
  readonly #store: Store;
  readonly #managed: boolean;
  readonly #declared: ReadonlyMap<string, readonly string[]>;

  constructor(parts: {
    readonly store: Store;
    /** Whether logins say who is in which group, and nobody else does. */
    readonly managed: boolean;
    /** Those of the file: they are made at each start, with these members. */
    readonly declared: readonly GroupWithMembers[];
  }) {
    this.#store = parts.store;
    this.#managed = parts.managed;
    this.#declared = new Map(parts.declared.map(({ name, users }) => [name, users]));
  }

  /** Who says who is in a group, and whom the file puts into it at each start. */
  sourceOf(name: string): {
    readonly source: 'course' | 'file' | 'login';
    readonly fixed: readonly string[];
  } {
    const fixed = this.#declared.get(name);
    if (this.#managed) return { source: 'login', fixed: [] };
    return fixed === undefined ? { source: 'course', fixed: [] } : { source: 'file', fixed };
  }

  /** As `checkRoster`; every group is closed where logins say who is in it. */
  checkRoster(text: string, mayJoin: GroupPermission): Promise<CheckedRoster> {
    return checkRoster(this.#store, text, (...about) => !this.#managed && mayJoin(...about));
  }

  /** As `joinGroups`. */
  join(roster: CheckedRoster): Promise<void> {
    return joinGroups(this.#store, roster);
  }

  get(name: string): Promise<GroupWithMembers | undefined> {
    return this.#store.groups.get(name);
  }

  /** By name. */
  list(query: GroupQuery): Promise<Page<GroupWithMembers>> {
    return this.#store.groups.list(query);
  }

  /**
   * Makes them, all or none, each with these members and properties.
   * @throws HubError `invalid` for an impossible name or somebody who is no user, `conflict` where there is one already
   */
  async create(
    names: readonly string[],
    { users = [], properties }: Partial<Pick<GroupWithMembers, 'users' | 'properties'>> = {},
  ): Promise<void> {
    this.#refuseWhenManaged();
    refuseNames(names);
    const members = await this.#idsOf(users);
    await this.#store.transaction(async (tx) => {
      const made = new Set(await tx.groups.insert(names));
      const taken = names.filter((name) => !made.has(name));
      if (taken.length > 0) throw new HubError('conflict', `Group ${taken.join(', ')} already exists`);
      for (const name of names) {
        if (members.length > 0) await tx.groups.addMembers(name, members);
        if (properties) await tx.groups.setProperties(name, properties);
      }
    });
  }

  /** @throws HubError `not_found`; `invalid` where logins make groups */
  async delete(name: string): Promise<void> {
    this.#refuseWhenManaged();
    if (!(await this.#store.groups.delete(name))) throw noSuchGroup();
  }

  /** @throws HubError `not_found` without such a group, `invalid` where somebody is no user: nobody is added then */
  async addUsers(name: string, userNames: readonly string[]): Promise<void> {
    this.#refuseWhenManaged();
    await this.#store.groups.addMembers(name, await this.#idsOf(userNames));
  }

  /** @throws as `addUsers` */
  async removeUsers(name: string, userNames: readonly string[]): Promise<void> {
    this.#refuseWhenManaged();
    await this.#store.groups.removeMembers(name, await this.#idsOf(userNames));
  }

  /** Replaces them. @throws HubError `not_found`; `invalid` where logins make groups */
  async setProperties(name: string, properties: Group['properties']): Promise<void> {
    this.#refuseWhenManaged();
    if (!(await this.#store.groups.setProperties(name, properties))) throw noSuchGroup();
  }

  async #idsOf(userNames: readonly string[]): Promise<readonly number[]> {
    const names = [...new Set(userNames.map(normalizeUserName))];
    const { items } = await this.#store.users.list({ names });
    const known = new Set(items.map(({ name }) => name));
    const unknown = names.filter((name) => !known.has(name));
    if (unknown.length > 0) throw new HubError('invalid', `No such user: ${unknown.join(', ')}`);
    return items.map(({ id }) => id);
  }

  #refuseWhenManaged(): void {
    if (!this.#managed) return;
    throw new HubError('invalid', 'Group management via API is disabled: logins say who is in which group.');
  }
}

function refuseNames(names: readonly string[]): void {
  const problems = names.flatMap((name) => {
    const problem = groupNameProblem(name);
    return problem === undefined ? [] : [`“${name}”: ${problem}`];
  });
  if (problems.length > 0) throw new HubError('invalid', `Invalid group names: ${problems.join('; ')}`);
}

function noSuchGroup(): HubError {
  return new HubError('not_found', 'No access to resources or resources not found');
}
