/**
 * Asks login services from time to time whether a login still holds, and what they say of somebody now. Only logins that
 * left a refresh token behind can be asked about; who is at work waits no more than a moment for it.
 */
import { accountName } from '../authenticator/allow-rule.ts';
import type { LoginService, LoginWay } from '../authenticator/authenticator.ts';
import { HubError } from '../domain/errors.ts';
import type { User } from '../domain/user.ts';
import type { Store } from '../store/store.ts';
import type { Admission } from './admission.ts';
import type { AuthStates } from './auth-states.ts';
import type { HubEvents } from './events.ts';
import type { Sessions } from './sessions.ts';

/** How long a request waits for a service; what it says later still counts. */
const PATIENCE_MS = 2_000;

export class LoginRenewals {
  readonly #store: Store;
  readonly #ways: ReadonlyMap<string, RenewableWay>;
  readonly #authStates: AuthStates;
  readonly #admission: Admission;
  readonly #sessions: Sessions;
  readonly #events: HubEvents;
  readonly #now: () => Date;
  /** By user: when this hub looks again, in milliseconds since 1970. */
  readonly #due = new Map<number, number>();

  constructor(parts: {
    readonly store: Store;
    /** All ways into the hub. */
    readonly ways: readonly LoginWay[];
    readonly authStates: AuthStates;
    readonly admission: Admission;
    readonly sessions: Sessions;
    readonly events: HubEvents;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#ways = new Map(parts.ways.filter(isRenewable).map((way) => [way.id, way]));
    this.#authStates = parts.authStates;
    this.#admission = parts.admission;
    this.#sessions = parts.sessions;
    this.#events = parts.events;
    this.#now = parts.now;
  }

  /** Whether the service has ended this user's login, which logs them out in every browser. Throws nothing. */
  async hasEnded(user: User): Promise<boolean> {
    const now = this.#now().getTime();
    if (this.#ways.size === 0 || (this.#due.get(user.id) ?? 0) > now) return false;
    const ages = [...this.#ways.values()].map((way) => way.renewSeconds);
    this.#due.set(user.id, now + Math.min(...ages) * 1000);
    const renewed = this.#renew(user).catch((error: unknown) => {
      // A service that is away ends no login.
      this.#events.loginNotRenewed(user.name, error);
      return false;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, false);
    });
    return Promise.race([renewed, late]).finally(() => clearTimeout(timer));
  }

  async #renew(user: User): Promise<boolean> {
    const kept = await this.#authStates.read(user);
    const way = this.#ways.get(kept?.way ?? '');
    if (kept === null || way === undefined || typeof kept.state.refresh_token !== 'string') return false;
    const due = kept.at + way.renewSeconds * 1000;
    if (due > this.#now().getTime()) {
      this.#due.set(user.id, due);
      return false;
    }
    // Counted where every hub sees it: services take a refresh token that is shown twice for a stolen one.
    const { count } = await this.#store.throttles.hit(`login:renewal:${user.id}`, way.renewSeconds);
    if (count > 1) return false;
    const said = await way.authenticator.renew(kept.state);
    if (said.kind === 'ended') {
      // Unless they have logged in anew meanwhile.
      if ((await this.#authStates.read(user))?.sealed !== kept.sealed) return false;
      await this.#authStates.set(user, null);
      this.#events.loginEnded(user.name, way.id);
      await this.#sessions.closeAll(user);
      return true;
    }
    const isStill = await this.#authStates.renew(user, {
      kept,
      state: said.authState,
      at: this.#now().getTime(),
    });
    if (said.failure !== null) throw said.failure;
    const name = `${way.prefix}${accountName(said.identity.name, way.rule)}`;
    if (name !== user.name) {
      throw new HubError('conflict', 'The login service calls them by another name now.', { detail: name });
    }
    if (isStill) await this.#admission.renew(user, { ...said.identity, name }, way);
    return false;
  }
}

type RenewableWay = LoginWay & { readonly authenticator: LoginService; readonly renewSeconds: number };

function isRenewable(way: LoginWay): way is RenewableWay {
  return way.authenticator.kind === 'service' && way.keepsAuthState && way.renewSeconds !== null;
}
