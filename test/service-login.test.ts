/** Logging in at another place, through the front door of a whole hub. */
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { type AllowRule, NOBODY } from '../src/authenticator/allow-rule.ts';
import { ShownPage, show } from './pages/shown.ts';
import { type HubOptions, startHub, type TestHub } from './support/hub.ts';
import { LoginProvider } from './support/login-provider.ts';
import { openService, serviceSettings } from './support/login-service.ts';

const course = {
  name: 'Tidal flows',
  language: 'en' as const,
  welcome: null,
  contact: 'help@example.org',
  accentColor: null,
  storageNotice: null,
  memoryLimit: null,
  cpuLimit: null,
  logo: null,
  classTimes: [],
  timeZone: 'UTC',
};

type Browser = Awaited<ReturnType<TestHub['browser']>>;

/** A hub where one logs in at a service. */
async function open(
  rule: Partial<AllowRule> = { allowAll: true },
  {
    managesGroups = false,
    keepsAuthState = false,
    ...options
  }: HubOptions & { readonly managesGroups?: boolean; readonly keepsAuthState?: boolean } = {},
) {
  const userdata = { sub: 'subject', preferred_username: 'Anna', groups: ['students'] };
  const provider = await LoginProvider.open({ userdata });
  const authenticator = openService(serviceSettings(provider, { groupsClaim: 'groups' }));
  const ways = [
    {
      id: 'university',
      authenticator,
      rule: { ...NOBODY, ...rule },
      refusal: null,
      prefix: '',
      managesGroups,
      keepsAuthState,
      renewSeconds: 300,
      foreignPrefixes: [],
    },
  ];
  const { site, ...others } = options;
  const hub = await startHub({ ways, site: { course, redirectToServer: false, ...site }, ...others });
  return {
    hub,
    provider,
    userdata,
    [Symbol.asyncDispose]: async () => {
      await hub[Symbol.asyncDispose]();
      await provider[Symbol.asyncDispose]();
    },
  };
}

/** Goes there. @returns where the service sends the browser back to, on this hub */
async function goThere(
  browser: Browser,
  provider: LoginProvider,
  path = '/hub/oauth_login',
): Promise<string> {
  const there = await browser.get(path);
  expect(there.status).toBe(302);
  const back = await provider.approve(there.headers.get('location') ?? '');
  return `${back.pathname}${back.search}`;
}

async function logIn(browser: Browser, provider: LoginProvider, path?: string): Promise<ShownPage> {
  return ShownPage.of(await browser.get(await goThere(browser, provider, path)));
}

describe('logging in at another place', () => {
  it('begins at the login page, and ends where one wanted to go', async () => {
    await using at = await open();
    const browser = await at.hub.browser();
    const page = await show(browser, '/hub/login?next=/hub/token');
    expect(page.forms.map(({ action }) => action)).not.toContain('/hub/login');
    const link = page.links.get('Log in with The university') ?? '';
    const done = await logIn(browser, at.provider, link);
    expect(done.status).toBe(303);
    expect(done.headers.get('location')).toBe('/hub/token');
    expect((await show(browser, '/hub/home')).text).toContain('anna');
  });

  it('passes the login page over where the course wants it, but not after logging out', async () => {
    await using at = await open({ allowAll: true }, { site: { autoLogin: true } });
    const browser = await at.hub.browser();
    const page = await browser.get('/hub/login?next=/hub/token');
    expect(page.headers.get('location')).toBe('/hub/oauth_login?next=%2Fhub%2Ftoken');
    expect((await browser.get('/hub/login?logged-out=1')).status).toBe(200);
  });

  it('goes to where the course says once one is logged out', async () => {
    await using at = await open({ allowAll: true }, { site: { logoutUrl: 'https://login.example.org/bye' } });
    const browser = await at.hub.browser('anna');
    expect((await browser.get('/hub/logout')).headers.get('location')).toBe('https://login.example.org/bye');
  });

  it('shows whoever has logged out how to log out there too, where the service has a page for it', async () => {
    await using at = await open();
    at.provider.behaviour = { ...at.provider.behaviour, logout: true };
    const browser = await at.hub.browser();
    await logIn(browser, at.provider);
    await browser.get('/hub/logout');
    const page = await show(browser, '/hub/login?logged-out=1');
    expect(page.links.get('Log out of The university too')).toBe(`${at.provider.url}/logout?client_id=hub`);
  });

  it('makes administrators of members, and takes it from who is no member any more', async () => {
    await using at = await open({ adminMemberships: new Set(['group:students']), allowAll: true });
    await logIn(await at.hub.browser(), at.provider);
    expect(await at.hub.store.users.get('anna')).toMatchObject({ admin: true });
    at.provider.behaviour = { userdata: { ...at.userdata, groups: [] } };
    await logIn(await at.hub.browser(), at.provider);
    expect(await at.hub.store.users.get('anna')).toMatchObject({ admin: false });
  });

  it('keeps people in the groups that the service says, and in no others, where it manages groups', async () => {
    await using at = await open({ allowAll: true }, { managesGroups: true });
    const { store } = at.hub;
    at.provider.behaviour = { userdata: { ...at.userdata, groups: ['students', 'tuesday', '..'] } };
    await logIn(await at.hub.browser(), at.provider);
    expect((await store.users.get('anna'))!.groups).toEqual(['students', 'tuesday']);
    at.provider.behaviour = { userdata: { ...at.userdata, groups: ['tuesday'] } };
    await logIn(await at.hub.browser(), at.provider);
    expect((await store.users.get('anna'))!.groups).toEqual(['tuesday']);
    await at.hub.user('teacher', { admin: true });
    const token = await at.hub.token('teacher');
    const refused = await at.hub.api('POST', '/groups/night', { token, body: { users: ['anna'] } });
    expect(refused.status).toBe(400);
  });

  it('leaves the groups of people alone where it does not', async () => {
    await using at = await open();
    const anna = await at.hub.user('anna');
    await at.hub.store.groups.setOfUser(anna.id, ['night']);
    await logIn(await at.hub.browser(), at.provider);
    expect((await at.hub.store.users.get('anna'))!.groups).toEqual(['night']);
  });

  it('keeps what the service says, encrypted, for those with `admin:auth_state` alone', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
    await using at = await open({ allowAll: true }, { keepsAuthState: true, log });
    const { hub, provider, userdata } = at;
    const tokens = { refresh_token: 'a refresh token', scope: 'openid email' };
    provider.behaviour = { userdata, tokens };
    const browser = await hub.browser();
    await logIn(browser, provider);
    const token = await hub.token('teacher');
    const authState = async (shown: string) =>
      ((await (await hub.api('GET', '/users/anna', { token: shown })).json()) as Record<string, unknown>)
        .auth_state;
    expect(await authState(token)).toMatchObject({
      access_token: 'access',
      refresh_token: 'a refresh token',
      id_token: expect.stringMatching(/^ey/),
      scope: ['openid', 'email'],
      token_response: { token_type: 'bearer', refresh_token: 'a refresh token' },
      oauth_user: userdata,
    });
    expect(await authState(await hub.token('teacher', ['read:users']))).toBeUndefined();
    expect(await authState(await hub.token('anna'))).toBeUndefined();
    const { id } = (await hub.store.users.get('anna'))!;
    const sealed = (await hub.store.authStates.get(id))!;
    const readable = `${sealed}${Buffer.from(sealed, 'base64url').toString('latin1')}${lines.join('')}`;
    expect(readable).not.toContain('refresh token');
    // A place of somebody else's opens nothing.
    const ben = await hub.user('ben');
    await hub.store.authStates.put(ben.id, sealed);
    const ofBen = await hub.api('GET', '/users/ben', { token });
    expect(await ofBen.json()).toMatchObject({ auth_state: null });
  });

  it('keeps nothing of a login unless it is told to, and forgets what there was', async () => {
    await using at = await open();
    const anna = await at.hub.user('anna');
    await at.hub.store.authStates.put(anna.id, 'of an earlier login');
    await logIn(await at.hub.browser(), at.provider);
    expect(await at.hub.store.authStates.get(anna.id)).toBeUndefined();
  });

  describe('of which something is kept', () => {
    async function openAndLogIn() {
      const lines: string[] = [];
      const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
      const rule = { allowAll: true, adminMemberships: new Set(['group:teachers']) };
      const at = await open(rule, { keepsAuthState: true, managesGroups: true, log });
      at.provider.behaviour = { userdata: at.userdata, offline: true };
      const browser = await at.hub.browser();
      await logIn(browser, at.provider);
      const renewals = () =>
        at.provider.asked.filter(({ body }) => body.includes('grant_type=refresh')).length;
      return { ...at, browser, lines, renewals, user: async () => (await at.hub.store.users.get('anna'))! };
    }

    it('is asked about anew while somebody is at work, once in a while', async () => {
      await using at = await openAndLogIn();
      const userdata = { ...at.userdata, groups: ['teachers'] };
      at.provider.behaviour = { ...at.provider.behaviour, userdata };
      await at.browser.get('/hub/home');
      expect(at.renewals()).toBe(0);
      at.hub.clock.advance(301);
      await Promise.all([1, 2, 3].map(() => at.browser.get('/hub/home')));
      await at.browser.get('/hub/home');
      await expect.poll(async () => (await at.user()).groups).toEqual(['teachers']);
      expect(await at.user()).toMatchObject({ admin: true });
      expect(at.renewals()).toBe(1);
      const token = await at.hub.token('boss', ['inherit']);
      await at.hub.store.users.update((await at.hub.user('boss')).id, { admin: true });
      const shown = await at.hub.api('GET', '/users/anna', { token });
      expect(await shown.json()).toMatchObject({
        auth_state: { access_token: 'another access', oauth_user: { groups: ['teachers'] } },
      });
      // The token that came with the answer is good for the next time, and only that one.
      at.hub.clock.advance(301);
      expect((await at.browser.get('/hub/home')).status).toBe(200);
      await expect.poll(() => at.renewals()).toBe(2);
      expect(at.lines.join('')).not.toContain('in vain');
    });

    it('ends here in every browser once it has ended there, and the login page says so', async () => {
      await using at = await openAndLogIn();
      const second = await at.hub.browser();
      await logIn(second, at.provider);
      at.provider.endLogins();
      at.hub.clock.advance(301);
      await at.browser.get('/hub/home');
      await expect.poll(async () => at.hub.store.sessions.ofUser((await at.user()).id)).toEqual([]);
      expect((await at.browser.get('/hub/home')).status).toBe(302);
      expect((await show(second, '/hub/login')).text).toContain('Your session has ended');
      expect(at.lines.join('')).toContain('the login service has ended the login');
    });

    it('goes on while the service is away, or says nothing of the person, and keeps the new tokens', async () => {
      await using at = await openAndLogIn();
      at.provider.behaviour = { ...at.provider.behaviour, tokenAnswer: { status: 500, body: {} } };
      at.hub.clock.advance(301);
      expect((await at.browser.get('/hub/home')).status).toBe(200);
      await expect.poll(() => at.lines.join('')).toContain('in vain');
      at.provider.behaviour = { userdata: { sub: 'somebody else' }, offline: true };
      at.hub.clock.advance(301);
      expect((await at.browser.get('/hub/home')).status).toBe(200);
      at.provider.behaviour = { userdata: { ...at.userdata, groups: ['tuesday'] }, offline: true };
      at.hub.clock.advance(301);
      expect((await at.browser.get('/hub/home')).status).toBe(200);
      await expect.poll(async () => (await at.user()).groups).toEqual(['tuesday']);
      expect(at.renewals()).toBe(3);
    });
  });

  it('lets nobody in whom the rule does not name, and says whom to ask', async () => {
    await using at = await open({ memberships: new Set(['group:teachers']) });
    const browser = await at.hub.browser();
    const page = await logIn(browser, at.provider);
    expect(page.status).toBe(403);
    expect(page.text).toContain(
      '“anna” is not on the list of this course. Ask help@example.org to be added.',
    );
    expect(await at.hub.store.users.get('anna')).toBeUndefined();
  });

  it('is good once: who comes back again with the same state is not logged in', async () => {
    await using at = await open();
    const browser = await at.hub.browser();
    const there = await browser.get('/hub/oauth_login?next=/hub/token');
    const back = await at.provider.approve(there.headers.get('location') ?? '');
    const kept = [...cookiesOf(there)];
    const callback = `${back.pathname}${back.search}`;
    expect((await browser.get(callback)).status).toBe(303);
    // Another browser that has got hold of all that this one had, at the same time.
    const thief = await at.hub.browser();
    for (const [name, value] of kept) thief.setCookie(name, value, '/hub/');
    const page = await ShownPage.of(await thief.get(callback));
    expect(page.status).toBe(403);
    expect(page.text).toContain('has been used already');
    expect(page.links.get('Try again')).toBe('/hub/oauth_login?next=%2Fhub%2Ftoken');
  });

  it('ends in the browser that began it, and in no other', async () => {
    await using at = await open();
    const callback = await goThere(await at.hub.browser(), at.provider);
    const page = await show(await at.hub.browser(), callback);
    expect(page.status).toBe(403);
    expect(page.text).toContain('not begun in this browser');
  });

  it('leads on from where one was after too long a time', async () => {
    await using at = await open();
    const browser = await at.hub.browser();
    const callback = await goThere(browser, at.provider, '/hub/oauth_login?next=/hub/token');
    at.hub.clock.advance(16 * 60);
    const page = await show(browser, callback);
    expect(page.status).toBe(403);
    expect(page.text).toContain('took longer than 15 minutes');
    const done = await logIn(browser, at.provider, page.links.get('Try again'));
    expect(done.headers.get('location')).toBe('/hub/token');
  });

  it('takes whoever is logged in home when they come back by the browser’s button', async () => {
    await using at = await open();
    const browser = await at.hub.browser();
    const callback = await goThere(browser, at.provider);
    await browser.get(callback);
    expect((await browser.get(callback)).headers.get('location')).toBe('/hub/home');
  });

  it('keeps several tabs apart', async () => {
    await using at = await open();
    const browser = await at.hub.browser();
    const first = await goThere(browser, at.provider, '/hub/oauth_login?next=/hub/token');
    const second = await goThere(browser, at.provider, '/hub/oauth_login?next=/hub/home');
    expect((await browser.get(first)).headers.get('location')).toBe('/hub/token');
    expect((await browser.get(second)).headers.get('location')).toBe('/hub/home');
  });

  it('keeps what it must know where nobody can read it or use it elsewhere', async () => {
    await using at = await open();
    const there = await (await at.hub.browser()).get('/hub/oauth_login?next=/hub/secret-place', {
      'x-forwarded-proto': 'https',
    });
    const line = there.headers.getSetCookie().find((one) => one.startsWith('polder-login-')) ?? '';
    expect(line).toMatch(/; Path=\/hub\/.*; HttpOnly; Secure; SameSite=Lax/);
    expect(Buffer.from(line, 'base64url').toString('latin1')).not.toContain('secret-place');
    expect(new URL(there.headers.get('location') ?? '').searchParams.get('redirect_uri')).toMatch(/^https:/);
  });

  it('is the same login whichever hub is asked', async () => {
    await using at = await open();
    await using other = await open();
    const browser = await at.hub.browser();
    const there = await browser.get('/hub/oauth_login');
    const back = await at.provider.approve(there.headers.get('location') ?? '');
    const elsewhere = await other.hub.browser();
    for (const [name, value] of cookiesOf(there)) elsewhere.setCookie(name, value, '/hub/');
    const page = await ShownPage.of(await elsewhere.get(`${back.pathname}${back.search}`));
    // It opened what the first one sealed; that its own service knows no such code is another matter.
    expect(page.text).toContain('took too long, or was used already');
  });

  it.each([
    ['cancelled there', { authorizeError: 'access_denied' }, 403, 'The university did not log you in'],
    [
      'with a wrong secret',
      { tokenAnswer: { status: 401, body: { error: 'invalid_client' } } },
      503,
      'client id or secret is wrong',
    ],
    [
      'with an old code',
      { tokenAnswer: { status: 400, body: { error: 'invalid_grant' } } },
      403,
      'took too long',
    ],
  ])('shows a page to whoever comes back %s, and tells the log', async (_, behaviour, status, words) => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    await using at = await open({ allowAll: true }, { log });
    const browser = await at.hub.browser();
    at.provider.behaviour = { userdata: at.userdata, ...behaviour };
    const callback = await goThere(browser, at.provider, '/hub/oauth_login?next=/hub/token');
    const page = await show(browser, callback);
    expect(page.status).toBe(status);
    expect(page.text).toContain(words);
    expect(page.text).toContain('If it stays so, ask help@example.org.');
    expect(page.links.get('Try again')).toBe('/hub/oauth_login?next=%2Fhub%2Ftoken');
    expect(lines.join('')).toContain('login at another place failed');
    const { searchParams } = new URL(callback, 'http://hub');
    for (const secret of [searchParams.get('state'), searchParams.get('code')]) {
      if (secret) expect(lines.join('')).not.toContain(secret);
    }
  });

  it('shows a page while the service is down', async () => {
    await using at = await open();
    await at.provider[Symbol.asyncDispose]();
    const page = await show(await at.hub.browser(), '/hub/oauth_login?next=/hub/token');
    expect(page.status).toBe(503);
    expect(page.heading).toBe('Logging in does not work just now');
    expect(page.links.get('Try again')).toBe('/hub/oauth_login?next=%2Fhub%2Ftoken');
    at.provider.url = '';
  });

  it('offers every way there is', async () => {
    await using provider = await LoginProvider.open({
      userdata: { sub: 'subject', preferred_username: 'bert' },
    });
    const way = (id: string, title: string) => ({
      id,
      authenticator: openService(serviceSettings(provider, { title })),
      rule: { ...NOBODY, allowAll: true },
      refusal: null,
      prefix: `${id}:`,
      managesGroups: false,
      keepsAuthState: false,
      renewSeconds: 300,
      foreignPrefixes: id === 'one' ? ['two:'] : ['one:'],
    });
    await using hub = await startHub({ ways: [way('one', 'One'), way('two', 'Two')] });
    const browser = await hub.browser();
    const page = await show(browser, '/hub/login?next=/hub/token');
    expect(page.links.get('Log in with One')).toBe('/hub/oauth_login?way=one&next=%2Fhub%2Ftoken');
    const done = await logIn(browser, provider, page.links.get('Log in with Two'));
    expect(done.headers.get('location')).toBe('/hub/token');
    expect((await browser.get('/hub/oauth_login?way=three')).status).toBe(404);
    // The same name at two places is two people, and nobody takes on the name of somebody from elsewhere.
    expect((await hub.store.users.list({})).items.map(({ name }) => name)).toEqual(['two:bert']);
  });
});

it('lets nobody in under a name that belongs to another way', async () => {
  await using provider = await LoginProvider.open({
    userdata: { sub: 'subject', preferred_username: 'Two:Bert' },
  });
  const authenticator = openService(serviceSettings(provider));
  const rule = { ...NOBODY, allowAll: true };
  const way = {
    id: 'one',
    authenticator,
    rule,
    refusal: null,
    prefix: '',
    managesGroups: false,
    keepsAuthState: false,
    renewSeconds: 300,
    foreignPrefixes: ['two:'],
  };
  await using hub = await startHub({ ways: [way] });
  const page = await logIn(await hub.browser(), provider);
  expect(page.status).toBe(403);
  expect(page.text).toContain('You cannot be let in under this name');
});

function cookiesOf(response: Response): ReadonlyMap<string, string> {
  return new Map(
    response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0]?.split('=') ?? [])
      .map(([name = '', value = '']) => [name, value]),
  );
}
