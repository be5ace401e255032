/** Browsers that are logged in. */
import type { Session } from '../domain/session.ts';
import type { User } from '../domain/user.ts';
import { hashSecret, newId, newSecret } from '../lib/secret.ts';
import type { Store } from '../store/store.ts';
import type { HubEvents } from './events.ts';

export class Sessions {
  readonly #store: Store;
  readonly #events: HubEvents;
  readonly #days: number;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    readonly events: HubEvents;
    /** How long a browser stays logged in. */
    readonly days: number;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#events = parts.events;
    this.#days = parts.days;
    this.#now = parts.now;
  }

  /** @param tx in which it is written @returns the session, and the secret for the cookie, which is stored nowhere. */
  async open(
    user: User,
    from: { readonly address: string; readonly userAgent: string },
    tx: Pick<Store, 'sessions'>,
  ): Promise<{ readonly session: Session; readonly secret: string }> {
    const secret = newSecret();
    const createdAt = this.#now();
    const session = await tx.sessions.insert({
      id: newId('ses'),
      userId: user.id,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + this.#days * 86_400_000),
      address: from.address,
      userAgent: from.userAgent.slice(0, 256),
      hash: hashSecret(secret),
    });
    return { session, secret };
  }

  /** Those that are live, the latest first. */
  async list(user: User): Promise<readonly Session[]> {
    return [...(await this.#store.sessions.ofUser(user.id))].reverse();
  }

  /** @returns undefined where it is not one of this user's. */
  async get(user: User, id: string): Promise<Session | undefined> {
    return (await this.#store.sessions.ofUser(user.id)).find((session) => session.id === id);
  }

  /** Ends the session and every token made for it; asking again is no error. */
  async close(session: Session): Promise<void> {
    if (await this.#store.sessions.delete(session.id)) this.#events.loggedOut(session.userName);
  }

  /** Logs the user out in every browser. @returns how many there were. */
  async closeAll(user: User): Promise<number> {
    const sessions = await this.#store.sessions.ofUser(user.id);
    for (const session of sessions) await this.close(session);
    return sessions.length;
  }
}
