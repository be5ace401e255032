/** Every page in every state that a person may meet, from made-up people and servers. */
import type { UserCaller } from '../../src/domain/caller.ts';
import type { ProgressEvent } from '../../src/domain/progress.ts';
import { BUILT_IN_SCOPES } from '../../src/domain/role.ts';
import { expandScopes } from '../../src/domain/scope.ts';
import type { Failure, Server, ServerState } from '../../src/domain/server.ts';
import type { ChoiceProblem } from '../../src/domain/server-choices.ts';
import type { QueuePlace } from '../../src/domain/start-queue.ts';
import type { Token } from '../../src/domain/token.ts';
import type { User } from '../../src/domain/user.ts';
import { OWN_VALUE } from '../../src/http/pages/choice-fields.ts';
import { renderChoose } from '../../src/http/pages/choose-profile.ts';
import { renderConsent } from '../../src/http/pages/consent.ts';
import { renderErrorPage } from '../../src/http/pages/error.ts';
import { renderHome } from '../../src/http/pages/home.ts';
import type { PageContext } from '../../src/http/pages/layout.ts';
import { renderLink, renderProjector } from '../../src/http/pages/link.ts';
import { renderLogin } from '../../src/http/pages/login.ts';
import { renderNotRunning } from '../../src/http/pages/not-running.ts';
import { renderPeople } from '../../src/http/pages/plain-people.ts';
import type { Reader } from '../../src/http/pages/reader.ts';
import { renderStart } from '../../src/http/pages/spawn.ts';
import { renderFailed, renderPending } from '../../src/http/pages/spawn-pending.ts';
import { languages, type Texts } from '../../src/http/pages/texts/texts.ts';
import { renderTokens } from '../../src/http/pages/token.ts';
import type { Course, Site } from '../../src/http/parts.ts';
import { choicesOfCourse } from './choices.ts';

/** Words of a course and its people, which may be anything. */
export interface Words {
  readonly name: string;
  readonly text: string;
}

export const plainWords: Words = {
  name: 'anna',
  text: 'Welcome to the hands-on course on hydrodynamic modelling. Log in with the name and password you were given.',
};

const now = new Date('2026-03-02T09:05:00Z');
const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const GB = 1024 ** 3;

/** The document of each state, by the name of the state. */
export function gallery(
  words: Words = plainWords,
  course: Partial<Course> = {},
  reader: Partial<Reader> = {},
): Readonly<Record<string, string>> {
  const texts: Texts = reader.texts ?? languages.en;
  const site = siteOf(words, course);
  const anna = user(7, words.name, false);
  const admin = user(1, 'admin', true);
  const visitor: PageContext = {
    site,
    caller: undefined,
    texts,
    look: reader.look ?? 'auto',
    now,
    xsrf: 'xsrf-value',
  };
  const student: PageContext = { ...visitor, caller: callerOf(anna) };
  const teacher: PageContext = { ...visitor, caller: callerOf(admin) };
  const own = (state: ServerState, more: Partial<Server> = {}) => server(anna, state, more);
  const failure: Failure = {
    id: '3f9c21ab',
    at: ago(5),
    reason: 'The server did not answer within 120 seconds.',
    hint: words.text,
    log: `[I 09:04:58 ServerApp] Serving at http://127.0.0.1\nTraceback (most recent call last):\n  ${words.text}\nModuleNotFoundError: No module named 'xarray'`,
  };
  const hook = { status: 'failed', exitCode: 1, output: `fatal: ${words.text}`, at: ago(60) } as const;
  const login = {
    name: '',
    next: undefined,
    error: null,
    notice: null,
    password: true,
    rules: null,
    services: [],
  };
  const services = [
    { id: 'university', title: words.name },
    { id: 'github', title: 'GitHub' },
  ];
  const home = (
    main: Server | undefined,
    memory: number | null = null,
    named: readonly Server[] = [],
    busyKernels = 0,
  ) =>
    renderHome(student, {
      announcements:
        main === undefined
          ? []
          : [{ id: 'a', text: words.text, group: null, by: 'wim', at: ago(60), endsAt: ago(-3600) }],
      main: { server: main, memory, busyKernels },
      named: named.map((server) => ({ server, memory, busyKernels })),
    });
  const pending = (main: Server, place: QueuePlace | null, events: readonly ProgressEvent[]) =>
    renderPending(student, { server: main, place, events, next: undefined });
  const place = `/user/${encodeURIComponent(words.name)}/lab/tree/notebooks/01.ipynb?q=${encodeURIComponent(words.text)}`;
  const choices = choicesOfCourse(words.text);
  const choose = (fields: object, problem?: ChoiceProblem) =>
    renderChoose(
      { ...student, site: { ...site, choices } },
      {
        server: { owner: anna.name, name: '' },
        own: true,
        next: place,
        back: undefined,
        fields,
        problem,
      },
    );
  const linkTo = { place: words.text, repository: '', branch: '', onProjector: false };
  const notRunning = (main: Server | undefined) =>
    renderNotRunning(student, { owner: anna.name, name: '', server: main, next: place });
  const error = (status: number, context: PageContext = student) =>
    renderErrorPage(context, { status, message: words.text, id: 'b81e02f4d7' });
  const named = [
    own('ready', { name: 'grid', displayName: words.name, readyAt: ago(4000) }),
    own('stopped', { name: 'spare', displayName: 'spare', stopReason: 'idle', stoppedAt: ago(90_000) }),
    own('starting', { name: 'third', displayName: 'third' }),
  ];
  const ready = own('ready', { readyAt: ago(700), lastActivityAt: ago(20) });

  return {
    login: renderLogin(visitor, login),
    'login-refused': renderLogin(visitor, {
      ...login,
      name: words.name,
      error: 'This name and password do not belong together.',
    }),
    'login-elsewhere': renderLogin(visitor, { ...login, password: false, services: services.slice(0, 1) }),
    'login-choice': renderLogin(visitor, { ...login, services }),
    'login-session-ended': renderLogin(visitor, {
      ...login,
      next: place,
      notice: texts.login.sessionEnded,
    }),
    'home-nothing-yet': home(undefined),
    'home-running': home(ready, 1.3 * GB),
    'home-cell-running': home(ready, 1.3 * GB, [], 2),
    'home-named': home(ready, 0.4 * GB, named),
    'home-hook-failed': home({ ...ready, hook }, 3.8 * GB),
    'home-starting': home(own('starting')),
    'home-stopping': home(own('stopping', { desired: 'stopped' })),
    'home-stopped': home(own('stopped', { stopReason: 'user', readyAt: ago(9000), stoppedAt: ago(3000) })),
    'home-out-of-memory': home(
      own('stopped', {
        stopReason: 'out_of_memory',
        stoppedAt: ago(300),
        failure: { ...failure, reason: 'The server ran out of memory and was ended.' },
      }),
    ),
    'home-failed': home(own('failed', { failure })),
    start: renderStart(student, { server: { owner: anna.name, name: '' }, own: true, next: place }),
    'choose-profile': choose({}),
    'choose-profile-options': choose({ profile: 'own' }),
    'choose-profile-error': choose(
      {
        profile: 'own',
        'profile-option-own--image': OWN_VALUE,
        'profile-option-own--image--unlisted-choice': words.text,
      },
      { kind: 'text_refused', option: choices[2]!.options[0]! },
    ),
    'home-cancelled': home(own('stopped', { stopReason: 'user', stoppedAt: ago(30) })),
    'pending-queued': pending(
      own('queued', { queuedAt: ago(12) }),
      { position: 3, estimateSeconds: 38, full: false },
      [],
    ),
    'pending-full': pending(
      own('queued', { queuedAt: ago(12) }),
      { position: 2, estimateSeconds: null, full: true },
      [],
    ),
    'pending-starting': pending(own('starting', { startedAt: ago(6) }), null, [
      step(1, 'launching', { message: 'Starting your server.', percent: 10, seconds: 0.1 }),
      step(2, 'notebooks', { message: 'Fetching the notebooks of the course.', percent: 40, seconds: 0.6 }),
      step(3, 'starting', { message: words.text, percent: 50, seconds: 2.2 }),
    ]),
    'pending-stopping': pending(own('stopping', { desired: 'stopped' }), null, []),
    failed: renderFailed(student, {
      server: own('failed', { failure }),
      failure,
      place: null,
      events: [],
      next: place,
    }),
    link: renderLink(student, { ...linkTo, url: null }),
    'link-made': renderLink(student, { ...linkTo, url: `https://hub.example${place}` }),
    'link-wrong': renderLink(student, { ...linkTo, url: undefined }),
    'link-projector': renderProjector(student, `https://hub.example${place}`),
    'not-running-idle': notRunning(own('stopped', { stopReason: 'idle', stoppedAt: ago(7200) })),
    'not-running-never': notRunning(undefined),
    'not-running-exited': notRunning(own('stopped', { stopReason: 'exited', stoppedAt: ago(30), failure })),
    tokens: renderTokens(student, { tokens: tokensOf(anna, words) }),
    'tokens-none': renderTokens(student, { tokens: [] }),
    'tokens-made': renderTokens(student, {
      tokens: tokensOf(anna, words).slice(0, 1),
      made: { note: words.text, secret: 'uQv3m0d1Vh8c8kq1PZ5bLkqk3oYdSgTQb3m0d1Vh8c8' },
    }),
    consent: renderConsent(teacher, {
      kind: 'server',
      owner: anna.name,
      serverName: '',
      displayName: '',
      action: '/hub/api/oauth2/authorize?x=1&y=2',
    }),
    'consent-service': renderConsent(student, {
      kind: 'service',
      name: 'grader',
      scopes: ['read:servers!user', 'list:groups'],
      action: '/hub/api/oauth2/authorize?client_id=service-grader',
    }),
    people: renderPeople(teacher, {
      query: { search: '', state: 'all', offset: 50 },
      total: 312,
      counts: new Map([
        ['ready', 204],
        ['starting', 3],
        ['queued', 12],
      ]),
      people: [
        { user: admin, servers: [] },
        { user: anna, servers: [ready, ...named] },
        {
          user: user(8, 'a.rather.long.name.of.a.student@students.university.example', false),
          servers: [own('failed', { failure })],
        },
        { user: user(9, 'bo', false), servers: [own('queued')] },
      ],
    }),
    'people-none': renderPeople(teacher, {
      query: { search: words.text, state: 'active', offset: 0 },
      total: 0,
      counts: new Map(),
      people: [],
    }),
    'error-404': error(404),
    'error-500': error(500),
    'error-403-nobody': error(403, visitor),
    'error-proxy': renderErrorPage(student, {
      status: 503,
      message: texts.error.proxy[503] ?? '',
      id: 'b81e02f4d7',
      address: place,
      again: place,
    }),
  };
}

export function siteOf(words: Words, course: Partial<Course>): Site {
  return {
    baseUrl: '/',
    domains: null,
    spawnerClass: 'SimulatedSpawner',
    cull: { timeoutSeconds: 3_600, maxAgeSeconds: 0, adminUsers: true },
    choices: [],
    authenticatorClass: 'dummy',
    cookieKey: 'key',
    cookieDays: 14,
    shutdownOnLogout: false,
    autoLogin: false,
    logoutUrl: null,
    redirectToServer: true,
    allowNamedServers: true,
    defaultUrl: null,
    course: {
      name: words === plainWords ? 'Hydrodynamics' : words.name,
      language: 'en',
      welcome: words.text,
      contact: words === plainWords ? 'your instructor' : words.text,
      accentColor: null,
      logo: null,
      classTimes: [
        { start: ago(-86_400), end: ago(-97_200), title: words === plainWords ? 'Day 1' : words.text },
      ],
      timeZone: 'Europe/Amsterdam',
      storageNotice: `Files in your home folder are kept. ${words.text}`,
      memoryLimit: 4 * GB,
      cpuLimit: 1.5,
      ...course,
    },
    trustedProxies: [],
  };
}

function user(id: number, name: string, admin: boolean): User {
  return { id, name, admin, groups: [], createdAt: ago(1e6), lastActivityAt: ago(20) };
}

function callerOf(user: User): UserCaller {
  const session = {
    id: 'ses-1',
    userId: user.id,
    userName: user.name,
    createdAt: ago(600),
    expiresAt: ago(-600),
    lastSeenAt: ago(0),
    address: '127.0.0.1',
    userAgent: '',
  } as const;
  return {
    kind: 'user',
    name: user.name,
    admin: user.admin,
    user,
    session,
    token: null,
    scopes: expandScopes(BUILT_IN_SCOPES[user.admin ? 'admin' : 'user'], { userName: user.name }),
  };
}

function server(owner: User, state: ServerState, more: Partial<Server> = {}): Server {
  return {
    id: `srv-${owner.id}-${more.name ?? ''}`,
    userId: owner.id,
    owner: owner.name,
    name: '',
    displayName: '',
    oauthClientId: 'jupyterhub-user-1',
    desired: state === 'stopped' || state === 'failed' ? 'stopped' : 'running',
    state,
    attempt: 1,
    revision: 3,
    queuedAt: ago(8),
    startedAt: ago(6),
    readyAt: null,
    stoppedAt: null,
    lastActivityAt: null,
    target: null,
    handle: null,
    userOptions: {},
    failure: null,
    stopReason: null,
    hook: null,
    lease: null,
    ...more,
  };
}

function step(
  sequence: number,
  phase: ProgressEvent['phase'],
  {
    message,
    percent,
    seconds,
  }: { readonly message: string; readonly percent: number; readonly seconds: number },
): ProgressEvent {
  return { sequence, attempt: 1, phase, message, percent, at: ago(6 - seconds) };
}

function tokensOf(owner: User, words: Words): readonly Token[] {
  const token = (id: number, more: Partial<Token>): Token => ({
    id,
    userId: owner.id,
    userName: owner.name,
    scopes: ['inherit'],
    note: words.text,
    createdAt: ago(86_400 * 3),
    expiresAt: ago(-86_400 * 27),
    lastUsedAt: null,
    sessionId: null,
    oauthClientId: null,
    serverId: null,
    ...more,
  });
  return [
    token(1, {
      note: 'script on my laptop',
      scopes: ['servers!user', 'access:servers!user', 'read:users!user'],
    }),
    token(2, { lastUsedAt: ago(3600), expiresAt: null }),
    token(3, {
      note: 'Server at anna/',
      serverId: 'srv-7',
      oauthClientId: 'jupyterhub-user-1',
      scopes: ['users:activity!user', 'access:servers!server'],
    }),
  ];
}
