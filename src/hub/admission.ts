/** From who somebody is to a session: allow rule, user, session. The same for every way in. */
import { isAdmin, isAllowed } from '../authenticator/allow-rule.ts';
import type { Identity, LoginWay } from '../authenticator/authenticator.ts';
import { HubError } from '../domain/errors.ts';
import { groupNameProblem } from '../domain/group.ts';
import type { Session } from '../domain/session.ts';
import { type User, userNameProblem } from '../domain/user.ts';
import type { Repositories, Store } from '../store/store.ts';
import type { AuthStates, KeptLogin } from './auth-states.ts';
import type { HubEvents } from './events.ts';
import type { Sessions } from './sessions.ts';

/** What memberships of groups begin with. */
const GROUP = 'group:';

export interface LoginFrom {
  readonly address: string;
  readonly userAgent: string;
}

/** Somebody who is logged in now; `secret` is for their browser's cookie and stored nowhere. */
export interface OpenedSession {
  readonly user: User;
  readonly session: Session;
  readonly secret: string;
}

export class Admission {
  readonly #store: Store;
  readonly #sessions: Sessions;
  readonly #authStates: AuthStates;
  readonly #events: HubEvents;
  readonly #contact: string | null;
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    readonly sessions: Sessions;
    readonly authStates: AuthStates;
    readonly events: HubEvents;
    /** Whom someone who is not let in can ask. */
    readonly contact: string | null;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#sessions = parts.sessions;
    this.#authStates = parts.authStates;
    this.#events = parts.events;
    this.#contact = parts.contact;
    this.#now = parts.now;
  }

  /** Whom to ask, in the middle of a sentence. */
  get contact(): string {
    return this.#contact ?? 'whoever teaches this course';
  }

  /**
   * @param identity with the name that it has here (`accountName`)
   * @param alongside is written with it, or not at all; may run more than once
   * @throws HubError `forbidden` where they are not let in.
   */
  async admit(
    identity: Identity,
    {
      way,
      from,
      alongside,
    }: {
      readonly way: LoginWay;
      readonly from: LoginFrom;
      readonly alongside?: (tx: Repositories) => Promise<void>;
    },
  ): Promise<OpenedSession> {
    const foreign = way.foreignPrefixes.some((prefix) => identity.name.startsWith(prefix));
    const problem = foreign ? 'a name of another way to log in' : userNameProblem(identity.name);
    if (problem) {
      throw new HubError('forbidden', `You cannot be let in under this name. Ask ${this.contact} for help.`, {
        detail: problem,
      });
    }
    const exists = way.rule.existingUsers && (await this.#store.users.get(identity.name)) !== undefined;
    if (!isAllowed(identity, way.rule, { exists })) {
      this.#events.loginRefused(identity.name, from.address, 'not_allowed');
      throw new HubError(
        'forbidden',
        way.refusal ??
          `“${identity.name}” is not on the list of this course. Ask ${this.contact} to be added.`,
      );
    }
    const kept = {
      admin: isAdmin(identity, way.rule),
      groups: way.managesGroups ? this.#groupsOf(identity) : undefined,
      // Of a login that nothing is kept of, nothing of an earlier one stays either.
      kept:
        identity.authState &&
        (way.keepsAuthState ? { way: way.id, state: identity.authState, at: this.#now().getTime() } : null),
    };
    // Somebody waits while it is written: it is one transaction, with one wait for the disk.
    const opened = await this.#store.transaction(async (tx) => {
      const user = await this.#keep(identity.name, kept, tx);
      await alongside?.(tx);
      return { user, ...(await this.#sessions.open(user, from, tx)) };
    });
    this.#events.loggedIn(opened.user.name, from.address);
    return opened;
  }

  /** What a service says later of somebody who was admitted. @param identity with the name that it has here */
  async renew({ id }: User, identity: Identity, way: LoginWay): Promise<void> {
    const admin = isAdmin(identity, way.rule);
    const groups = way.managesGroups ? this.#groupsOf(identity) : undefined;
    await this.#store.transaction(async (tx) => {
      if (groups !== undefined) await tx.groups.setOfUser(id, groups);
      if (admin !== undefined) await tx.users.update(id, { admin });
    });
  }

  /** What the login says of their groups, but for those that no group can be called. */
  #groupsOf({ name, memberships }: Identity): readonly string[] {
    const said = [...memberships]
      .filter((one) => one.startsWith(GROUP))
      .map((one) => one.slice(GROUP.length));
    const impossible = said.filter((group) => groupNameProblem(group) !== undefined);
    if (impossible.length > 0) this.#events.groupsPassedOver(name, impossible);
    return said.filter((group) => !impossible.includes(group));
  }

  /** The user's row, made at the first login. What is undefined stays as it is. */
  async #keep(
    name: string,
    {
      admin,
      groups,
      kept,
    }: {
      readonly admin: boolean | undefined;
      readonly groups: readonly string[] | undefined;
      readonly kept: Omit<KeptLogin, 'sealed'> | null | undefined;
    },
    tx: Repositories,
  ): Promise<User> {
    await tx.users.insert([{ name, admin: admin ?? false }]);
    const user = await tx.users.get(name);
    if (!user) throw new HubError('internal', 'The user could not be stored.', { detail: name });
    await tx.users.touch([{ id: user.id, at: this.#now() }]);
    if (kept !== undefined) await this.#authStates.set(user, kept, tx);
    if (groups !== undefined) await tx.groups.setOfUser(user.id, groups);
    if (admin === undefined || user.admin === admin) return user;
    return (await tx.users.update(user.id, { admin })) ?? user;
  }
}
