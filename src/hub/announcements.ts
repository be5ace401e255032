/** What those who teach tell the course. */
import { randomUUID } from 'node:crypto';
import { type Announcement, isFor } from '../domain/announcement.ts';
import type { User } from '../domain/user.ts';
import type { Store } from '../store/store.ts';

export class Announcements {
  readonly #store: Pick<Store, 'announcements'>;
  readonly #now: () => Date;

  constructor(parts: { readonly store: Pick<Store, 'announcements'>; readonly now: () => Date }) {
    this.#store = parts.store;
    this.#now = parts.now;
  }

  /** All that last, to whomever, the latest first. */
  list(): Promise<readonly Announcement[]> {
    return this.#store.announcements.list();
  }

  /** Those that are for this user; undefined: for somebody who is in no group. */
  async listFor(user: Pick<User, 'groups'> | undefined): Promise<readonly Announcement[]> {
    return (await this.list()).filter((announcement) => isFor(announcement, user));
  }

  /** @throws HubError `not_found` where there is no such group */
  async create(
    { text, group, minutes }: Pick<Announcement, 'text' | 'group'> & { readonly minutes: number },
    { by }: { readonly by: string },
  ): Promise<Announcement> {
    const at = this.#now();
    const endsAt = new Date(at.getTime() + minutes * 60_000);
    const announcement = { id: randomUUID(), text, group, by, at, endsAt };
    await this.#store.announcements.insert(announcement);
    return announcement;
  }

  /** @returns whether there was one to end */
  end(id: string): Promise<boolean> {
    return this.#store.announcements.delete(id);
  }
}
