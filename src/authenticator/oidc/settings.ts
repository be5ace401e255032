/** What one service is set up with. Times are in seconds, addresses are whole. */
import type { ProviderName } from './providers/table.ts';

export interface ServiceSettings {
  readonly provider: ProviderName;
  /** What `GET /hub/api/info` calls it. */
  readonly className: string;
  /** What people call it; null: what the provider is called. */
  readonly title: string | null;
  readonly clientId: string;
  /** Null: the service asks for none. */
  readonly clientSecret: string | null;
  /** Where the browser comes back to; null: the hub's own address, as the browser sees it. */
  readonly callbackUrl: string | null;
  /** Named outright, it must be what the service calls itself; null: found by the endpoints, where they show it. */
  readonly issuer: string | null;
  /** Null: the provider's own, or what the issuer names. */
  readonly authorizeUrl: string | null;
  readonly tokenUrl: string | null;
  readonly userdataUrl: string | null;
  /** Null: the provider's own. */
  readonly scope: readonly string[] | null;
  /** A claim, or a path to one such as `profile.name`; null: the provider's own. */
  readonly usernameClaim: string | null;
  /** A claim, or a path to one, that lists groups; null: none is looked at. */
  readonly groupsClaim: string | null;
  readonly userdataFromIdToken: boolean;
  readonly userdataParams: Readonly<Record<string, string>>;
  /** Whether the access token is shown in the address of the user data, and not in a header. */
  readonly tokenInUrl: boolean;
  readonly tokenParams: Readonly<Record<string, string>>;
  readonly authorizeParams: Readonly<Record<string, string>>;
  /** Whether the client's secret goes by HTTP Basic, and not in the form. */
  readonly basicAuth: boolean;
  readonly pkce: boolean;
  readonly options: ProviderOptions;
  /** The memberships that the rule of who is let in knows: nothing else is asked for. */
  readonly wanted: ReadonlySet<string>;
}

/** What only some providers know. */
export interface ProviderOptions {
  /** Its own address, where it is not the public one; of Auth0 the domain, of CILogon the host. */
  readonly url: string | null;
  readonly apiUrl: string | null;
  /** Of Entra. */
  readonly tenant: string | null;
  /** Of Google: whose mail addresses may log in. */
  readonly hostedDomains: readonly string[];
  /** Of Globus: the domain of the one institution that may log in. */
  readonly identityProvider: string | null;
  /** Of CILogon, by their entity ids; empty: any. */
  readonly identityProviders: Readonly<Record<string, IdentityProviderRule>>;
  readonly skin: string | null;
  readonly allowUnverifiedEmail: boolean;
}

/** How people of one institution are named. */
export interface IdentityProviderRule {
  readonly usernameClaim: string;
  /** `strip`: the domain is taken off the name. `prefix`: the text is put before it. */
  readonly action: 'none' | 'strip' | 'prefix';
  /** The domain or the prefix. */
  readonly text: string;
}
