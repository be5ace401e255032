/**
 * What a course's config.yaml says, checked, translated to one schema, with every default filled in. Secrets are not in
 * it (`Secrets`). Parts get their own piece of it from `main/`; no part gets the whole.
 */

/** Which chart's defaults and names the file means. */
export type Generation = '0.8.2' | 'current';

export interface Config {
  readonly generation: Generation;
  readonly course: CourseConfig;
  readonly hub: HubConfig;
  readonly login: LoginConfig;
  readonly server: ServerConfig;
  readonly proxy: ProxyConfig;
  readonly cull: CullConfig;
}

export interface CourseConfig {
  /** Shown on every page. */
  readonly name: string;
  /** A paragraph for the login page; null where the file has none. */
  readonly welcome: string | null;
  /** Whom students turn to: a name or an address; null where the file says nobody. */
  readonly contact: string | null;
  /** CSS colour; null for ours. */
  readonly accentColor: string | null;
}

export interface HubConfig {
  /** Begins and ends with '/'. */
  readonly baseUrl: string;
  /** How many starts go on at once; null: no limit. */
  readonly concurrentSpawnLimit: number | null;
  /** How many servers may be active at once; null: no limit. */
  readonly activeServerLimit: number | null;
  readonly allowNamedServers: boolean;
  /** Per user, beside the default one; null: no limit. */
  readonly namedServerLimitPerUser: number | null;
  readonly shutdownOnLogout: boolean;
  readonly redirectToServer: boolean;
  readonly sessionDays: number;
  readonly extraEnvironment: Readonly<Record<string, string>>;
  readonly debug: boolean;
}

export interface LoginConfig {
  readonly kind: 'dummy';
  /** Normalised names. */
  readonly allowedUsers: readonly string[];
  readonly adminUsers: readonly string[];
  readonly allowAll: boolean;
}

export interface ServerConfig {
  readonly image: { readonly name: string; readonly tag: string };
  /** Bytes. */
  readonly memory: { readonly limit: number | null; readonly guarantee: number | null };
  /** Cores. */
  readonly cpu: { readonly limit: number | null; readonly guarantee: number | null };
  readonly storage: StorageConfig;
  readonly postStart: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  /** Null: the image's or the spawner's own. */
  readonly command: readonly string[] | null;
  /** Path within the server that opens first; null: the server's own. */
  readonly defaultUrl: string | null;
  readonly startTimeoutSeconds: number;
}

export type StorageConfig =
  | { readonly type: 'none' }
  | { readonly type: 'dynamic'; readonly capacity: string; readonly homeMountPath: string }
  | { readonly type: 'static'; readonly pvcName: string; readonly subPath: string; readonly homeMountPath: string };

export interface ProxyConfig {
  readonly https: { readonly enabled: boolean };
}

export interface CullConfig {
  readonly enabled: boolean;
  readonly timeoutSeconds: number;
  readonly everySeconds: number;
  readonly maxAgeSeconds: number;
}

/** Never logged, never written anywhere but where it is used. */
export interface Secrets {
  /** What hub and proxy show each other; null: one is made and kept with the data. */
  readonly proxyToken: string | null;
  /** Key of cookies, XSRF values and derived server tokens, 32 bytes in hex; null: one is made and kept with the data. */
  readonly cookieSecret: string | null;
  readonly dummyPassword: string | null;
  /** Where given, only this opens an admin's account. */
  readonly dummyAdminPassword: string | null;
}
