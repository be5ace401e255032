/** From a filled-in form to a session: throttle, authenticator, admission. */
import { accountName } from '../authenticator/allow-rule.ts';
import type { Credentials, LoginWay, PasswordAuthenticator } from '../authenticator/authenticator.ts';
import { HubError } from '../domain/errors.ts';
import { userNameProblem } from '../domain/user.ts';
import type { Store } from '../store/store.ts';
import type { Admission, LoginFrom, OpenedSession } from './admission.ts';
import type { HubEvents } from './events.ts';

/** How many failures within the window close the door, and for how long at most. */
export interface LoginThrottle {
  readonly windowSeconds: number;
  /** One person at one address: someone guesses, or has forgotten. */
  readonly perUser: number;
  /** One address: a whole classroom may sit behind it, so it is wide. */
  readonly perAddress: number;
}

/** One person from anywhere, as often as from one address: a distributed guess. */
const ADDRESSES_PER_USER = 10;

export class Login {
  readonly #store: Store;
  readonly #way: PasswordWay | undefined;
  readonly #admission: Admission;
  readonly #throttle: LoginThrottle;
  readonly #events: HubEvents;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    /** All ways into the hub; a form asks for the first that wants a password. */
    readonly ways: readonly LoginWay[];
    readonly admission: Admission;
    readonly throttle: LoginThrottle;
    readonly events: HubEvents;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#way = parts.ways.find((way): way is PasswordWay => way.authenticator.kind === 'password');
    this.#admission = parts.admission;
    this.#throttle = parts.throttle;
    this.#events = parts.events;
    this.#now = parts.now;
  }

  /** Whether anyone can log in with a password. */
  get takesPasswords(): boolean {
    return this.#way !== undefined;
  }

  /**
   * @throws HubError `forbidden` where name and password do not belong together or the person is not let in;
   * `too_many` after too many failures, with the seconds to wait; `not_found` where nobody logs in with a password here.
   */
  async withPassword(credentials: Credentials, from: LoginFrom): Promise<OpenedSession> {
    const way = this.#way;
    if (way === undefined) throw new HubError('not_found', 'Nobody logs in with a password here.');
    const name = accountName(credentials.username, way.rule);
    const problem = userNameProblem(name);
    if (problem)
      throw new HubError('forbidden', 'This name and password do not belong together.', { detail: problem });
    await this.#refuseWhenThrottled(name, from);
    const identity = await way.authenticator.authenticate({ ...credentials, username: name });
    if (!identity) {
      await Promise.all(
        throttleKeys(name, from, this.#throttle).map(({ key }) =>
          this.#store.throttles.hit(key, this.#throttle.windowSeconds),
        ),
      );
      this.#events.loginRefused(name, from.address, 'password');
      throw new HubError('forbidden', 'This name and password do not belong together.');
    }
    const opened = await this.#admission.admit(identity, { way, from });
    await this.#store.throttles.clear(userAndAddressKey(name, from));
    return opened;
  }

  async #refuseWhenThrottled(name: string, from: LoginFrom): Promise<void> {
    for (const { key, limit } of throttleKeys(name, from, this.#throttle)) {
      const { count, until } = await this.#store.throttles.peek(key);
      if (count < limit) continue;
      const seconds = Math.max(1, Math.ceil((until.getTime() - this.#now().getTime()) / 1000));
      this.#events.loginRefused(name, from.address, 'throttled');
      throw new HubError('too_many', 'Too many failed logins. Wait a little, then try again.', {
        retryAfterSeconds: seconds,
      });
    }
  }
}

type PasswordWay = LoginWay & { readonly authenticator: PasswordAuthenticator };

function userAndAddressKey(name: string, from: LoginFrom): string {
  return `login:user-address:${name}:${from.address}`;
}

function throttleKeys(
  name: string,
  from: LoginFrom,
  { perUser, perAddress }: LoginThrottle,
): readonly { readonly key: string; readonly limit: number }[] {
  return [
    { key: userAndAddressKey(name, from), limit: perUser },
    { key: `login:user:${name}`, limit: perUser * ADDRESSES_PER_USER },
    { key: `login:address:${from.address}`, limit: perAddress },
  ];
}
