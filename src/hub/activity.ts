/** What single-user servers say of their own use (`POST /users/NAME/activity`). */
import { HubError } from '../domain/errors.ts';
import type { User } from '../domain/user.ts';
import type { Store } from '../store/store.ts';

/** Clocks differ a little; a report from the far future would keep a server alive for good. */
const FUTURE_TOLERANCE_MS = 59 * 60_000;

export interface ActivityReport {
  readonly lastActivityAt: Date | null;
  /** By server name, '' for the default one. */
  readonly servers: ReadonlyMap<string, Date>;
}

export class Activity {
  readonly #store: Store;
  readonly #now: () => Date;

  constructor(parts: { readonly store: Store; readonly now: () => Date }) {
    this.#store = parts.store;
    this.#now = parts.now;
  }

  /** @throws HubError `invalid` for an unknown server or a time in the far future; nothing is stored then. */
  async record(user: User, report: ActivityReport): Promise<void> {
    const latest = this.#now().getTime() + FUTURE_TOLERANCE_MS;
    const times = [...report.servers.values(), ...(report.lastActivityAt ? [report.lastActivityAt] : [])];
    const late = times.find((time) => time.getTime() > latest);
    if (late)
      throw new HubError('invalid', `Activity at ${late.toISOString()} is in the future: check the clock.`);
    const servers = new Map(
      (await this.#store.servers.ofUsers([user.id])).map((server) => [server.name, server]),
    );
    const touched = [...report.servers].map(([name, at]) => {
      const server = servers.get(name);
      if (!server) throw new HubError('invalid', `“${user.name}” has no server “${name}”.`);
      return { id: server.id, at };
    });
    await this.#store.servers.touch(touched);
    if (times.length > 0) {
      await this.#store.users.touch([
        { id: user.id, at: new Date(Math.max(...times.map((time) => time.getTime()))) },
      ]);
    }
  }
}
