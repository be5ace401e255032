/** What the HTTP side rests on. Each mount function names, by `Pick`, the few of these that it uses. */

import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { ClassTime } from '../domain/class-time.ts';
import type { Language } from '../domain/language.ts';
import type { CoursePlace } from '../domain/route.ts';
import type { ServerId } from '../domain/server.ts';
import type { ServerChoices } from '../domain/server-choices.ts';
import type { EndRule } from '../domain/server-end.ts';
import type { Activity } from '../hub/activity.ts';
import type { Announcements } from '../hub/announcements.ts';
import type { AuthStates } from '../hub/auth-states.ts';
import type { Callers } from '../hub/callers.ts';
import type { Changes } from '../hub/changes.ts';
import type { Course as CourseWork } from '../hub/course.ts';
import type { Groups } from '../hub/groups.ts';
import type { Login } from '../hub/login.ts';
import type { OAuthProvider } from '../hub/oauth/provider.ts';
import type { PasswordAccounts } from '../hub/password-accounts.ts';
import type { ProxyActivity } from '../hub/proxy-activity.ts';
import type { Roles } from '../hub/roles.ts';
import type { RouteFeed } from '../hub/route-feed.ts';
import type { Servers } from '../hub/servers.ts';
import type { ServiceLogin } from '../hub/service-login.ts';
import type { Services } from '../hub/services.ts';
import type { Sessions } from '../hub/sessions.ts';
import type { Shares } from '../hub/shares.ts';
import type { Shutdown } from '../hub/shutdown.ts';
import type { Tokens } from '../hub/tokens.ts';
import type { Users } from '../hub/users.ts';

export interface HttpParts {
  readonly users: Users;
  readonly authStates: AuthStates;
  readonly servers: Servers;
  readonly shares: Shares;
  readonly services: Services;
  /** What is done for many people at once. */
  readonly course: CourseWork;
  readonly changes: Changes;
  readonly settings: ShownSettings;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly login: Login;
  readonly passwordAccounts: PasswordAccounts;
  readonly serviceLogin: ServiceLogin;
  readonly callers: Callers;
  readonly roles: Roles;
  readonly groups: Groups;
  readonly announcements: Announcements;
  readonly activity: Activity;
  readonly oauth: OAuthProvider;
  readonly routeFeed: RouteFeed;
  readonly proxyActivity: ProxyActivity;
  /** What proxies show. */
  readonly proxyToken: string;
  /** Makes sure that the proxies have the route of a ready server; false where the server is not ready. */
  readonly ensureRoute: (id: ServerId) => Promise<boolean>;
  /** Compares the routes with the servers now, and mends what differs. */
  readonly checkRoutes: () => Promise<void>;
  readonly shutdown: Shutdown;
  /** Runs the `postStart` command of a ready server again. Throws HubError where it is not ready. */
  readonly rerunHook: (id: ServerId) => Promise<void>;
  /** Bytes that a ready server uses now; null where it cannot be known. */
  readonly memoryOf: (id: ServerId) => Promise<number | null>;
  /** How many kernels of a ready server run something now; null where it cannot be known. */
  readonly busyKernelsOf: (id: ServerId) => Promise<number | null>;
  /** Throws HubError `unavailable` when the hub cannot do its work. */
  readonly checkHealth: () => Promise<void>;
  /** The longest body that a request may have, in bytes. */
  readonly requestBytes: number;
  readonly metrics: Registry;
  readonly log: Logger;
  readonly site: Site;
  readonly now: () => Date;
}

/** The config as it is in effect, ready to be shown. Holds no secrets. */
export interface ShownSettings {
  readonly values: readonly {
    readonly key: string;
    /** As JSON; `…` where it is a secret. */
    readonly value: string;
    /** `config.yaml:12`, or what else says so. */
    readonly origin: string;
    /** Whether a file says it, and it is no default. */
    readonly said: boolean;
  }[];
  /** What `polder check` says. */
  readonly findings: readonly {
    readonly code: string;
    readonly severity: 'error' | 'warning' | 'note';
    readonly where: string;
    readonly message: string;
    readonly help: string | null;
  }[];
  /** Files that were written after they were read: what they say now counts from the next start. */
  readonly changedFiles: () => Promise<readonly string[]>;
}

/** What pages and API say of this hub. */
export interface Site extends CoursePlace {
  readonly spawnerClass: string;
  readonly authenticatorClass: string;
  /** Key of cookies and XSRF values. */
  readonly cookieKey: string;
  readonly cookieDays: number;
  readonly shutdownOnLogout: boolean;
  /** Whether the login page is passed over where there is only one way in, at another place. */
  readonly autoLogin: boolean;
  /** Where the browser goes once it is logged out; null: to our login page. */
  readonly logoutUrl: string | null;
  readonly redirectToServer: boolean;
  readonly allowNamedServers: boolean;
  /** Path within a server that opens first; null: the server's own. */
  readonly defaultUrl: string | null;
  /** What stops servers by itself; null: nothing does. */
  readonly cull: CullRule | null;
  /** What people are asked before a server starts; empty: nothing. */
  readonly choices: ServerChoices;
  readonly course: Course;
  /** Addresses and networks of what stands before our proxies, and is believed in what it says of who asks. */
  readonly trustedProxies: readonly string[];
}

export interface CullRule extends EndRule {
  /** Whether those of administrators are too. */
  readonly adminUsers: boolean;
}

/** A picture as browsers are given it. */
export interface Picture {
  /** Media type. */
  readonly type: string;
  readonly body: Buffer;
}

export interface Course {
  readonly name: string;
  /** For readers who neither chose a language nor have a browser that asks for one of ours. */
  readonly language: Language;
  readonly welcome: string | null;
  readonly contact: string | null;
  readonly accentColor: string | null;
  /** In place of ours; `dark` is null where one serves both. */
  readonly logo: { readonly light: Picture; readonly dark: Picture | null } | null;
  /** In order of start. */
  readonly classTimes: readonly ClassTime[];
  /** Where the course is given, as `Europe/Amsterdam`: how times are written for those whose own zone we do not know. */
  readonly timeZone: string;
  /** What a student should know of their files on this machine and on a cluster; null where there is nothing to say. */
  readonly storageNotice: string | null;
  /** Bytes and cores that a server may use; null: no limit. */
  readonly memoryLimit: number | null;
  readonly cpuLimit: number | null;
}
