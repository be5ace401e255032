/** The people of the course, as rows. */
import { HubError } from '../domain/errors.ts';
import { isActive } from '../domain/server.ts';
import { normalizeUserName, type User, userNameProblem } from '../domain/user.ts';
import type { Page, Store, UserQuery } from '../store/store.ts';
import type { HubEvents } from './events.ts';
import type { Servers } from './servers.ts';

export class Users {
  readonly #store: Store;
  readonly #servers: Servers;
  readonly #events: HubEvents;

  constructor(parts: { readonly store: Store; readonly servers: Servers; readonly events: HubEvents }) {
    this.#store = parts.store;
    this.#servers = parts.servers;
    this.#events = parts.events;
  }

  get(name: string): Promise<User | undefined> {
    return this.#store.users.get(normalizeUserName(name));
  }

  list(query: UserQuery): Promise<Page<User>> {
    return this.#store.users.list(query);
  }

  /**
   * Makes those that do not exist yet. @returns only these.
   * @throws HubError `invalid` naming every name that cannot be one.
   */
  async create(names: readonly string[], { admin, by }: { readonly admin: boolean; readonly by: string }) {
    const normalized = [...new Set(names.map(normalizeUserName))];
    const problems = normalized.flatMap((name) => {
      const problem = userNameProblem(name);
      return problem ? [`“${name}”: ${problem}`] : [];
    });
    if (problems.length > 0) throw new HubError('invalid', `Invalid user names: ${problems.join('; ')}`);
    const created = await this.#store.users.insert(normalized.map((name) => ({ name, admin })));
    for (const user of created) this.#events.userCreated(user.name, by);
    return created;
  }

  /**
   * Renames, or gives and takes the admin role.
   * @throws HubError `invalid` for an impossible name, `conflict` where the name is taken or a server of theirs is
   * active (its address has the name in it).
   */
  async update(user: User, patch: { readonly name?: string; readonly admin?: boolean }): Promise<User> {
    const name = patch.name === undefined ? user.name : normalizeUserName(patch.name);
    if (name !== user.name) {
      const problem = userNameProblem(name);
      if (problem) throw new HubError('invalid', problem);
      const servers = await this.#store.servers.ofUsers([user.id]);
      if (servers.some(isActive)) {
        throw new HubError('conflict', `Stop the servers of “${user.name}” before renaming them.`);
      }
    }
    const updated = await this.#store.users.update(user.id, { name, admin: patch.admin ?? user.admin });
    if (!updated) throw new HubError('not_found', 'No such user.');
    return updated;
  }

  /** Stops what runs, waits for it, then removes the user and all rows of theirs. Files in homes stay. */
  async delete(user: User, { by }: { readonly by: string }): Promise<void> {
    for (const server of await this.#store.servers.ofUsers([user.id])) {
      await this.#servers.stop(server, { reason: 'admin', by });
      await this.#servers.waitUntil(server.id, (now) => now === undefined || !isActive(now), 60_000);
    }
    if (await this.#store.users.delete(user.id)) this.#events.userDeleted(user.name, by);
  }
}
