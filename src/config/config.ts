/**
 * What a course's config.yaml says, checked, translated to one schema, with every default filled in. Secrets are not in
 * it (`Secrets`). Parts get their own piece of it from `main/`; no part gets the whole.
 */

import type { GroupWithMembers } from '../domain/group.ts';
import type { Language } from '../domain/language.ts';
import type { PasswordRules } from '../domain/password.ts';
import type { Role } from '../domain/role.ts';
import type { Service } from '../domain/service.ts';
import type { Generation } from './generations.ts';
import type { KubernetesConfig, PodPieces } from './kubernetes.ts';
import type { AzureConfig, ImageConfig, NotebooksConfig } from './provisioning.ts';

export type { Generation };

export interface Config {
  readonly generation: Generation;
  readonly course: CourseConfig;
  readonly hub: HubConfig;
  readonly login: LoginConfig;
  readonly server: ServerConfig;
  readonly proxy: ProxyConfig;
  readonly cull: CullConfig;
  readonly limits: LimitsConfig;
  /** In order of the file. */
  readonly services: readonly Service[];
  readonly rights: RightsConfig;
  /** Null where the file has none. */
  readonly azure: AzureConfig | null;
  readonly image: ImageConfig | null;
  readonly notebooks: NotebooksConfig;
  /** What only a cluster has; nothing else reads it. */
  readonly kubernetes: KubernetesConfig;
}

/** Who may do what beside what everybody may: as the file says it, names of users normalised. */
export interface RightsConfig {
  readonly roles: readonly Role[];
  readonly groups: readonly GroupWithMembers[];
  /** What each scope of the course carries with it. */
  readonly customScopes: Readonly<Record<string, readonly string[]>>;
}

export interface CourseConfig {
  /** Shown on every page. */
  readonly name: string;
  /** What pages are written in for readers of whom nothing is known. */
  readonly language: Language;
  /** A paragraph for the login page; null where the file has none. */
  readonly welcome: string | null;
  /** Whom students turn to: a name or an address; null where the file says nobody. */
  readonly contact: string | null;
  /** CSS colour; null for ours. */
  readonly accentColor: string | null;
  /** Null for ours. */
  readonly logo: { readonly light: Picture; readonly dark: Picture | null } | null;
  /** IANA name. */
  readonly timeZone: string;
  /** When the course meets, in order of start. */
  readonly sessions: readonly ClassSession[];
  /** How many students are expected; null where the file does not say. */
  readonly students: number | null;
}

export interface Picture {
  /** Media type. */
  readonly type: string;
  readonly base64: string;
}

/** Times in ISO 8601, UTC. */
export interface ClassSession {
  readonly title: string | null;
  readonly start: string;
  readonly end: string;
}

export interface HubConfig {
  /** Begins and ends with '/'. */
  readonly baseUrl: string;
  /** The origin of the hub, where each user and service has a domain below it; null: all are on one. */
  readonly subdomainHost: string | null;
  /** How many starts go on at once; null: no limit. */
  readonly concurrentSpawnLimit: number | null;
  /** How many servers may be active at once; null: no limit. */
  readonly activeServerLimit: number | null;
  /** Programs that find the course full are told to come back after a time between these two, in seconds. */
  readonly retryAfterSeconds: readonly [number, number];
  /** Whether a user may have servers beside the default one. */
  readonly allowNamedServers: boolean;
  /** Per user, beside the default one; null: no limit. */
  readonly namedServerLimitPerUser: number | null;
  /** Whether logging out stops the user's servers. */
  readonly shutdownOnLogout: boolean;
  /** Whether `/` leads to the user's running server rather than to the home page. */
  readonly redirectToServer: boolean;
  /** How long a login lasts. */
  readonly sessionDays: number;
  /** Addresses and networks of proxies before ours, whose word is believed on where a request came from. */
  readonly trustedProxies: readonly string[];
  /** Log more. */
  readonly debug: boolean;
  readonly database: DatabaseConfig;
}

export interface DatabaseConfig {
  /** The hub's own file, or the server that `Secrets.databaseUrl` names. */
  readonly kind: 'sqlite' | 'postgres';
  /** Whether a pooler that gives each transaction another connection stands before it. */
  readonly pooler: boolean;
}

export interface LoginConfig {
  /**
   * `service`: at another place, which `service` says; `dummy`: with one password for all; `own`: with passwords that people
   * choose, as `passwordRules` says; `none`: not at all.
   */
  readonly kind: 'dummy' | 'own' | 'service' | 'none';
  readonly passwordRules: PasswordRules | null;
  /** Whether a first login makes an account, where nobody else has made it; only with `passwordRules.firstUse`. */
  readonly createsUsers: boolean;
  /** Normalised names. */
  readonly allowedUsers: readonly string[];
  /** Let in without being listed in `allowedUsers`. */
  readonly adminUsers: readonly string[];
  /** Let in without being listed too; may see everybody's servers, start, stop and open them. */
  readonly instructors: readonly string[];
  /** Everyone who can log in is let in. */
  readonly allowAll: boolean;
  /** Whoever has an account already is let in. */
  readonly existingUsers: boolean;
  /** What else lets somebody in, or makes an administrator of them: `group:students`, `organization:acme:team`. */
  readonly allowedMemberships: readonly string[];
  readonly adminMemberships: readonly string[];
  /** Whether one reason is enough, or each list that is given must be met (OAuthenticator before 16). */
  readonly combine: 'any' | 'all';
  /** Kept out whatever else is said. */
  readonly blockedUsers: readonly string[];
  /** What names must match from their beginning, as a regular expression; null: any name. */
  readonly usernamePattern: string | null;
  /** Names that become others. */
  readonly usernameMap: Readonly<Record<string, string>>;
  /** What somebody is told who is not let in; null: our words. */
  readonly refusal: string | null;
  /** Whether the login page is passed over. */
  readonly autoLogin: boolean;
  /** Where a browser goes once it is logged out; null: to our login page. */
  readonly logoutUrl: string | null;
  readonly service: LoginServiceConfig | null;
  /** More places to log in at. */
  readonly others: readonly OtherLogin[];
}

export interface OtherLogin {
  /** Tells it from the others. */
  readonly id: string;
  /** What the names of its people begin with here; '' where they are the same people under the same names. */
  readonly prefix: string;
  /** Names in it have the prefix. */
  readonly login: LoginConfig;
}

/** Null: the provider's own, or what the service says of itself. Its secrets are in `Secrets`. */
export interface LoginServiceConfig {
  readonly provider: LoginProvider;
  /** JupyterHub's class. */
  readonly className: string;
  /** What people call it. */
  readonly title: string | null;
  readonly clientId: string;
  /** Null: the hub's own address, as the browser sees it. */
  readonly callbackUrl: string | null;
  readonly issuer: string | null;
  readonly authorizeUrl: string | null;
  readonly tokenUrl: string | null;
  readonly userdataUrl: string | null;
  readonly scope: readonly string[] | null;
  /** A claim, or a path to one. */
  readonly usernameClaim: string | null;
  readonly groupsClaim: string | null;
  /** Whether the groups of the course are those that the service says, and no others. */
  readonly managesGroups: boolean;
  /** Whether what a login leaves behind (tokens, what the service said) is kept for programs. */
  readonly keepsAuthState: boolean;
  /** How old what is kept may be before the service is asked again about somebody who is at work; null: any age. */
  readonly renewSeconds: number | null;
  readonly userdataFromIdToken: boolean;
  readonly userdataParams: Readonly<Record<string, string>>;
  readonly tokenInUrl: boolean;
  readonly authorizeParams: Readonly<Record<string, string>>;
  readonly basicAuth: boolean;
  readonly pkce: boolean;
  readonly options: LoginProviderOptions;
}

export const LOGIN_PROVIDERS = [
  'generic',
  'auth0',
  'azuread',
  'bitbucket',
  'cilogon',
  'github',
  'gitlab',
  'globus',
  'google',
  'openshift',
] as const;

export type LoginProvider = (typeof LOGIN_PROVIDERS)[number];

/** What only some providers know. */
export interface LoginProviderOptions {
  readonly url: string | null;
  readonly apiUrl: string | null;
  readonly tenant: string | null;
  readonly hostedDomains: readonly string[];
  readonly identityProvider: string | null;
  readonly identityProviders: Readonly<
    Record<
      string,
      { readonly usernameClaim: string; readonly action: 'none' | 'strip' | 'prefix'; readonly text: string }
    >
  >;
  readonly skin: string | null;
  readonly allowUnverifiedEmail: boolean;
}

export interface ServerConfig {
  /** For a cluster; null where the file names none. */
  readonly image: { readonly name: string; readonly tag: string } | null;
  /** Bytes. */
  readonly memory: { readonly limit: number | null; readonly guarantee: number | null };
  /** Cores. */
  readonly cpu: { readonly limit: number | null; readonly guarantee: number | null };
  readonly storage: StorageConfig;
  /** Command to run in a server before its user gets in. */
  readonly postStart: readonly string[] | null;
  /** Null: the image's or the spawner's own. */
  readonly command: readonly string[] | null;
  /** Path within the server that opens first; null: the server's own. */
  readonly defaultUrl: string | null;
  readonly startTimeoutSeconds: number;
}

export type StorageConfig =
  | { readonly type: 'none' }
  | { readonly type: 'dynamic'; readonly capacity: string; readonly homeMountPath: string }
  | {
      readonly type: 'static';
      readonly pvcName: string;
      readonly subPath: string;
      readonly homeMountPath: string;
    };

export interface ProxyConfig {
  readonly https: {
    /** Whether the file asks for https. */
    readonly enabled: boolean;
    /** Who has the certificate: fetched from Let's Encrypt, given in the file, in a Secret, or what stands before us. */
    readonly type: 'letsencrypt' | 'manual' | 'secret' | 'offload';
    readonly hosts: readonly string[];
    readonly letsencrypt: { readonly contactEmail: string | null; readonly acmeServer: string };
    /** In PEM, with `type: manual`; its key is in `Secrets`. */
    readonly certificate: string | null;
    /** With `type: secret`. */
    readonly secret: { readonly name: string | null; readonly key: string; readonly crt: string };
  };
}

/** What one person may ask of the hub. */
export interface LimitsConfig {
  readonly requestBytes: number;
  /** Null: no limit. */
  readonly tokensPerUser: number | null;
  /** After how many failures nobody logs in for a while. */
  readonly failedLogins: {
    readonly windowSeconds: number;
    /** From one address. */
    readonly perUser: number;
    readonly perAddress: number;
  };
}

export interface CullConfig {
  readonly enabled: boolean;
  /** Stop a server that nobody used for this long. */
  readonly timeoutSeconds: number;
  /** How often to look. */
  readonly everySeconds: number;
  /** Stop a server this long after its start, busy or not; 0: never. */
  readonly maxAgeSeconds: number;
  /** Whether a server in which a cell runs is left alone. */
  readonly spareRunningCells: boolean;
  /** Delete users too who have been away for the timeout. */
  readonly users: boolean;
  /** Whether administrators' servers are stopped as well. */
  readonly adminUsers: boolean;
  /** Whether a named server is deleted once it was stopped. */
  readonly removeNamedServers: boolean;
}

/** Never logged, never written anywhere but where it is used. */
export interface Secrets {
  /** What hub and proxy show each other; null: one is made and kept with the data. */
  readonly proxyToken: string | null;
  /** Key of cookies, XSRF values and derived server tokens, 32 bytes in hex; null: one is made and kept with the data. */
  readonly cookieSecret: string | null;
  /** What everybody logs in with; null: any password does. */
  readonly dummyPassword: string | null;
  /** Where given, only this opens an admin's account. */
  readonly dummyAdminPassword: string | null;
  /** Added to every server's environment: people put passwords and tokens here. */
  readonly serverEnvironment: Readonly<Record<string, string>>;
  /** Added to the environment of the hub's own process. */
  readonly hubEnvironment: Readonly<Record<string, string>>;
  /** What the hub shows a login service; null: nothing. */
  readonly loginClientSecret: string | null;
  /** More that it shows, where tokens are fetched. */
  readonly loginTokenParams: Readonly<Record<string, string>> | null;
  /** The same of `LoginConfig.others`, by id; null where there are none. */
  readonly otherLogins: Readonly<
    Record<string, Pick<Secrets, 'loginClientSecret' | 'loginTokenParams'>>
  > | null;
  /** What is kept of logins is sealed with the first and read with all; null: `JUPYTERHUB_CRYPT_KEY`, or the hub's own. */
  readonly authStateKeys: readonly string[] | null;
  /** By name; null where there are none. A token that is null is made by the hub. */
  readonly services: Readonly<
    Record<
      string,
      { readonly apiToken: string | null; readonly environment: Readonly<Record<string, string>> }
    >
  > | null;
  /** What opens private repositories of notebooks, by source; null where none is private. For the mirror alone. */
  readonly notebooks: Readonly<
    Record<string, { readonly token: string | null; readonly deployKey: string | null }>
  > | null;
  /** In PEM, with `proxy.https.type: manual`. */
  readonly tlsKey: string | null;
  /** With a database server: `postgresql://user:password@host:port/database?…`, as libpq has it. */
  readonly databaseUrl: string | null;
  readonly podPieces: PodPieces;
  /** The registry from which a cluster pulls images, where the file has its account. */
  readonly registry: {
    readonly address: string;
    readonly username: string;
    readonly password: string;
    readonly email: string | null;
  } | null;
}
