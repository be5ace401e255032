/** Passwords that people choose themselves: signing up, approval, change. */
import { accountName, isAllowed } from '../authenticator/allow-rule.ts';
import {
  type LoginWay,
  NO_MEMBERSHIPS,
  type PasswordWay,
  passwordWayOf,
} from '../authenticator/authenticator.ts';
import { HubError } from '../domain/errors.ts';
import { type PasswordAccount, type PasswordRules, passwordProblem } from '../domain/password.ts';
import { type User, userNameProblem } from '../domain/user.ts';
import { hashPassword, verifyPassword } from '../lib/password-hash.ts';
import type { Store } from '../store/store.ts';
import type { LoginFrom } from './admission.ts';
import type { HubEvents } from './events.ts';
import type { LoginThrottle } from './login.ts';
import type { Sessions } from './sessions.ts';

export class PasswordAccounts {
  readonly #store: Store;
  readonly #way: PasswordWay | undefined;
  readonly #sessions: Sessions;
  readonly #throttle: LoginThrottle;
  readonly #events: HubEvents;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    /** All ways into the hub; the first with passwords of people's own counts. */
    readonly ways: readonly LoginWay[];
    readonly sessions: Sessions;
    readonly throttle: LoginThrottle;
    readonly events: HubEvents;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#way = passwordWayOf(parts.ways);
    this.#sessions = parts.sessions;
    this.#throttle = parts.throttle;
    this.#events = parts.events;
    this.#now = parts.now;
  }

  /** Null: nobody has a password of their own here. */
  get rules(): PasswordRules | null {
    return this.#way?.authenticator.rules ?? null;
  }

  /**
   * @returns whether the account is open, or waits for approval.
   * @throws HubError `not_found` where nobody signs up here, `invalid` for an impossible name or password, `forbidden`
   * for a name that is not let in, `conflict` where the name has a password, `too_many` after many of one address.
   */
  async signUp(
    wanted: { readonly username: string; readonly password: string; readonly email: string | null },
    from: LoginFrom,
  ): Promise<'open' | 'waiting'> {
    const way = this.#way;
    const rules = way?.authenticator.rules;
    if (!way || !rules?.signUp) throw new HubError('not_found', 'Nobody signs up here.');
    await this.#count(`sign-up:${from.address}`, {
      most: this.#throttle.perAddress,
      refusal: 'Too many accounts were asked for. Wait a little, then try again.',
    });
    const name = accountName(wanted.username, way.rule);
    const problem = userNameProblem(name);
    if (problem) throw new HubError('invalid', `This cannot be your name: ${problem}.`);
    const weak = passwordProblem(wanted.password, { name, minimumLength: rules.minimumLength });
    if (weak) throw new HubError('invalid', weak);
    if (!isAllowed({ name, memberships: NO_MEMBERSHIPS }, way.rule, { exists: false })) {
      throw new HubError('forbidden', `“${name}” is not on the list of this course.`);
    }
    if (!way.authenticator.chooses(name)) throw taken(name);
    const createdAt = this.#now();
    // Somebody must be the first who can approve others; whoever administers is named by the file.
    const approved = rules.open || way.rule.admins.has(name);
    const hash = await hashPassword(wanted.password);
    const account = { name, hash, approved, email: wanted.email, createdAt, changedAt: createdAt };
    if (!(await this.#store.passwords.insert(account))) throw taken(name);
    this.#events.signedUp(name, from.address, approved);
    return approved ? 'open' : 'waiting';
  }

  /** Whether this user has a password to change. */
  async has(user: User): Promise<boolean> {
    return this.rules !== null && (await this.#store.passwords.get(user.name)) !== undefined;
  }

  /**
   * Logs out all other browsers of the user.
   * @param keep the session that goes on
   * @throws HubError `forbidden` where `old` is wrong, `invalid` where the new one will not do, `too_many`
   */
  async change(
    user: User,
    change: { readonly old: string; readonly next: string; readonly keep: string | undefined },
  ): Promise<void> {
    const key = `change-password:${user.name}`;
    await this.#count(key, {
      most: this.#throttle.perUser,
      refusal: 'Too many failed attempts. Wait a little, then try again.',
    });
    const account = await this.#store.passwords.get(user.name);
    if (!(await verifyPassword(change.old, account?.hash))) {
      throw new HubError('forbidden', 'This is not your password.');
    }
    const minimumLength = this.rules?.minimumLength ?? 1;
    const weak = passwordProblem(change.next, { name: user.name, minimumLength });
    if (weak) throw new HubError('invalid', weak);
    await this.#store.passwords.setHash(user.name, await hashPassword(change.next), this.#now());
    await this.#store.throttles.clear(key);
    this.#events.passwordChanged(user.name);
    for (const session of await this.#sessions.list(user)) {
      if (session.id !== change.keep) await this.#sessions.close(session);
    }
  }

  /** All of them, by name. */
  list(): Promise<readonly PasswordAccount[]> {
    return this.#store.passwords.list();
  }

  async approve(name: string, by: string): Promise<void> {
    if (await this.#store.passwords.approve(name)) this.#events.accountApproved(name, by);
  }

  /** Whoever has the name chooses a new password, by signing up or at their next login. Their browsers are logged out. */
  async discard(name: string, by: string): Promise<void> {
    if (!(await this.#store.passwords.delete(name))) return;
    this.#events.accountDiscarded(name, by);
    const user = await this.#store.users.get(name);
    if (user) await this.#sessions.closeAll(user);
  }

  /** @throws HubError `too_many` where it is one too many within the window */
  async #count(
    key: string,
    { most, refusal }: { readonly most: number; readonly refusal: string },
  ): Promise<void> {
    const { count, until } = await this.#store.throttles.hit(key, this.#throttle.windowSeconds);
    if (count <= most) return;
    throw new HubError('too_many', refusal, {
      retryAfterSeconds: Math.max(1, (until.getTime() - this.#now().getTime()) / 1000),
    });
  }
}

function taken(name: string): HubError {
  return new HubError('conflict', `There is an account “${name}” already.`);
}
