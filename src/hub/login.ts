/** From a filled-in form to a session: throttle, authenticator, admission. */
import { accountName } from '../authenticator/allow-rule.ts';
import {
  type Credentials,
  type LoginWay,
  type PasswordWay,
  passwordWayOf,
} from '../authenticator/authenticator.ts';
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
  /**
   * One address: a whole classroom may sit behind it, so it is wide, and does not close the door. From then on, people
   * whom the course knows have one failure each there, and others none.
   */
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
    this.#way = passwordWayOf(parts.ways);
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
    await this.#refuseWhenThrottled(name, { way, from });
    const identity = await way.authenticator.authenticate({ ...credentials, username: name });
    if (!identity) {
      await Promise.all(
        [userKey(name), addressKey(from)].map((key) =>
          this.#store.throttles.hit(key, this.#throttle.windowSeconds),
        ),
      );
      this.#events.loginRefused(name, from.address, 'password');
      throw new HubError('forbidden', 'This name and password do not belong together.');
    }
    return await this.#admission.admit(identity, {
      way,
      from,
      alongside: (tx) => tx.throttles.clear(userAndAddressKey(name, from)),
    });
  }

  async #refuseWhenThrottled(name: string, { way, from }: Attempt): Promise<void> {
    const { perUser, perAddress } = this.#throttle;
    // Counted before the password is looked at, until it was right: many at once would all find the door open.
    const here = await this.#store.throttles.hit(userAndAddressKey(name, from), this.#throttle.windowSeconds);
    if (here.count > perUser) this.#refuse(name, from, here.until);
    const anywhere = await this.#store.throttles.peek(userKey(name));
    if (anywhere.count >= perUser * ADDRESSES_PER_USER) this.#refuse(name, from, anywhere.until);
    const address = await this.#store.throttles.peek(addressKey(from));
    if (address.count < perAddress) return;
    if (here.count > 1) this.#refuse(name, from, here.until);
    // Names that are made up give as many tries as one likes.
    if (!(await this.#knows(name, way))) this.#refuse(name, from, address.until);
  }

  async #knows(name: string, { rule }: LoginWay): Promise<boolean> {
    const listed = [rule.users, rule.admins, rule.instructors].some((names) => names.has(name));
    return listed || (await this.#store.users.get(name)) !== undefined;
  }

  #refuse(name: string, from: LoginFrom, until: Date): never {
    const seconds = Math.max(1, Math.ceil((until.getTime() - this.#now().getTime()) / 1000));
    this.#events.loginRefused(name, from.address, 'throttled');
    throw new HubError('too_many', 'Too many failed logins. Wait a little, then try again.', {
      retryAfterSeconds: seconds,
    });
  }
}

interface Attempt {
  readonly way: LoginWay;
  readonly from: LoginFrom;
}

function userAndAddressKey(name: string, { address }: LoginFrom): string {
  return `login:user-address:${name}:${address}`;
}

function userKey(name: string): string {
  return `login:user:${name}`;
}

function addressKey({ address }: LoginFrom): string {
  return `login:address:${address}`;
}
