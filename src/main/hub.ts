/**
 * The hub, wired: the one place where its parts meet. Which store, spawner and proxy they are is the caller's choice, so
 * that a test runs the same hub as a course.
 */
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { LoginWay } from '../authenticator/authenticator.ts';
import { isInClass } from '../domain/class-time.ts';
import type { GroupWithMembers } from '../domain/group.ts';
import { serverRoutes } from '../domain/route.ts';
import type { Service } from '../domain/service.ts';
import { createHubApp } from '../http/app.ts';
import type { ShownSettings, Site } from '../http/parts.ts';
import { Activity } from '../hub/activity.ts';
import { Admission } from '../hub/admission.ts';
import { Announcements } from '../hub/announcements.ts';
import { type AuthStateKeys, AuthStates } from '../hub/auth-states.ts';
import { Callers } from '../hub/callers.ts';
import { Changes } from '../hub/changes.ts';
import { Course } from '../hub/course.ts';
import { HubEvents } from '../hub/events.ts';
import { Groups } from '../hub/groups.ts';
import { countBusyKernels } from '../hub/kernels.ts';
import { Login, type LoginThrottle } from '../hub/login.ts';
import { LoginRenewals } from '../hub/login-renewals.ts';
import { OAuthProvider } from '../hub/oauth/provider.ts';
import { PasswordAccounts } from '../hub/password-accounts.ts';
import { ProxyActivity } from '../hub/proxy-activity.ts';
import { CullReconciler, type CullSettings } from '../hub/reconcilers/culling.ts';
import { HousekeepingReconciler } from '../hub/reconcilers/housekeeping.ts';
import { OrphanReconciler } from '../hub/reconcilers/orphans.ts';
import { type Reconciler, ReconcilerLoop } from '../hub/reconcilers/reconciler.ts';
import { RouteReconciler } from '../hub/reconcilers/routes.ts';
import { ServerReconciler, type StartSettings } from '../hub/reconcilers/servers.ts';
import { ServiceRouteReconciler } from '../hub/reconcilers/service-routes.ts';
import { type DeclaredRights, Roles } from '../hub/roles.ts';
import { RouteFeed } from '../hub/route-feed.ts';
import { RunningServers } from '../hub/running-servers.ts';
import { type ServerSettings, ServerSpecs } from '../hub/server-spec.ts';
import { type ServerLimits, Servers } from '../hub/servers.ts';
import { ServiceLogin } from '../hub/service-login.ts';
import { Services } from '../hub/services.ts';
import { Sessions } from '../hub/sessions.ts';
import { Shares } from '../hub/shares.ts';
import { Shutdown, type ShutdownWish } from '../hub/shutdown.ts';
import { StartQueue, type StartQueueSettings } from '../hub/start-queue.ts';
import { Tokens } from '../hub/tokens.ts';
import { Users } from '../hub/users.ts';
import { answersHttp } from '../lib/http-answers.ts';
import type { Spawner } from '../spawner/spawner.ts';
import type { Store, Topic } from '../store/store.ts';

export interface HubParts {
  /** These are closed by whoever opened them, after the hub. */
  readonly store: Store;
  readonly spawner: Spawner;
  /** Every way to log in; the first is the one that programs are told of. */
  readonly ways: readonly LoginWay[];
  readonly site: Site;
  /** Roles and scopes that the course declares. */
  readonly rights: DeclaredRights;
  /** Groups that the course declares; they are made already. */
  readonly declaredGroups: readonly GroupWithMembers[];
  readonly servers: ServerSettings;
  readonly limits: ServerLimits;
  readonly bounds: Bounds;
  readonly queue: StartQueueSettings;
  readonly starts: StartSettings;
  /** Null: idle servers go on. */
  readonly cull: CullSettings | null;
  readonly services: DeclaredServices;
  readonly settings: ShownSettings;
  /** Where the hub listens; port 0 takes any free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** How servers reach the hub, without a path; null: where it listens. */
  readonly internalUrl: string | null;
  /** What proxies that follow the routes show. */
  readonly proxyToken: string;
  /** Server tokens derive from it. */
  readonly tokenKey: string;
  readonly authStateKeys: AuthStateKeys;
  readonly debug: boolean;
  readonly log: Logger;
  readonly now: () => Date;
}

/** What one person may ask of the hub. */
export interface Bounds {
  readonly requestBytes: number;
  /** Null: no limit. */
  readonly tokensPerUser: number | null;
  readonly failedLogins: LoginThrottle;
}

/** The services of the file, and what each shows the hub. */
export interface DeclaredServices {
  readonly list: readonly Service[];
  /** By name. */
  readonly tokens: ReadonlyMap<string, string>;
  /** The process of one that the hub started; null: none runs now. */
  readonly pidOf: (name: string) => number | null;
}

export interface RunningHub extends AsyncDisposable {
  readonly app: FastifyInstance;
  /** Where it listens, without a path: `http://127.0.0.1:8081`. */
  readonly url: string;
  /** Resolves when somebody has asked over the API that it ends; whoever opened it disposes of it then. */
  readonly shutdown: Promise<ShutdownWish>;
}

/** Opens the hub; resolves when it answers. Disposing of it leaves servers running. */
export async function openHub(parts: HubParts): Promise<RunningHub> {
  const { store, spawner, ways, site, now, log } = parts;
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const events = new HubEvents(log, metrics);
  const roles = new Roles({
    store,
    instructors: new Set(ways.flatMap(({ rule }) => [...rule.instructors])),
    declared: parts.rights,
  });
  const sessions = new Sessions({ store, events, days: site.cookieDays, now });
  const authStates = new AuthStates({ store, keys: parts.authStateKeys });
  const admission = new Admission({ store, sessions, authStates, events, contact: site.course.contact, now });
  const renewals = new LoginRenewals({ store, ways, authStates, admission, sessions, events, now });
  const queue = new StartQueue({ store, settings: parts.queue, now });
  const routeOf = serverRoutes(site);
  const servers = new Servers({ store, events, queue, limits: parts.limits, routeOf, now });
  const routeFeed = new RouteFeed({ store, events });
  const routeReconciler = new RouteReconciler({ store, feed: routeFeed, events, routeOf });
  // The hub listens before it knows its own address, where it took any free port: servers are told the address when
  // they start, which is later.
  const address = { baseUrl: site.baseUrl, domains: site.domains, internalUrl: parts.internalUrl ?? '' };
  const specs = new ServerSpecs({
    settings: parts.servers,
    address,
    key: parts.tokenKey,
    debug: parts.debug,
  });
  const { list, tokens: serviceTokens, pidOf } = parts.services;
  const services = new Services({ services: list, tokens: serviceTokens, pidOf });
  const running = new RunningServers({ store, spawner, specs, baseUrl: site.baseUrl, now });

  const users = new Users({ store, servers, events });

  const shutdown = new Shutdown({ store, servers, events });

  const app = await createHubApp({
    users,
    authStates,
    servers,
    shares: new Shares({ store, now }),
    services,
    course: new Course({ store, servers, users, running }),
    changes: new Changes({ store }),
    settings: parts.settings,
    tokens: new Tokens({ store, roles, perUser: parts.bounds.tokensPerUser, now }),
    sessions,
    login: new Login({ store, ways, admission, throttle: parts.bounds.failedLogins, events, now }),
    passwordAccounts: new PasswordAccounts({
      store,
      ways,
      sessions,
      throttle: parts.bounds.failedLogins,
      events,
      now,
    }),
    serviceLogin: new ServiceLogin({ store, ways, admission, events, key: site.cookieKey, now }),
    callers: new Callers({
      store,
      roles,
      services,
      hasEnded: (user) => renewals.hasEnded(user),
      now,
    }),
    roles,
    groups: new Groups({
      store,
      managed: ways.some(({ managesGroups }) => managesGroups),
      declared: parts.declaredGroups,
    }),
    announcements: new Announcements({ store, now }),
    activity: new Activity({ store, now }),
    oauth: new OAuthProvider({ store, services, events, place: site, now }),
    routeFeed,
    proxyActivity: new ProxyActivity({ store, feed: routeFeed, now }),
    proxyToken: parts.proxyToken,
    ensureRoute: (id) => routeReconciler.ensure(id),
    checkRoutes: () => routeReconciler.reconcile(),
    shutdown,
    rerunHook: (id) => running.rerunHook(id),
    memoryOf: (id) => running.memoryOf(id),
    busyKernelsOf: (id) => running.busyKernelsOf(id),
    checkHealth: () => store.check(),
    requestBytes: parts.bounds.requestBytes,
    metrics,
    log,
    site,
    now,
  });
  const url = await app.listen(parts.listen);
  address.internalUrl ||= url;

  const wakeOn =
    (...topics: readonly Topic[]) =>
    (activate: () => void) => {
      const ends = topics.map((topic) => store.subscribe(topic, activate));
      return () => ends.forEach((end) => void end());
    };
  const serverReconciler = new ServerReconciler({
    store,
    spawner,
    queue,
    specs,
    events,
    settings: parts.starts,
    routeOf,
    answers: answersHttp,
    activate: () => serverLoop.activate(),
    now,
  });
  const loop = (reconciler: Reconciler, ...topics: readonly Topic[]) =>
    new ReconcilerLoop({ reconciler, events, wake: wakeOn(...topics) });
  const culler = (settings: CullSettings) =>
    new CullReconciler({
      store,
      servers,
      specs,
      events,
      settings,
      baseUrl: site.baseUrl,
      isBusy: async (url, token) => (await countBusyKernels({ url, token, timeoutMs: 5_000 })) > 0,
      isInClass: (at) => isInClass(site.course.classTimes, at),
      now,
      uptime: () => performance.now(),
    });
  const serverLoop = loop(serverReconciler, 'servers');
  const loops = [
    serverLoop,
    loop(routeReconciler),
    loop(new ServiceRouteReconciler({ store, services, place: site })),
    loop(routeFeed, 'routes'),
    loop(new OrphanReconciler({ store, spawner, events })),
    loop(new HousekeepingReconciler({ store })),
    ...(parts.cull === null ? [] : [loop(culler(parts.cull))]),
  ];

  return {
    app,
    url,
    shutdown: shutdown.asked,
    async [Symbol.asyncDispose]() {
      // Nothing new is taken up while those who asked before are answered.
      await Promise.all([app.close(), ...loops.map((loop) => loop[Symbol.asyncDispose]())]);
      routeFeed[Symbol.dispose]();
      roles[Symbol.dispose]();
      await serverReconciler.abandon();
    },
  };
}
