/** A whole hub on a free port in a moment: the real wiring, a real database, and servers that are simulated. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { NOBODY } from '../../src/authenticator/allow-rule.ts';
import type { LoginWay } from '../../src/authenticator/authenticator.ts';
import { DummyAuthenticator } from '../../src/authenticator/dummy/dummy.ts';
import type { GroupWithMembers } from '../../src/domain/group.ts';
import type { Server } from '../../src/domain/server.ts';
import type { ServerChoices } from '../../src/domain/server-choices.ts';
import type { Service } from '../../src/domain/service.ts';
import type { User } from '../../src/domain/user.ts';
import { LOGIN_COOKIE, SESSION_COOKIE } from '../../src/http/caller.ts';
import { hubCookieName } from '../../src/http/cookies.ts';
import type { ShownSettings, Site } from '../../src/http/parts.ts';
import type { StartSettings } from '../../src/hub/reconcilers/servers.ts';
import type { DeclaredRights } from '../../src/hub/roles.ts';
import type { ServerSettings } from '../../src/hub/server-spec.ts';
import type { ServerLimits } from '../../src/hub/servers.ts';
import type { ShutdownWish } from '../../src/hub/shutdown.ts';
import type { StartQueueSettings } from '../../src/hub/start-queue.ts';
import { deriveSecret, hashSecret, newId, newSecret } from '../../src/lib/secret.ts';
import { type Bounds, type HubParts, openHub } from '../../src/main/hub.ts';
import { type Feed, followFeed } from '../../src/proxy/feed/feed.ts';
import { RouteTable } from '../../src/proxy/route-table.ts';
import { SimulatedSpawner } from '../../src/spawner/simulated/simulated-spawner.ts';
import { SimulatedWorld } from '../../src/spawner/simulated/simulated-world.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import { Browser } from './browser.ts';
import { takeTurns } from './taking-turns.ts';

export interface HubOptions {
  readonly site?: Partial<Site>;
  /** What people are asked before a server starts. */
  readonly choices?: ServerChoices;
  readonly limits?: Partial<ServerLimits>;
  readonly bounds?: Partial<Bounds>;
  readonly queue?: Partial<StartQueueSettings>;
  readonly starts?: Partial<StartSettings>;
  readonly servers?: Partial<ServerSettings>;
  /** Who may log in; null: everybody. */
  readonly allowed?: readonly string[] | null;
  readonly admins?: readonly string[];
  readonly instructors?: readonly string[];
  /** Roles and scopes that the course declares. */
  readonly rights?: DeclaredRights;
  readonly declaredGroups?: readonly GroupWithMembers[];
  /** Null: any. */
  readonly password?: string | null;
  /** Ways to log in, in place of the one with the password. */
  readonly ways?: readonly LoginWay[];
  readonly authStateKeys?: HubParts['authStateKeys'];
  readonly services?: readonly (Pick<Service, 'name'> & Partial<Service>)[];
  readonly settings?: ShownSettings;
  /** In place of one of its own; closed by whoever opened it. */
  readonly store?: Store;
  readonly log?: Logger;
  /** How many hubs take turns in answering. */
  readonly hubs?: number;
}

/**
 * With POLDER_TEST_HUBS=2, all tests of the hub are tests of several: whatever one remembers, the next does not know. Only
 * that a proxy has a route when somebody is sent there is true of those that follow the hub that answers.
 */
export const HUBS = Number(process.env.POLDER_TEST_HUBS ?? 1);

/** What proxies show. */
export const PROXY_TOKEN = 'token-of-the-proxies-of-tests';
const TOKEN_KEY = 'a key for the tokens of tests';

export const PASSWORD = 'course-password';

/** What is true of a service of which nothing is said. */
export const SERVICE: Omit<Service, 'name'> = {
  url: null,
  admin: false,
  command: null,
  cwd: null,
  user: null,
  display: true,
  info: {},
  oauth: { clientId: 'service-of-tests', redirectUri: null, noConfirm: false, allowedScopes: [] },
};

function completeService(service: Pick<Service, 'name'> & Partial<Service>): Service {
  const oauth = { ...SERVICE.oauth, clientId: `service-${service.name}` };
  return { ...SERVICE, oauth, ...service };
}

/** What a service of this name shows. */
export function serviceTokenOf(name: string): string {
  return deriveSecret(TOKEN_KEY, 'service-token', name);
}

/** Opens it; dispose of it at the end of the test. */
export async function startHub(options: HubOptions = {}): Promise<TestHub> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-hub-'));
  const clock = new Clock();
  const now = () => clock.now();
  const store = options.store ?? (await openSqliteStore(join(folder, 'hub.sqlite'), { now }));
  const world = await SimulatedWorld.open({ now });
  const spawner = new SimulatedSpawner({ world, now, choices: options.choices ?? [] });
  const admins = new Set(options.admins ?? ['teacher']);
  const authenticator = new DummyAuthenticator({
    password: options.password === undefined ? PASSWORD : options.password,
    adminPassword: null,
    admins,
  });
  const { allowed = null } = options;
  const rule = {
    ...NOBODY,
    allowAll: allowed === null,
    users: new Set(allowed ?? []),
    admins,
    instructors: new Set(options.instructors ?? []),
  };
  const site: Site = {
    baseUrl: '/',
    domains: null,
    spawnerClass: spawner.className,
    choices: spawner.choices,
    authenticatorClass: authenticator.className,
    cookieKey: 'a key for the cookies of tests',
    cookieDays: 14,
    shutdownOnLogout: false,
    autoLogin: false,
    logoutUrl: null,
    redirectToServer: true,
    cull: null,
    allowNamedServers: true,
    defaultUrl: null,
    course: {
      name: 'Test course',
      language: 'en' as const,
      welcome: null,
      contact: null,
      accentColor: null,
      logo: null,
      classTimes: [],
      timeZone: 'UTC',
      storageNotice: null,
      memoryLimit: null,
      cpuLimit: null,
    },
    trustedProxies: [],
    ...options.site,
  };
  const parts: HubParts = {
    store,
    spawner,
    ways: options.ways ?? [
      {
        id: 'password',
        authenticator,
        rule,
        refusal: null,
        prefix: '',
        managesGroups: false,
        keepsAuthState: false,
        renewSeconds: 300,
        foreignPrefixes: [],
      },
    ],
    site,
    rights: options.rights ?? { roles: [], customScopes: new Map() },
    declaredGroups: options.declaredGroups ?? [],
    servers: {
      memory: { limit: null, guarantee: null },
      cpu: { limit: null, guarantee: null },
      postStart: null,
      environment: {},
      command: null,
      defaultUrl: null,
      ...options.servers,
    },
    limits: { allowNamed: site.allowNamedServers, namedPerUser: null, ...options.limits },
    queue: { concurrentStarts: null, activeServers: null, retryAfterSeconds: [30, 60], ...options.queue },
    bounds: {
      requestBytes: 1_048_576,
      tokensPerUser: null,
      failedLogins: { windowSeconds: 300, perUser: 5, perAddress: 300 },
      ...options.bounds,
    },
    starts: { startTimeoutSeconds: 30, strictHooks: false, ...options.starts },
    cull: null,
    services: {
      list: options.services?.map(completeService) ?? [],
      tokens: new Map(options.services?.map(({ name }) => [name, serviceTokenOf(name)])),
      pidOf: () => null,
    },
    settings: options.settings ?? { values: [], findings: [], changedFiles: async () => [] },
    listen: { host: '127.0.0.1', port: 0 },
    internalUrl: null,
    proxyToken: PROXY_TOKEN,
    tokenKey: TOKEN_KEY,
    authStateKeys: options.authStateKeys ?? ['a key for what logins of tests leave behind'],
    debug: false,
    log: options.log ?? pino({ level: 'silent' }),
    now,
  };
  const hubs = await Promise.all(Array.from({ length: options.hubs ?? HUBS }, () => openHub(parts)));
  const front = hubs.length === 1 ? undefined : await takeTurns(hubs.map(({ url }) => url));
  const close = async () => {
    await Promise.all(hubs.map((hub) => hub[Symbol.asyncDispose]()));
    await front?.[Symbol.asyncDispose]();
    await spawner[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
    if (options.store === undefined) await store[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  const shutdown = Promise.race(hubs.map((hub) => hub.shutdown));
  return new TestHub({ url: front?.url ?? hubs[0]!.url, site, store, world, clock, shutdown, close });
}

export class TestHub implements AsyncDisposable {
  /** The hub's origin, without a path. */
  readonly url: string;
  readonly site: Site;
  readonly store: Store;
  readonly world: SimulatedWorld;
  readonly clock: Clock;
  /** Resolves when one of the hubs was asked over the API to end. */
  readonly shutdown: Promise<ShutdownWish>;
  readonly #feeds: Feed[] = [];
  readonly #close: () => Promise<void>;

  constructor(parts: {
    readonly url: string;
    readonly site: Site;
    readonly store: Store;
    readonly world: SimulatedWorld;
    readonly clock: Clock;
    readonly shutdown: Promise<ShutdownWish>;
    readonly close: () => Promise<void>;
  }) {
    this.url = parts.url;
    this.site = parts.site;
    this.store = parts.store;
    this.world = parts.world;
    this.clock = parts.clock;
    this.shutdown = parts.shutdown;
    this.#close = parts.close;
  }

  /** The user of this name, made where there is none. */
  async user(name: string, { admin = false }: { readonly admin?: boolean } = {}): Promise<User> {
    await this.store.users.insert([{ name, admin }]);
    return (await this.store.users.get(name))!;
  }

  /** A new token of this user, who is made where there is none; `teacher` is an admin. */
  async token(name: string, scopes: readonly string[] = ['inherit']): Promise<string> {
    const user = await this.user(name, { admin: name === 'teacher' });
    const secret = newSecret();
    await this.store.tokens.insert({
      userId: user.id,
      scopes,
      note: 'made by a test',
      createdAt: this.clock.now(),
      expiresAt: null,
      sessionId: null,
      oauthClientId: null,
      serverId: null,
      hash: hashSecret(secret),
    });
    return secret;
  }

  /** The token that this run of a server holds, as the hub gave it. */
  serverToken(server: Pick<Server, 'id' | 'attempt'>): string {
    return deriveSecret(TOKEN_KEY, 'server-token', server.id, String(server.attempt));
  }

  /** A browser in which this user, made where there is none, is logged in; without a name nobody is. */
  async browser(name?: string): Promise<Browser> {
    const browser = new Browser(this.url);
    if (name === undefined) return browser;
    const user = await this.user(name, { admin: name === 'teacher' });
    const secret = newSecret();
    const createdAt = this.clock.now();
    const session = await this.store.sessions.insert({
      id: newId('ses'),
      userId: user.id,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + this.site.cookieDays * 86_400_000),
      address: '127.0.0.1',
      userAgent: 'test',
      hash: hashSecret(secret),
    });
    browser.setCookie(hubCookieName(LOGIN_COOKIE, this.site), secret, `${this.site.baseUrl}hub/`);
    browser.setCookie(SESSION_COOKIE, session.id, this.site.baseUrl);
    return browser;
  }

  /** Asks the API. @param path below `/hub/api` */
  api(method: string, path: string, options: ApiOptions = {}): Promise<Response> {
    return fetch(`${this.url}${this.site.baseUrl}hub/api${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(options.token === undefined ? {} : { authorization: `token ${options.token}` }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
  }

  /** The row of a server when `condition` holds. */
  async server(owner: string, name: string, condition: (server: Server) => boolean): Promise<Server> {
    const changed = new EventTarget();
    const stop = this.store.subscribe('servers', () => changed.dispatchEvent(new Event('change')));
    try {
      for (;;) {
        const next = new Promise((resolve) => changed.addEventListener('change', resolve, { once: true }));
        const server = await this.store.servers.get(owner, name);
        if (server && condition(server)) return server;
        await next;
      }
    } finally {
      stop();
    }
  }

  /** The table of a proxy that follows this hub, as the proxy keeps it. */
  async followedTable(): Promise<RouteTable> {
    const now = () => this.clock.now();
    const table = new RouteTable({ now });
    const options = { hubs: [`${this.url}${this.site.baseUrl}`], token: PROXY_TOKEN };
    const feed = followFeed(options, { table, now, logger: pino({ level: 'silent' }) });
    this.#feeds.push(feed);
    await feed.ready(20_000);
    return table;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const feed of this.#feeds) await feed[Symbol.asyncDispose]();
    await this.#close();
  }
}

export interface ApiOptions {
  readonly token?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** Runs with the real one, and can be put forward. */
export class Clock {
  #ahead = 0;

  now(): Date {
    return new Date(Date.now() + this.#ahead);
  }

  advance(seconds: number): void {
    this.#ahead += seconds * 1000;
  }
}
