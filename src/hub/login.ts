/** From a filled-in form to a session: throttle, authenticator, allow rule, user, session. */
import {
  type AllowRule,
  type Authenticator,
  type Credentials,
  isAllowed,
} from '../authenticator/authenticator.ts';
import { HubError } from '../domain/errors.ts';
import type { Session } from '../domain/session.ts';
import { normalizeUserName, type User, userNameProblem } from '../domain/user.ts';
import type { Store } from '../store/store.ts';
import type { HubEvents } from './events.ts';
import type { Sessions } from './sessions.ts';

/** How many failures within the window close the door, and for how long at most. */
const THROTTLE = {
  windowSeconds: 300,
  /** One person at one address: someone guesses, or has forgotten. */
  perUserAndAddress: 5,
  /** One person from anywhere: a distributed guess. */
  perUser: 50,
  /** One address: a whole classroom may sit behind it, so it is wide. */
  perAddress: 300,
} as const;

export interface LoginFrom {
  readonly address: string;
  readonly userAgent: string;
}

export class Login {
  readonly #store: Store;
  readonly #authenticator: Authenticator;
  readonly #rule: AllowRule;
  readonly #sessions: Sessions;
  readonly #events: HubEvents;
  readonly #contact: string | null;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    readonly authenticator: Authenticator;
    readonly rule: AllowRule;
    readonly sessions: Sessions;
    readonly events: HubEvents;
    /** Whom someone who is not let in can ask. */
    readonly contact: string | null;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#authenticator = parts.authenticator;
    this.#rule = parts.rule;
    this.#sessions = parts.sessions;
    this.#events = parts.events;
    this.#contact = parts.contact;
    this.#now = parts.now;
  }

  /**
   * @throws HubError `forbidden` where name and password do not belong together or the person is not let in;
   * `too_many` after too many failures, with the seconds to wait.
   */
  async withPassword(
    credentials: Credentials,
    from: LoginFrom,
  ): Promise<{ readonly user: User; readonly session: Session; readonly secret: string }> {
    const name = normalizeUserName(credentials.username);
    const problem = userNameProblem(name);
    if (problem)
      throw new HubError('forbidden', 'This name and password do not belong together.', { detail: problem });
    await this.#refuseWhenThrottled(name, from);
    const identity = await this.#authenticator.authenticate({ ...credentials, username: name });
    if (!identity) {
      await Promise.all(
        throttleKeys(name, from).map(({ key }) => this.#store.throttles.hit(key, THROTTLE.windowSeconds)),
      );
      this.#events.loginRefused(name, from.address, 'password');
      throw new HubError('forbidden', 'This name and password do not belong together.');
    }
    if (!isAllowed(identity.name, this.#rule)) {
      this.#events.loginRefused(identity.name, from.address, 'not_allowed');
      const ask = this.#contact === null ? 'whoever teaches this course' : this.#contact;
      throw new HubError(
        'forbidden',
        `“${identity.name}” is not on the list of this course. Ask ${ask} to be added.`,
      );
    }
    const user = await this.#admit(identity.name);
    await this.#store.throttles.clear(userAndAddressKey(name, from));
    const opened = await this.#sessions.open(user, from);
    this.#events.loggedIn(user.name, from.address);
    return { user, ...opened };
  }

  async #refuseWhenThrottled(name: string, from: LoginFrom): Promise<void> {
    for (const { key, limit } of throttleKeys(name, from)) {
      const { count, until } = await this.#store.throttles.peek(key);
      if (count < limit) continue;
      const seconds = Math.max(1, Math.ceil((until.getTime() - this.#now().getTime()) / 1000));
      this.#events.loginRefused(name, from.address, 'throttled');
      throw new HubError('too_many', 'Too many failed logins. Wait a little, then try again.', {
        retryAfterSeconds: seconds,
      });
    }
  }

  /** The user's row, made at the first login; admins of the config are made admins. */
  async #admit(name: string): Promise<User> {
    const admin = this.#rule.admins.has(name);
    const now = this.#now();
    return this.#store.transaction(async (tx) => {
      await tx.users.insert([{ name, admin }]);
      const user = await tx.users.get(name);
      if (!user) throw new HubError('internal', 'The user could not be stored.', { detail: name });
      await tx.users.touch([{ id: user.id, at: now }]);
      if (!admin || user.admin) return user;
      return (await tx.users.update(user.id, { admin: true })) ?? user;
    });
  }
}

function userAndAddressKey(name: string, from: LoginFrom): string {
  return `login:user-address:${name}:${from.address}`;
}

function throttleKeys(
  name: string,
  from: LoginFrom,
): readonly { readonly key: string; readonly limit: number }[] {
  return [
    { key: userAndAddressKey(name, from), limit: THROTTLE.perUserAndAddress },
    { key: `login:user:${name}`, limit: THROTTLE.perUser },
    { key: `login:address:${from.address}`, limit: THROTTLE.perAddress },
  ];
}
