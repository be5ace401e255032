/**
 * Who may ask what of the API: every endpoint, every kind of caller, as written down here. The endpoints are those of the
 * hub's own OpenAPI document: one that has no line here fails.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOGIN_COOKIE, SESSION_COOKIE } from '../src/http/caller.ts';
import { hashSecret, newSecret } from '../src/lib/secret.ts';
import { PROXY_TOKEN, serviceTokenOf, startHub, type TestHub } from './support/hub.ts';

/**
 * All of it is about anna, who is in the group `lab`, and what is hers.
 *
 * - `anna`, `bo`: students, with all that they have; `wim`: an instructor; `boss`: an administrator
 * - `lab`, `apart`: tokens of the administrator with all that one has, for that group; anna is not in `apart`
 * - `narrow`: a token of anna with which her name can be read; `server`: the token of one of her servers
 * - `service`: one with the scopes `list:users` and `read:hub`; `proxy`: what proxies show
 *
 * 403 and 404 are refusals. 400, 405 and 409 are answers to those who may ask, where there is nothing to be had.
 */
const ACCESS = `
                                                   nobody    anna      bo     wim    boss     lab   apart  narrow  server service   proxy
GET    /health                                        200     200     200     200     200     200     200     200     200     200     200
GET    /metrics                                       403     403     403     403     200     403     403     403     403     403     403
GET    /                                              200     200     200     200     200     200     200     200     200     200     200
GET    /openapi.json                                  200     200     200     200     200     200     200     200     200     200     200
GET    /info                                          403     403     403     403     200     403     403     403     403     200     403
GET    /user                                          403     200     200     200     200     200     200     200     200     200     403
GET    /users                                         403     403     403     200     200     200     200     403     403     200     403
POST   /users                                         403     403     403     403     201     403     403     403     403     403     403
GET    /users/{user}                                  403     200     404     200     200     200     404     200     200     200     403
POST   /users/{user}                                  403     403     403     403     201     404     404     403     403     403     403
PATCH  /users/{user}                                  403     403     403     403     200     200     404     403     403     403     403
DELETE /users/{user}                                  403     403     403     403     204     204     404     403     403     403     403
GET    /users/{user}/server                           403     200     404     200     200     200     404     403     403     403     403
PUT    /users/{user}/server                           403     409     404     409     409     409     404     403     403     403     403
PATCH  /users/{user}/server                           403     400     404     400     400     400     404     403     403     403     403
POST   /users/{user}/server                           403     400     404     400     400     400     404     403     403     403     403
DELETE /users/{user}/server                           403     204     404     204     204     204     404     403     403     403     403
GET    /users/{user}/servers/                         403     200     404     200     200     200     404     403     403     403     403
PUT    /users/{user}/servers/                         403     409     404     409     409     409     404     403     403     403     403
PATCH  /users/{user}/servers/                         403     400     404     400     400     400     404     403     403     403     403
POST   /users/{user}/servers/                         403     400     404     400     400     400     404     403     403     403     403
DELETE /users/{user}/servers/                         403     204     404     204     204     204     404     403     403     403     403
GET    /users/{user}/servers/{server}                 403     200     404     200     200     200     404     403     403     403     403
PUT    /users/{user}/servers/{server}                 403     201     404     201     201     201     404     403     403     403     403
PATCH  /users/{user}/servers/{server}                 403     200     404     200     200     200     404     403     403     403     403
POST   /users/{user}/servers/{server}                 403     201     404     201     201     201     404     403     403     403     403
DELETE /users/{user}/servers/{server}                 403     204     404     204     204     204     404     403     403     403     403
GET    /users/{user}/server/progress                  403     200     404     200     200     200     404     403     403     403     403
GET    /users/{user}/servers/progress                 403     200     404     200     200     200     404     403     403     403     403
GET    /users/{user}/servers/{server}/progress        403     400     404     400     400     400     404     403     403     403     403
GET    /users/{user}/server/notices                   403     200     404     200     200     200     404     403     200     403     403
GET    /users/{user}/servers/{server}/notices         403     200     404     200     200     200     404     403     404     403     403
POST   /users/{user}/activity                         403     200     404     404     200     200     404     403     200     403     403
POST   /users/{user}/admin-access                     403     200     404     200     200     200     404     403     403     403     403
GET    /users/{user}/tokens                           403     200     404     404     200     200     404     403     403     403     403
POST   /users/{user}/tokens                           403     201     403     403     201     201     403     403     403     403     403
GET    /users/{user}/tokens/{token}                   403     200     404     404     200     200     404     403     403     403     403
DELETE /users/{user}/tokens/{token}                   403     204     404     404     204     204     404     403     403     403     403
GET    /authorizations/token/{secret}                 403     200     200     200     200     200     200     200     200     200     403
POST   /authorizations/token                          404     404     404     404     404     404     404     404     404     404     404
GET    /authorizations/cookie/{name}                  404     404     404     404     404     404     404     404     404     404     404
GET    /authorizations/cookie/{name}/{value}          404     404     404     404     404     404     404     404     404     404     404
GET    /proxy                                         403     403     403     403     200     403     403     403     403     403     403
POST   /proxy                                         403     403     403     403     200     403     403     403     403     403     403
PATCH  /proxy                                         403     403     403     403     400     403     403     403     403     403     403
POST   /shutdown                                      403     403     403     403     202     403     403     403     403     403     403
GET    /users/{user}/sessions                         403     200     404     404     200     200     404     403     403     403     403
DELETE /users/{user}/sessions                         403     204     404     404     204     204     404     403     403     403     403
DELETE /users/{user}/sessions/{session}               403     204     404     404     204     204     404     403     403     403     403
GET    /groups                                        403     403     403     200     200     200     200     403     403     403     403
POST   /groups                                        403     403     403     403     201     403     403     403     403     403     403
GET    /groups/{group}                                403     403     403     200     200     200     404     403     403     403     403
POST   /groups/{group}                                403     403     403     403     201     404     404     403     403     403     403
DELETE /groups/{group}                                403     403     403     403     204     204     404     403     403     403     403
POST   /groups/{group}/users                          403     403     403     403     200     200     404     403     403     403     403
DELETE /groups/{group}/users                          403     403     403     403     200     200     404     403     403     403     403
PUT    /groups/{group}/properties                     403     403     403     403     200     200     404     403     403     403     403
GET    /services                                      403     403     403     403     200     403     403     403     403     403     403
GET    /services/{service}                            403     403     403     403     200     403     403     403     403     403     403
POST   /services/{service}                            403     403     403     403     409     403     403     403     403     403     403
DELETE /services/{service}                            403     403     403     403     405     403     403     403     403     403     403
GET    /shares/{user}                                 403     200     404     404     200     403     403     403     403     403     403
GET    /shares/{user}/                                403     200     404     404     200     403     403     403     403     403     403
POST   /shares/{user}/                                403     403     403     403     200     403     403     403     403     403     403
PATCH  /shares/{user}/                                403     403     403     403     200     403     403     403     403     403     403
DELETE /shares/{user}/                                403     403     403     403     204     403     403     403     403     403     403
GET    /shares/{user}/{server}                        403     200     404     404     200     403     403     403     403     403     403
POST   /shares/{user}/{server}                        403     403     403     403     200     403     403     403     403     403     403
PATCH  /shares/{user}/{server}                        403     403     403     403     200     403     403     403     403     403     403
DELETE /shares/{user}/{server}                        403     403     403     403     204     403     403     403     403     403     403
GET    /users/{user}/shared                           403     200     404     404     200     403     403     403     403     403     403
GET    /users/{user}/shared/{owner}/                  403     200     404     404     200     403     403     403     403     403     403
DELETE /users/{user}/shared/{owner}/                  403     204     404     404     204     403     403     403     403     403     403
GET    /users/{user}/shared/{owner}/{server}          403     200     404     404     200     403     403     403     403     403     403
DELETE /users/{user}/shared/{owner}/{server}          403     204     404     404     204     403     403     403     403     403     403
GET    /groups/{group}/shared                         403     403     403     403     200     403     403     403     403     403     403
GET    /groups/{group}/shared/{owner}/                403     403     403     403     200     403     403     403     403     403     403
DELETE /groups/{group}/shared/{owner}/                403     403     403     403     204     403     403     403     403     403     403
GET    /groups/{group}/shared/{owner}/{server}        403     403     403     403     200     403     403     403     403     403     403
DELETE /groups/{group}/shared/{owner}/{server}        403     403     403     403     204     403     403     403     403     403     403
GET    /people                                        403     403     403     200     200     403     403     403     403     403     403
GET    /people/active                                 403     403     403     200     200     403     403     403     403     403     403
GET    /people/names                                  403     403     403     200     200     403     403     403     403     200     403
GET    /people/groups                                 403     403     403     200     200     200     200     403     403     403     403
POST   /people/start                                  403     403     403     202     202     403     403     403     403     403     403
POST   /people/stop                                   403     403     403     202     202     403     403     403     403     403     403
POST   /people/remove                                 403     403     403     403     200     200     200     403     403     403     403
POST   /people/roster                                 403     403     403     403     200     403     403     403     403     403     403
GET    /announcements                                 403     200     200     200     200     200     200     200     200     200     403
POST   /announcements                                 403     403     403     201     201     403     403     403     403     403     403
DELETE /announcements/{id}                            403     403     403     204     204     403     403     403     403     403     403
GET    /events                                        403     403     403     200     200     200     200     403     403     200     403
GET    /settings                                      403     403     403     403     200     403     403     403     403     200     403
GET    /oauth2/authorize                              302     302     302     302     302     302     302     302     302     302     302
POST   /oauth2/authorize                              403     403     403     403     403     403     403     403     403     403     403
POST   /oauth2/token                                  400     400     400     400     400     400     400     400     400     400     400
POST   /proxies/feed                                  403     403     403     403     403     403     403     403     403     403     200
POST   /proxies/activity                              403     403     403     403     403     403     403     403     403     403     400
`;

type CallerKind =
  | 'nobody'
  | 'anna'
  | 'bo'
  | 'wim'
  | 'boss'
  | 'lab'
  | 'apart'
  | 'narrow'
  | 'server'
  | 'service'
  | 'proxy';

/** Good for nothing any more: whoever shows these is nobody. */
const FORMER = ['expired', 'loggedOut', 'revoked'] as const;
type Former = (typeof FORMER)[number];

/** What is sent, where something has to be. */
const BODIES: Readonly<Record<string, unknown>> = {
  'PATCH /users/{user}': { admin: false },
  'PATCH /users/{user}/server': { display_name: 'Mine' },
  'PATCH /users/{user}/servers/': { display_name: 'Mine' },
  'PATCH /users/{user}/servers/{server}': { display_name: 'Mine' },
  'POST /users/{user}/activity': { last_activity: '2026-01-01T10:00:00Z' },
  'POST /users/{user}/tokens': { scopes: ['read:users:name!user'] },
  'POST /groups/{group}/users': { users: ['bo'] },
  'DELETE /groups/{group}/users': { users: ['anna'] },
  'PUT /groups/{group}/properties': { room: '12' },
  'POST /shares/{user}/': { user: 'bo' },
  'POST /shares/{user}/{server}': { user: 'bo' },
  'PATCH /shares/{user}/': { user: 'bo' },
  'PATCH /shares/{user}/{server}': { user: 'bo' },
  'POST /people/start': { names: ['anna'] },
  'POST /people/stop': { names: ['anna'] },
  'POST /people/remove': { names: ['anna'] },
  'POST /people/roster': { text: 'new', add: true },
  'POST /announcements': { text: 'Hello' },
  'POST /proxies/activity': {},
};

/** Bodies that are not JSON, by media type. */
const OTHER_TYPES: Readonly<Record<string, string>> = {
  'POST /oauth2/authorize': 'application/x-www-form-urlencoded',
  'POST /oauth2/token': 'application/x-www-form-urlencoded',
  'POST /proxies/feed': 'application/x-ndjson',
};

/** These make something, another for each caller: it must not be there yet. */
const MAKING = ['POST /users/{user}', 'POST /groups/{group}', 'PUT /users/{user}/servers/{server}'];

/** These can be done once: each caller meets a hub where nobody has. */
const ONCE = [
  'DELETE /users/{user}',
  'DELETE /users/{user}/server',
  'DELETE /users/{user}/servers/',
  'POST /users/{user}/servers/{server}',
  'DELETE /users/{user}/tokens/{token}',
  'DELETE /users/{user}/sessions',
  'DELETE /users/{user}/sessions/{session}',
  'DELETE /groups/{group}',
  'POST /shares/{user}/',
  'POST /shares/{user}/{server}',
  'DELETE /users/{user}/shared/{owner}/',
  'DELETE /users/{user}/shared/{owner}/{server}',
  'DELETE /groups/{group}/shared/{owner}/',
  'DELETE /groups/{group}/shared/{owner}/{server}',
  'DELETE /announcements/{id}',
  'POST /people/stop',
  'POST /people/remove',
  'POST /shutdown',
];

interface Line {
  /** `GET /users/{user}` */
  readonly endpoint: string;
  readonly statuses: Readonly<Record<CallerKind, number>>;
}

const [HEAD = '', ...ROWS] = ACCESS.trim().split('\n');
const CALLERS = HEAD.trim().split(/\s+/) as readonly CallerKind[];
const LINES: readonly Line[] = ROWS.map((row) => {
  const [method, path, ...statuses] = row.split(/\s+/);
  const byCaller = CALLERS.map((caller, index) => [caller, Number(statuses[index])]);
  return { endpoint: `${method} ${path}`, statuses: Object.fromEntries(byCaller) };
});

const isRefusal = (status: number) => status === 403 || status === 404;

let world: World;
beforeAll(async () => {
  world = await World.open();
});
afterAll(() => world[Symbol.asyncDispose]());

it('every endpoint that there is has its line here, and no other has', async () => {
  const document = (await (await world.hub.api('GET', '/openapi.json')).json()) as {
    readonly paths: Readonly<Record<string, object>>;
  };
  const endpoints = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(LINES.map(({ endpoint }) => endpoint).sort()).toEqual(endpoints.sort());
});

describe.each(LINES)('$endpoint', ({ endpoint, statuses }) => {
  it('refuses those who may not, in the same words where there is no such thing, and does nothing', async () => {
    const before = await world.state();
    for (const caller of CALLERS) {
      if (!isRefusal(statuses[caller])) continue;
      const refused = await world.ask(caller, endpoint);
      expect({ caller, ...refused }).toMatchObject({ caller, status: statuses[caller] });
      for (const [, missing] of endpoint.matchAll(/\{(\w+)\}/g)) {
        expect(await world.ask(caller, endpoint, missing)).toEqual(refused);
      }
    }
    for (const former of FORMER) {
      expect({ former, ...(await world.ask(former, endpoint)) }).toMatchObject({ status: statuses.nobody });
    }
    expect(await world.state()).toEqual(before);
  });

  it('answers those who may', { timeout: 120_000 }, async () => {
    for (const caller of CALLERS) {
      if (isRefusal(statuses[caller])) continue;
      const own = ONCE.includes(endpoint) ? await World.open() : undefined;
      try {
        const { status } = await (own ?? world).ask(caller, endpoint);
        expect({ caller, status }).toEqual({ caller, status: statuses[caller] });
      } finally {
        await own?.[Symbol.asyncDispose]();
      }
    }
  });
});

interface Answer {
  readonly status: number;
  /** Names of what was asked for are left out. */
  readonly text: string;
}

class World implements AsyncDisposable {
  readonly hub: TestHub;
  readonly #headers: ReadonlyMap<CallerKind | Former, Readonly<Record<string, string>>>;
  readonly #names: Readonly<Record<string, string>>;

  private constructor(
    hub: TestHub,
    headers: ReadonlyMap<CallerKind | Former, Readonly<Record<string, string>>>,
    names: Readonly<Record<string, string>>,
  ) {
    this.hub = hub;
    this.#headers = headers;
    this.#names = names;
  }

  static async open(): Promise<World> {
    const reader = { name: 'reader', description: '', scopes: ['list:users', 'read:hub'] };
    const roles = [{ ...reader, users: [], groups: [], services: ['dashboard'] }];
    const hub = await startHub({
      admins: ['teacher'],
      instructors: ['wim'],
      services: [{ name: 'dashboard' }],
      rights: { roles, customScopes: new Map() },
    });
    const boss = await hub.token('teacher');
    const anna = await hub.token('anna');
    await hub.store.groups.insert(['lab', 'apart']);
    await hub.store.groups.setOfUser((await hub.user('anna')).id, ['lab']);
    const told = { id: 'told', text: 'Hello', group: 'lab', by: 'teacher' };
    await hub.store.announcements.insert({
      ...told,
      at: new Date(),
      endsAt: new Date(Date.now() + 3_600_000),
    });
    await hub.api('PUT', '/users/anna/servers/stopped', { token: boss });
    await hub.api('POST', '/users/anna/server', { token: boss });
    await shareServersOfCor(hub);
    const server = await hub.server('anna', '', ({ state }) => state === 'ready');
    await hub.browser('anna');
    const { sessions } = (await (await hub.api('GET', '/users/anna/sessions', { token: boss })).json()) as {
      readonly sessions: readonly { readonly id: string }[];
    };
    const made = await hub.api('POST', '/users/anna/tokens', { token: anna, body: {} });
    const { id, token: secret } = (await made.json()) as { readonly id: string; readonly token: string };
    const tokens: readonly (readonly [CallerKind | Former, string])[] = [
      ['anna', anna],
      ['bo', await hub.token('bo')],
      ['wim', await hub.token('wim')],
      ['boss', boss],
      ['lab', await hub.token('teacher', forGroup('lab'))],
      ['apart', await hub.token('teacher', forGroup('apart'))],
      ['narrow', await hub.token('anna', ['read:users:name!user'])],
      ['server', hub.serverToken(server)],
      ['service', serviceTokenOf('dashboard')],
      ['proxy', PROXY_TOKEN],
      ['expired', await expiredToken(hub)],
      ['revoked', await revokedToken(hub)],
    ];
    const headers = new Map<CallerKind | Former, Readonly<Record<string, string>>>(
      tokens.map(([caller, token]) => [caller, { authorization: `token ${token}` }]),
    );
    headers.set('nobody', {});
    headers.set('loggedOut', { cookie: await endedSession(hub) });
    const names = {
      user: 'anna',
      server: 'stopped',
      token: id,
      secret,
      session: sessions[0]!.id,
      group: 'lab',
      service: 'dashboard',
      owner: 'cor',
      id: 'told',
      name: 'name',
      value: 'value',
    };
    return new World(hub, headers, names);
  }

  /** @param missing the variable in whose place stands a name of nothing */
  async ask(caller: CallerKind | Former, endpoint: string, missing?: string): Promise<Answer> {
    const [method, template] = endpoint.split(' ') as [string, string];
    const variables = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const names = Object.fromEntries(variables.map((name) => [name, this.#names[name]!]));
    if (MAKING.includes(endpoint)) names[variables.at(-1)!] = `new-${caller}`;
    if (missing !== undefined) names[missing] = 'neverheardof';
    const path = template.replace(/\{(\w+)\}/g, (_, name: string) => names[name]!);
    const type = OTHER_TYPES[endpoint];
    const body = bodyOf(endpoint, caller);
    const asking = new AbortController();
    const response = await fetch(`${this.hub.url}/hub/api${path}`, {
      method,
      redirect: 'manual',
      signal: asking.signal,
      headers: { ...this.#headers.get(caller), ...(type === undefined ? {} : { 'content-type': type }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const { status } = response;
    // Streams do not end by themselves.
    const text = status < 400 ? '' : await response.text();
    asking.abort();
    return { status, text: Object.values(names).reduce((rest, name) => rest.replaceAll(name, '…'), text) };
  }

  /** What there is, as far as asking may change it. */
  async state(): Promise<unknown> {
    const { store } = this.hub;
    const anna = (await store.users.get('anna'))!;
    const { items: users } = await store.users.list({});
    return {
      users: users.map(({ name, admin, groups }) => ({ name, admin, groups })),
      groups: (await store.groups.list({})).items,
      announcements: await store.announcements.list(),
      shares: (await store.shares.list({})).items,
      servers: (await store.servers.ofUsers(users.map(({ id }) => id))).map(
        ({ owner, name, displayName, state, attempt }) => ({ owner, name, displayName, state, attempt }),
      ),
      tokens: (await store.tokens.list({ userId: anna.id })).map(({ id }) => id),
      sessions: (await store.sessions.ofUser(anna.id)).map(({ id }) => id),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.hub[Symbol.asyncDispose]();
  }
}

function bodyOf(endpoint: string, caller: string): unknown {
  if (endpoint === 'POST /users') return { usernames: [`another-${caller}`] };
  if (endpoint === 'POST /groups') return { groups: [`another-${caller}`] };
  return BODIES[endpoint];
}

/** With anna and her group, by names that servers of hers have too. */
async function shareServersOfCor(hub: TestHub): Promise<void> {
  const cor = await hub.user('cor');
  for (const name of ['', 'stopped']) {
    const { id } = await hub.store.servers.insert({
      id: `srv-of-cor-${name}`,
      userId: cor.id,
      name,
      displayName: name,
      oauthClientId: `client-of-cor-${name}`,
    });
    const share = { serverId: id, scopes: ['access:servers'], createdAt: new Date() };
    await hub.store.shares.put({ ...share, holder: { kind: 'user', name: 'anna' } });
    await hub.store.shares.put({ ...share, holder: { kind: 'group', name: 'lab' } });
  }
}

function forGroup(group: string): readonly string[] {
  const scopes = ['admin:users', 'admin:servers', 'tokens', 'access:servers', 'admin:groups', 'read:roles'];
  return scopes.map((scope) => `${scope}!group=${group}`);
}

async function expiredToken(hub: TestHub): Promise<string> {
  const secret = newSecret();
  const now = hub.clock.now().getTime();
  await hub.store.tokens.insert({
    userId: (await hub.user('teacher')).id,
    scopes: ['inherit'],
    note: 'expired',
    createdAt: new Date(now - 2_000),
    expiresAt: new Date(now - 1_000),
    sessionId: null,
    oauthClientId: null,
    serverId: null,
    hash: hashSecret(secret),
  });
  return secret;
}

async function revokedToken(hub: TestHub): Promise<string> {
  const token = await hub.token('teacher');
  const headers = { authorization: `token ${token}` };
  const { token_id: id } = (await (await hub.api('GET', '/user', { headers })).json()) as {
    token_id: string;
  };
  await hub.api('DELETE', `/users/teacher/tokens/${id}`, { headers });
  return token;
}

/** The cookies of a browser in which an administrator was logged in, until they were logged out elsewhere. */
async function endedSession(hub: TestHub): Promise<string> {
  const browser = await hub.browser('teacher');
  const { id } = await hub.user('teacher');
  for (const session of await hub.store.sessions.ofUser(id)) await hub.store.sessions.delete(session.id);
  return `${LOGIN_COOKIE}=${browser.cookie(LOGIN_COOKIE)}; ${SESSION_COOKIE}=${browser.cookie(SESSION_COOKIE)}`;
}
