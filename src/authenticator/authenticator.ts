/**
 * Who someone is. The contract of all authenticators; whether they are let in is one rule for all (`allow-rule.ts`). A
 * hub may have several ways in, each with its own rule.
 */
import type { AuthState } from '../domain/auth-state.ts';
import type { HubError } from '../domain/errors.ts';
import type { PasswordRules } from '../domain/password.ts';
import type { AllowRule } from './allow-rule.ts';

export type Authenticator = PasswordAuthenticator | LoginService | NoAuthenticator;

/** One way in. */
export interface LoginWay {
  /** Tells it from the others, in addresses and in the log. */
  readonly id: string;
  readonly authenticator: Authenticator;
  readonly rule: AllowRule;
  /** What somebody is told who is not let in; null: our words. */
  readonly refusal: string | null;
  /** Whether people are in the groups that this way says at their login, and in no others. */
  readonly managesGroups: boolean;
  /** Whether what a login leaves behind is kept. */
  readonly keepsAuthState: boolean;
  /** After how many seconds the service is asked again about a login of which something is kept; null: never. */
  readonly renewSeconds: number | null;
  /** What the names of its people begin with here, so that they are not mistaken for others of the same name. */
  readonly prefix: string;
  /** What names of other ways begin with: nobody of this one may have such a name. */
  readonly foreignPrefixes: readonly string[];
}

export type PasswordWay = LoginWay & { readonly authenticator: PasswordAuthenticator };

/** The way whose name and password the form asks for: the first of its kind. */
export function passwordWayOf(ways: readonly LoginWay[]): PasswordWay | undefined {
  return ways.find((way): way is PasswordWay => way.authenticator.kind === 'password');
}

/** Asks for name and password on a page of ours. */
export interface PasswordAuthenticator {
  readonly kind: 'password';
  /** What `GET /hub/api/info` calls it. */
  readonly className: string;
  /** How people come by passwords of their own; null: they have none. */
  readonly rules: PasswordRules | null;

  /** Whether this name's password is one that its owner chooses. */
  chooses(name: string): boolean;

  /**
   * Checks what was typed into the login form; the name is normalised.
   * @returns who it is, or undefined where name and password do not belong together.
   * @throws HubError `forbidden`, with words for whoever wants to log in, where they do and it opens nothing yet.
   */
  authenticate(credentials: Credentials): Promise<Identity | undefined>;
}

/** Lets nobody in. */
export interface NoAuthenticator {
  readonly kind: 'none';
  readonly className: string;
}

/** Asks on pages of its own: the browser goes there and comes back. Keeps nothing between the two. */
export interface LoginService {
  readonly kind: 'service';
  readonly className: string;
  /** What people call it; null where nobody says. */
  readonly title: string | null;
  /** Where it sends the browser back to; null: the hub's own address, as the browser sees it. */
  readonly callbackUrl: string | null;

  /** @throws HubError `unavailable` where the service does not answer, with words for whoever wants to log in. */
  begin(options: { readonly callbackUrl: string }): Promise<BegunLogin>;

  /**
   * Any hub may be asked, not only the one that began.
   * @param answer the query with which the browser came back; its state has been checked
   * @returns who it is, with a name that is not yet normalised.
   * @throws HubError `forbidden` where the service or the person says no, `unavailable` where the service does not answer
   * or does not accept this hub. Its `detail` is for the log and holds no secret.
   */
  finish(begun: FinishOptions): Promise<Identity>;

  /**
   * Asks anew about a login, with the refresh token that it left behind (RFC 6749, 6).
   * @throws HubError as `finish` does, where the refresh token has not been used
   */
  renew(state: AuthState): Promise<RenewedLogin>;

  /**
   * Where somebody logs out there (OpenID Connect RP-Initiated Logout 1.0): without that, the next one at the same browser
   * is let in without being asked. Null where the service offers no such page, or has not answered yet.
   */
  logoutUrl(): Promise<string | null>;

  /** Whether a login could begin now. @throws HubError as `begin` does. */
  check(): Promise<void>;
}

export interface BegunLogin {
  /** Where the browser goes. */
  readonly url: string;
  /** Comes back in the query. */
  readonly state: string;
  /** For `finish`. Secret: it is sealed before it leaves the hub. */
  readonly kept: string;
}

export interface FinishOptions {
  readonly answer: URLSearchParams;
  readonly callbackUrl: string;
  readonly kept: string;
}

/**
 * What a service says of a login later: that it has ended, or who it is now, with what it leaves behind from now on. That is
 * there even where nothing could be learned of the person, since a refresh token may be good for one time only.
 */
export type RenewedLogin =
  | { readonly kind: 'ended' }
  | ({ readonly kind: 'renewed'; readonly authState: AuthState } & (
      | { readonly identity: Identity; readonly failure: null }
      | { readonly identity: null; readonly failure: HubError }
    ));

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

export interface Identity {
  readonly name: string;
  /** What the authenticator says that they belong to, in the words of its rule: `group:students`. */
  readonly memberships: ReadonlySet<string>;
  /** What the login leaves behind; there is none without a login service. */
  readonly authState?: AuthState;
}

export const NO_MEMBERSHIPS: ReadonlySet<string> = new Set();
