/**
 * Logging in at another place: the browser is sent there and comes back. What must be known when it does is sealed and
 * kept by the browser itself, so that any hub can take it up, and no other browser can.
 */
import { accountName } from '../authenticator/allow-rule.ts';
import type { Identity, LoginService, LoginWay } from '../authenticator/authenticator.ts';
import { HubError } from '../domain/errors.ts';
import { openSealedText, sealText } from '../lib/sealed-text.ts';
import { hashSecret, secretsEqual } from '../lib/secret.ts';
import type { Store } from '../store/store.ts';
import type { Admission, LoginFrom, OpenedSession } from './admission.ts';
import type { HubEvents } from './events.ts';

/** How long somebody may take at the other place. */
const MINUTES = 15;

export interface ServiceChoice {
  readonly id: string;
  /** What people call the service; null where nobody says. */
  readonly title: string | null;
}

export interface LogoutPage {
  /** What people call the service; null where nobody says. */
  readonly title: string | null;
  readonly url: string;
}

/** To be kept by the browser until it comes back. */
export interface BegunServiceLogin {
  readonly url: string;
  /** Names this login among others that the same browser has begun. */
  readonly flow: string;
  readonly sealed: string;
}

/** `next` is where the browser wanted to go, known wherever the browser still had what it kept. */
export type FinishedServiceLogin = { readonly next: string | undefined; readonly way: string | undefined } & (
  | { readonly opened: OpenedSession }
  | { readonly refused: HubError }
);

export class ServiceLogin {
  readonly #store: Store;
  readonly #ways: readonly ServiceWay[];
  readonly #admission: Admission;
  readonly #events: HubEvents;
  readonly #seal: { readonly key: string; readonly purpose: string };
  readonly #now: () => Date;

  constructor(parts: {
    readonly store: Store;
    /** All ways into the hub. */
    readonly ways: readonly LoginWay[];
    readonly admission: Admission;
    readonly events: HubEvents;
    /** A secret that all hubs of a course have. */
    readonly key: string;
    readonly now: () => Date;
  }) {
    this.#store = parts.store;
    this.#ways = parts.ways.filter((way): way is ServiceWay => way.authenticator.kind === 'service');
    this.#admission = parts.admission;
    this.#events = parts.events;
    this.#seal = { key: parts.key, purpose: 'service-login' };
    this.#now = parts.now;
  }

  /** Where one can log in. */
  get choices(): readonly ServiceChoice[] {
    return this.#ways.map(({ id, authenticator }) => ({ id, title: authenticator.title }));
  }

  /** Where people log out there, of the services that have such a page. */
  async logoutPages(): Promise<readonly LogoutPage[]> {
    const pages = await Promise.all(
      this.#ways.map(async ({ authenticator }) => ({
        title: authenticator.title,
        url: await authenticator.logoutUrl(),
      })),
    );
    return pages.filter((page): page is LogoutPage => page.url !== null);
  }

  /**
   * @param id of the way; undefined where there is only one
   * @param options.hubCallbackUrl where the browser comes back to, by the address that it knows the hub by
   * @throws HubError `not_found` where there is no such way; `unavailable` where the service does not answer.
   */
  async begin(
    id: string | undefined,
    options: { readonly hubCallbackUrl: string; readonly next: string | undefined; readonly from: LoginFrom },
  ): Promise<BegunServiceLogin> {
    const way = this.#ways.find((one) => id === undefined || one.id === id);
    if (way === undefined) throw new HubError('not_found', 'There is no such way to log in here.');
    const callbackUrl = way.authenticator.callbackUrl ?? options.hubCallbackUrl;
    try {
      const { url, state, kept } = await way.authenticator.begin({ callbackUrl });
      const begun: Kept = {
        way: way.id,
        state,
        kept,
        callbackUrl,
        next: options.next,
        until: this.#now().getTime() + MINUTES * 60_000,
      };
      return { url, flow: flowOf(state), sealed: sealText(JSON.stringify(begun), this.#seal) };
    } catch (error) {
      this.#tell(way, options.from, error);
      throw error;
    }
  }

  /** Which of the logins that a browser has begun an answer belongs to; undefined where it says none. */
  flowOf(answer: URLSearchParams): string | undefined {
    const state = answer.get('state');
    return state ? flowOf(state) : undefined;
  }

  /** @param sealed what the browser kept for this flow */
  async finish(
    answer: URLSearchParams,
    { sealed, from }: { readonly sealed: string | undefined; readonly from: LoginFrom },
  ): Promise<FinishedServiceLogin> {
    const text = sealed === undefined ? undefined : openSealedText(sealed, this.#seal);
    const begun = text === undefined ? undefined : (JSON.parse(text) as Kept);
    const way = this.#ways.find(({ id }) => id === begun?.way);
    const state = answer.get('state');
    if (begun === undefined || way === undefined || state === null || !secretsEqual(state, begun.state)) {
      return { next: undefined, way: undefined, refused: new HubError('forbidden', WORDS.unknown) };
    }
    const about = { next: begun.next, way: way.id };
    try {
      const identity = await this.#identify(way, begun, answer).catch((error) => {
        this.#tell(way, from, error);
        throw error;
      });
      const name = `${way.prefix}${accountName(identity.name, way.rule)}`;
      return { ...about, opened: await this.#admission.admit({ ...identity, name }, { way, from }) };
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
      return { ...about, refused: error };
    }
  }

  async #identify(way: ServiceWay, begun: Kept, answer: URLSearchParams): Promise<Identity> {
    if (begun.until < this.#now().getTime()) throw new HubError('forbidden', WORDS.expired);
    // Counted where every hub sees it, before the service is asked: of two requests with one state, one goes on.
    const key = `login:state:${hashSecret(begun.state)}`;
    const { count } = await this.#store.throttles.hit(key, 2 * MINUTES * 60);
    if (count > 1) throw new HubError('forbidden', WORDS.used);
    const { callbackUrl, kept } = begun;
    return way.authenticator.finish({ answer, callbackUrl, kept });
  }

  #tell(way: ServiceWay, { address }: LoginFrom, error: unknown): void {
    if (!(error instanceof HubError)) return;
    const { message, detail = '' } = error;
    this.#events.serviceLoginFailed(way.id, { address, message, detail });
  }
}

type ServiceWay = LoginWay & { readonly authenticator: LoginService };

interface Kept {
  readonly way: string;
  readonly state: string;
  readonly kept: string;
  readonly callbackUrl: string;
  readonly next: string | undefined;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const WORDS = {
  unknown:
    'This login was not begun in this browser, or too long ago. Begin again from the login page of the course.',
  expired: `This login took longer than ${MINUTES} minutes. Log in again.`,
  used: 'This login has been used already. Log in again.',
};

/** Not secret, and not the state itself: names of cookies are seen by all that the browser talks to on our origin. */
function flowOf(state: string): string {
  return hashSecret(state).slice(0, 16);
}
