import { describe, expect, it, vi } from 'vitest';
import { CLIENT, LoginProvider } from '../../../test/support/login-provider.ts';
import { CALLBACK, logIn, openService, serviceSettings } from '../../../test/support/login-service.ts';
import { HubError } from '../../domain/errors.ts';

const anna = { sub: 'subject', preferred_username: 'Anna', groups: ['students'] };

/** A provider where Anna logs in, and a service that is set up for it. */
async function open(changes: Parameters<typeof serviceSettings>[1] = {}, options = {}) {
  const provider = await LoginProvider.open({ userdata: anna, ...options });
  return {
    provider,
    service: openService(serviceSettings(provider, changes)),
    [Symbol.asyncDispose]: () => provider[Symbol.asyncDispose](),
  };
}

async function failureOf(work: Promise<unknown>): Promise<HubError> {
  const error = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(HubError);
  return error as HubError;
}

describe('logging in at another place', () => {
  it('needs no more than the issuer, and asks with PKCE, state and nonce', async () => {
    await using at = await open({ groupsClaim: 'groups' });
    const { url, state } = await at.service.begin({ callbackUrl: CALLBACK });
    const asked = new URL(url).searchParams;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: CLIENT.id,
      redirect_uri: CALLBACK,
      scope: 'openid',
      state,
      code_challenge_method: 'S256',
    });
    expect(asked.get('nonce')).toMatch(/^\S{20,}$/);
    expect(asked.get('code_challenge')).toMatch(/^\S{43}$/);
    expect(await logIn(at.provider, at.service)).toMatchObject({
      name: 'Anna',
      memberships: new Set(['group:students']),
    });
  });

  it('works with endpoints alone, at a service that speaks no OpenID Connect', async () => {
    await using at = await open({}, { idToken: null, discovery: false });
    const { url } = at.provider;
    const service = openService(
      serviceSettings(at.provider, {
        issuer: null,
        scope: [],
        authorizeUrl: `${url}/authorize`,
        tokenUrl: `${url}/token`,
        userdataUrl: `${url}/userinfo`,
      }),
    );
    expect((await logIn(at.provider, service)).name).toBe('Anna');
  });

  it('takes who it is from the id token where told so, and looks into what is nested', async () => {
    const idToken = { profile: { login: 'anna' }, roles: { here: ['a', 'b'] } };
    await using at = await open(
      { userdataFromIdToken: true, usernameClaim: 'profile.login', groupsClaim: 'roles.here' },
      { idToken },
    );
    const identity = await logIn(at.provider, at.service);
    expect(identity).toMatchObject({ name: 'anna', memberships: new Set(['group:a', 'group:b']) });
    expect(at.provider.asked.map(({ path }) => path)).toEqual(['/token']);
  });

  it('checks an id token of a service that does not say who it is for audience, time and nonce', async () => {
    const changes = { issuer: null, userdataFromIdToken: true };
    await using at = await open({}, { discovery: false, idToken: anna });
    const endpoints = { authorizeUrl: `${at.provider.url}/authorize`, tokenUrl: `${at.provider.url}/token` };
    const service = openService(serviceSettings(at.provider, { ...changes, ...endpoints }));
    expect((await logIn(at.provider, service)).name).toBe('Anna');
    for (const behaviour of [{ audience: 'another' }, { clockAhead: -1000 }, { nonce: 'another' }]) {
      at.provider.behaviour = { discovery: false, idToken: anna, ...behaviour };
      expect((await failureOf(logIn(at.provider, service))).code).toBe('forbidden');
    }
  });

  it.each([true, false])('shows its secret as the service wants it: HTTP Basic %s', async (basicAuth) => {
    await using at = await open({ basicAuth });
    await logIn(at.provider, at.service);
    const [{ authorization, body } = { authorization: '', body: '' }] = at.provider.asked;
    expect(authorization.startsWith('Basic ')).toBe(basicAuth);
    expect(new URLSearchParams(body).has('client_secret')).toBe(!basicAuth);
  });

  it('sends what else is wanted: to the service, for tokens, and for user data', async () => {
    await using at = await open({
      authorizeParams: { prompt: 'login' },
      tokenParams: { resource: 'course' },
      userdataParams: { state: 'state' },
      tokenInUrl: true,
    });
    const { url } = await at.service.begin({ callbackUrl: CALLBACK });
    expect(new URL(url).searchParams.get('prompt')).toBe('login');
    await logIn(at.provider, at.service);
    const [token, userdata] = at.provider.asked;
    expect(new URLSearchParams(token?.body).get('resource')).toBe('course');
    expect(userdata).toMatchObject({ path: '/userinfo?state=state&access_token=access', authorization: '' });
  });

  it('follows a change of keys, and trusts none that the service does not publish', async () => {
    await using at = await open();
    await logIn(at.provider, at.service);
    await at.provider.changeKey();
    // An unknown key is looked for at most once a second.
    await vi.waitFor(async () => expect((await logIn(at.provider, at.service)).name).toBe('Anna'), 5_000);
    at.provider.behaviour = { userdata: anna, forgedSignature: true };
    expect(await failureOf(logIn(at.provider, at.service))).toMatchObject({ code: 'forbidden' });
  });

  it.each<readonly [string, string, Parameters<typeof behave>[1]]>([
    ['that was refused or cancelled', 'forbidden', { authorizeError: 'access_denied' }],
    ['at a service in trouble', 'unavailable', { authorizeError: 'temporarily_unavailable' }],
    ['with a scope that the service does not know', 'unavailable', { authorizeError: 'invalid_scope' }],
    ['that took too long', 'forbidden', { tokenAnswer: { status: 400, body: { error: 'invalid_grant' } } }],
    ['from another issuer', 'forbidden', { issuer: 'https://evil.example' }],
    ['for another client', 'forbidden', { audience: 'another' }],
    ['of another login', 'forbidden', { nonce: 'another' }],
    ['at a service whose clock is wrong', 'unavailable', { clockAhead: -3600 }],
    ['of somebody without a name', 'unavailable', { userdata: { sub: 'subject' } }],
    ['of two people at once', 'forbidden', { userdata: { ...anna, sub: 'another' } }],
    ['that is answered with nonsense', 'unavailable', { tokenAnswer: { status: 200, body: 'nonsense' } }],
  ])('does not log in %s', async (_, code, behaviour) => {
    await using at = await open();
    await at.service.check();
    behave(at.provider, behaviour);
    const failure = await failureOf(logIn(at.provider, at.service));
    expect(failure.code).toBe(code);
    expect(failure.message).not.toMatch(/evil|undefined|null/);
  });

  it('allows for clocks that differ a little', async () => {
    await using at = await open();
    at.provider.behaviour = { userdata: anna, clockAhead: 40 };
    expect((await logIn(at.provider, at.service)).name).toBe('Anna');
  });

  it('says that its secret is wrong, and says it nowhere', async () => {
    await using at = await open({ clientSecret: 'a wrong secret' });
    const failure = await failureOf(logIn(at.provider, at.service));
    expect(failure.message).toContain('The university does not accept this hub');
    expect(`${failure.message} ${failure.detail}`).not.toContain('a wrong secret');
  });

  it('says that the issuer is another, or unknown to the service', async () => {
    await using at = await open();
    at.provider.behaviour = { issuer: 'https://another.example' };
    expect((await failureOf(at.service.check())).message).toContain('does not know the place');
    at.provider.behaviour = { discovery: false };
    expect((await failureOf(at.service.check())).message).toContain('does not know the place');
  });

  it('says that the service is down, and works again when it is back', async () => {
    const gone = await LoginProvider.open();
    const settings = serviceSettings(gone);
    await gone[Symbol.asyncDispose]();
    const failure = await failureOf(openService(settings).begin({ callbackUrl: CALLBACK }));
    expect(failure).toMatchObject({ code: 'unavailable' });
    expect(failure.message).toContain('cannot be reached');
  });
});

function behave(provider: LoginProvider, behaviour: Partial<LoginProvider['behaviour']>): void {
  provider.behaviour = { userdata: anna, ...behaviour };
}
